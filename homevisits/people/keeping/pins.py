"""Keeps the two PINs of a member of staff."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from homevisits.people.keeping.rules import ask, place_of, require
from homevisits.people.models import Staff
from homevisits.people.pins import REFUSAL, CheckInPins, are_usable, hashed
from homevisits.people.story import tell

WHILE_OUT = (
    "You are on a visit. Set new PINs when you are back; if you have forgotten yours, ring the office."
)
# Upper floors say here whether somebody is out: whoever holds their phone then sets no PINs of their own.
OUT: list[Callable[[Staff], bool]] = []


@transaction.atomic
def set_pins(*, staff: Staff, ordinary: str, duress: str, by: Staff, now: dt.datetime) -> None:
    """Set both PINs anew; only their owner may. Raises Refused with the same sentence for every reason."""
    ask(by == staff, "Everybody sets their own PINs.")
    require(not any(is_out(staff) for is_out in OUT), WHILE_OUT)
    require(are_usable(ordinary, duress), REFUSAL)
    CheckInPins.objects.update_or_create(staff=staff, defaults={**hashed(ordinary, duress), "set_at": now})
    sentence = f"{staff} set the PINs for check-ins."
    tell(where=place_of(staff), kind="pins_set", by=by, now=now, about=staff, sentence=sentence)
