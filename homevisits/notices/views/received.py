"""A text that belongs to no visit, for those who were told of it."""

import re

from cryptography.fernet import InvalidToken
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from homevisits.audit.look import looked
from homevisits.notices.accounts import ReceivedText
from homevisits.people.phones import written
from homevisits.people.signed_in import StaffRequest
from homevisits.sealing import unseal

# Digits that may be somebody's PIN are nobody else's to read.
PIN = re.compile(r"(?<![0-9])[0-9]{4,6}(?![0-9])")


@never_cache
@require_safe
def text(request: StaffRequest, pk: int) -> HttpResponse:
    """Who wrote it from which number, and what: read to ring them. Each reading is kept."""
    found = get_object_or_404(ReceivedText.objects.visible_to(request.user).select_related("sender"), pk=pk)
    looked(request.user, "received_text", str(found.pk))
    try:
        number, _, words = unseal(found.sealed).partition("\n")
    except InvalidToken:
        number, words = "", ""
    kept = number if number.startswith(("+", "0")) or not number else f"+{number}"
    context = {"text": found, "number": kept, "shown": written(kept), "words": PIN.sub("••••", words)}
    return render(request, "notices/received.html", context)
