"""What the keepers have in common: the two ways to say no, and a fresh locked row."""

from typing import Any

from django.db.models import Model

from homevisits.people.models import Staff
from homevisits.trusts.models import School, Trust


class NotAllowed(Exception):
    """The person may not do this; the text is a sentence for them."""


class Refused(Exception):
    """A rule forbids this; the text is a sentence that says what to do instead."""


def ask(allowed: bool, sentence: str) -> None:
    """Raise NotAllowed with a sentence unless the person may."""
    if not allowed:
        raise NotAllowed(sentence)


def require(holds: bool, sentence: str) -> None:
    """Raise Refused with a sentence unless a rule holds."""
    if not holds:
        raise Refused(sentence)


def fresh[Row: Model](row: Row) -> Row:
    """The same row, read again and locked until the transaction ends."""
    return type(row)._default_manager.select_for_update().get(pk=row.pk)


def place_of(staff: Staff) -> School | Trust:
    """Where a person's story is told: their first school, else their trust."""
    return School.objects.filter(roles__staff=staff).order_by("roles__id").first() or staff.trust


def set_fields(row: Model, **fields: Any) -> list[str]:
    """Set what differs and save only that; gives back the names of what changed."""
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=changed)
    return changed
