"""Which absences suggest a visit. Pure: marks in, grounds out; a person decides."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attendance.codes import ABSENT, CODES, ILL

if TYPE_CHECKING:
    from attendance.models import Mark

ILLNESS_DAYS = 3  # AF-046: three continuous days; school days, as read here
NO_CONTACT_DAYS = 3  # SH-032: three consecutive days without contact from home

Day = tuple[dt.date, frozenset[str]]


@dataclass(frozen=True)
class Ground:
    """One absence that suggests a visit: since when, in words, and the reasons that a policy may have for it."""

    trigger: str
    since_on: dt.date
    words: str
    reasons: tuple[str, ...]
    clauses: tuple[str, ...]


def by_day(marks: "Iterable[Mark]") -> list[Day]:
    """The codes of each day that has a mark, oldest first."""
    days: dict[dt.date, set[str]] = {}
    for mark in marks:
        days.setdefault(mark.day, set()).add(mark.code)
    return [(day, frozenset(codes)) for day, codes in sorted(days.items())]


def run(days: Sequence[Day], holds: Callable[[frozenset[str]], bool]) -> list[Day]:
    """The unbroken run of marked days, up to the last one, on which something holds."""
    found: list[Day] = []
    for day in reversed(days):
        if not holds(day[1]):
            break
        found.append(day)
    return found[::-1]


def is_ill(codes: frozenset[str]) -> bool:
    """All of the day's marks are illness."""
    return codes <= ILL


def is_absent(codes: frozenset[str]) -> bool:
    """All of the day's marks are absence, whatever the reason."""
    return all(CODES[code].counts_as in ABSENT for code in codes)


def illness(days: Sequence[Day]) -> Ground | None:
    """Ill for three continuous days or more; medical evidence changes nothing (AF-046, AF-048)."""
    ill = run(days, is_ill)
    if len(ill) < ILLNESS_DAYS:
        return None
    return Ground(
        "illness",
        ill[0][0],
        f"Ill for {len(ill)} school days, since {ill[0][0]:%-d %B}",
        ("ILLNESS",),
        ("AF-046", "AF-048"),
    )


def no_contact(days: Sequence[Day], explained_on: dt.date | None) -> Ground | None:
    """Absent three days running while nobody at home has explained it (SH-032).

    An explanation given since the absence began clears it; any other contact does not (AF-036).
    """
    gone = run(days, is_absent)
    if len(gone) < NO_CONTACT_DAYS or (explained_on and explained_on >= gone[0][0]):
        return None
    if all(is_ill(codes) for _, codes in gone):
        return None
    return Ground(
        "no_contact",
        gone[0][0],
        f"Absent for {len(gone)} school days without an explanation, since {gone[0][0]:%-d %B}",
        ("ABSENT_NO_CONTACT", "ABSENCE", "CONTACT_FAILED"),
        ("SH-032", "SH-033"),
    )


def grounds(marks: "Iterable[Mark]", explained_on: dt.date | None) -> list[Ground]:
    """Every ground that a pupil's marks give now."""
    days = by_day(marks)
    return [ground for ground in (illness(days), no_contact(days, explained_on)) if ground]
