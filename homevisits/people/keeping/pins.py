"""Keeps the two PINs of a member of staff."""

import datetime as dt

from django.db import transaction

from homevisits.people.keeping.rules import ask, place_of, require
from homevisits.people.models import Staff
from homevisits.people.pins import REFUSAL, CheckInPins, are_usable, hashed
from homevisits.people.story import tell


@transaction.atomic
def set_pins(*, staff: Staff, ordinary: str, duress: str, by: Staff, now: dt.datetime) -> None:
    """Set both PINs anew; only their owner may. Raises Refused with the same sentence for every reason."""
    ask(by == staff, "Everybody sets their own PINs.")
    require(are_usable(ordinary, duress), REFUSAL)
    CheckInPins.objects.update_or_create(staff=staff, defaults={**hashed(ordinary, duress), "set_at": now})
    sentence = f"{staff} set the PINs for check-ins."
    tell(where=place_of(staff), kind="pins_set", by=by, now=now, about=staff, sentence=sentence)
