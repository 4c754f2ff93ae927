"""How a trust's texts are set up, whether they work, and trying them out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.notices import keeping, permissions
from homevisits.notices.accounts import ReceivedText, TextAccount
from homevisits.notices.delivery import NotDelivered, in_words
from homevisits.notices.forms import AccountForm
from homevisits.notices.views.lists import tabs_of
from homevisits.people.models import Staff
from homevisits.people.phones import written
from homevisits.people.signed_in import StaffRequest

TESTS = {"text": keeping.try_text, "email": keeping.try_email}
TOOK = {
    "text": "Notify took the text. Look at your phone: it comes within a minute.",
    "email": "Notify took the e-mail. Look into your mailbox.",
}


def account_of(request: StaffRequest) -> TextAccount | None:
    """The trust's account, for whoever may set it up; 404 for everybody else."""
    if not permissions.may_set_texts(request.user):
        raise Http404
    return TextAccount.objects.visible_to(request.user).first()


def account_or_404(request: StaffRequest) -> TextAccount:
    """The account that is there already."""
    known = account_of(request)
    if known is None:
        raise Http404
    return known


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: StaffRequest) -> HttpResponse:
    """The page, and what is written on it."""
    known = account_of(request)
    form = AccountForm(known, request.POST or None)
    if form.is_valid():
        keeping.set_account(trust=request.user.trust, by=request.user, now=app_now(), **form.cleaned_data)
        messages.success(request, "Saved. Send yourself a test now.")
        return redirect("texts")
    return shown(request, known, form)


@require_POST
def token(request: StaffRequest) -> HttpResponse:
    """A new token for the callbacks, shown this once."""
    known = account_or_404(request)
    made = keeping.new_token(account=known, by=request.user, now=app_now())
    return shown(request, known, AccountForm(known), token=made)


@require_POST
def test(request: StaffRequest) -> HttpResponse:
    """A text or an e-mail to oneself, and what went wrong with it in words."""
    known = account_or_404(request)
    what = "email" if request.POST.get("what") == "email" and known.sends_email else "text"
    if what == "text" and not request.user.mobile:
        messages.error(request, "You have no mobile number here. Add it to your own page under People first.")
        return redirect("texts")
    try:
        TESTS[what](account=known, by=request.user, now=app_now())
    except NotDelivered as failure:
        messages.error(request, f"It did not go: {in_words(failure)}")
    else:
        messages.success(request, TOOK[what])
    return redirect("texts")


def shown(request: StaffRequest, known: TextAccount | None, form: AccountForm, **more: Any) -> HttpResponse:
    """The page as it stands."""
    context = {
        "account": known,
        "reply_number": written(known.reply_number) if known else "",
        "form": form,
        "now": app_now(),
        "tabs": tabs_of(request.user),
        "addresses": _addresses(known) if known else [],
        "strangers": known.texts.filter(state=ReceivedText.State.UNKNOWN).count() if known else 0,
        "without": without_mobile(request.user),
    }
    return render(request, "notices/texts.html", context | more)


def _addresses(known: TextAccount) -> list[tuple[str, str]]:
    """The two addresses that Notify is given."""
    return [
        ("Delivery receipts", f"{settings.SITE_URL}{reverse('notify_receipt', args=[known.uuid])}"),
        ("Received text messages", f"{settings.SITE_URL}{reverse('notify_text', args=[known.uuid])}"),
    ]


def without_mobile(staff: Staff) -> int:
    """How many people of the trust no text can reach."""
    return Staff.objects.active().filter(Q(mobile="") | Q(mobile=None), trust_id=staff.trust_id).count()
