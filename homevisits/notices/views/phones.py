"""Alerts on this phone: on, off, a test, and which devices of mine have them."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from homevisits.clock import app_now
from homevisits.notices import phones, push
from homevisits.notices.delivery import NotNow, Undeliverable
from homevisits.notices.models import PushSubscription
from homevisits.notices.vapid import public_key
from homevisits.notices.views.lists import tabs_of
from homevisits.people.signed_in import StaffRequest

KEY = r"^[A-Za-z0-9_=-]+$"


class Subscription(forms.Form):
    """What a browser says of itself when alerts are switched on."""

    endpoint = forms.URLField(max_length=600, assume_scheme="https")
    p256dh = forms.RegexField(KEY, max_length=120)
    auth = forms.RegexField(KEY, max_length=60)


@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """My devices, and the button for this one."""
    context = {
        "phones": request.user.push_subscriptions.all(),
        "public_key": public_key(settings.VAPID_PRIVATE_KEY) if push.is_on() else "",
        "now": app_now(),
        "tabs": tabs_of(request.user),
    }
    return render(request, "notices/phone.html", context)


@require_POST
def switch_on(request: StaffRequest) -> HttpResponse:
    """This browser from now on; a sentence with 400 when that cannot be. Asked by phone.js alone."""
    form = Subscription(request.POST)
    if not push.is_on() or not form.is_valid():
        return JsonResponse(
            {"sentence": "This browser could not be set up. Nothing was switched on."}, status=400
        )
    agent = request.headers.get("User-Agent", "")
    try:
        phones.switch_on(staff=request.user, agent=agent, **form.cleaned_data)
    except push.UnsafeEndpoint as unsafe:
        return JsonResponse({"sentence": str(unsafe)}, status=400)
    return JsonResponse({"sentence": "Alerts are on for this device."})


@require_POST
def test(request: StaffRequest) -> HttpResponse:
    """A test to all my devices."""
    try:
        phones.try_out(request.user)
    except Undeliverable:
        messages.error(request, "No device of yours has alerts switched on. Switch them on first.")
    except NotNow:
        messages.error(request, "The test could not be sent just now. Try again in a minute.")
    else:
        messages.success(
            request,
            "A test is on its way. If nothing shows within a minute, look at the phone's own settings.",
        )
    return redirect("notices_phone")


@require_POST
def switch_off(request: StaffRequest, pk: int) -> HttpResponse:
    """One of my devices gets no alerts any more."""
    phone = get_object_or_404(PushSubscription.objects.filter(staff=request.user), pk=pk)
    phone.delete()
    messages.success(request, f"Alerts are off for {phone}.")
    return redirect("notices_phone")
