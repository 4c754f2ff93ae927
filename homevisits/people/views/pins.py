"""The page on which somebody sets their own PINs."""

import datetime as dt

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from homevisits.clock import app_now
from homevisits.people import keeping
from homevisits.people.forms.pins import PinsForm
from homevisits.people.pins import has_pins
from homevisits.people.signed_in import StaffRequest
from homevisits.people.signin import is_fresh

FRESH = dt.timedelta(minutes=5)


@never_cache
def pins(request: StaffRequest) -> HttpResponse:
    """Set both anew, with a password given just now; neither is ever shown.

    What is sent later than that is not kept over the question for the password: a session holds no PIN.
    """
    now = app_now()
    if request.method != "POST" and not is_fresh(request, FRESH, now):
        raise ReauthenticationRequired
    if request.method == "POST" and not is_fresh(request, 3 * FRESH, now):
        return redirect("pins")
    form = PinsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.set_pins(staff=request.user, by=request.user, now=now, **form.cleaned_data)
        except keeping.Refused as no:
            form.add_error("ordinary", str(no))
        else:
            messages.success(request, "Both PINs are kept. Nobody can read them; you can set new ones here.")
            return redirect("pins")
    context = {"form": form, "has_pins": has_pins(request.user), "title": "Your PINs", "back": "/"}
    return render(request, "people/pins.html", context)
