"""The two PINs of a member of staff: an ordinary one, and one that asks for help without showing it.

Neither is ever read back. A PIN is hashed with a key of the person's own, which is sealed with
FIELD_KEY outside the database, and then like a password: a copy of the database tells nobody
which of ten thousand PINs it is, and the keys can be sealed again when FIELD_KEY changes.
"""

import hashlib
import hmac
import re
from enum import StrEnum
from itertools import pairwise
from secrets import token_hex
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models

from homevisits.sealing import seal, unseal

if TYPE_CHECKING:
    from homevisits.people.models import Staff

# One sentence for every reason: nothing is learned of one PIN by trying the other.
REFUSAL = (
    "These two PINs cannot be used together. Choose two of 4 to 6 digits that differ in at least two places; "
    "no runs such as 1234, no repeats such as 7777 or 1212."
)
COMMON = {"2580", "0852", "1379", "159753", "147258"}


class Given(StrEnum):
    """What a PIN that was typed is."""

    ORDINARY = "ordinary"
    DURESS = "duress"
    WRONG = "wrong"


class CheckInPins(models.Model):
    """Both PINs of one person, as keyed hashes."""

    staff = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pins")
    key = models.BinaryField("sealed key of the hashes")
    ordinary = models.CharField(max_length=200)
    duress = models.CharField(max_length=200)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"PINs of {self.staff}"


def are_usable(ordinary: str, duress: str) -> bool:
    """Whether two PINs may stand together: neither weak, and more than a slip of one digit apart."""
    return not (is_weak(ordinary) or is_weak(duress) or is_one_apart(ordinary, duress))


def is_weak(pin: str) -> bool:
    """Not 4 to 6 digits, a run, a repeat, or one that everybody chooses."""
    if not re.fullmatch(r"[0-9]{4,6}", pin):
        return True
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3) if len(pin) % size == 0)
    return steps in ({1}, {9}) or repeats or pin in COMMON


def is_one_apart(one: str, other: str) -> bool:
    """Whether two texts are equal, or one digit (changed, missing or added) makes them so."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) <= 1
    short, long = sorted((one, other), key=len)
    return any(short == long[:at] + long[at + 1 :] for at in range(len(long)))


def hashed(ordinary: str, duress: str) -> dict[str, bytes | str]:
    """The columns that keep two PINs, under a new key of the person's own."""
    key = token_hex(32)
    marks = {"ordinary": _mark(key, ordinary), "duress": _mark(key, duress)}
    return {"key": seal(key)} | {name: make_password(mark) for name, mark in marks.items()}


def has_pins(staff: "Staff") -> bool:
    """Whether somebody has set both PINs. One query."""
    return CheckInPins.objects.filter(staff=staff).exists()


def given(staff: "Staff", typed: str) -> Given:
    """Which PIN was typed. Both are always checked, whatever was typed: the time tells nothing.

    Raises CheckInPins.DoesNotExist for somebody who has set none.
    """
    kept = CheckInPins.objects.get(staff=staff)
    mark = _mark(unseal(bytes(kept.key)), typed.strip())
    is_ordinary, is_duress = check_password(mark, kept.ordinary), check_password(mark, kept.duress)
    return Given.DURESS if is_duress else Given.ORDINARY if is_ordinary else Given.WRONG


def _mark(key: str, pin: str) -> str:
    return hmac.new(key.encode(), pin.encode(), hashlib.sha256).hexdigest()
