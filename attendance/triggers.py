"""Which absences suggest a visit. Pure: marks in, grounds out; a person decides."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attendance.codes import ABSENT, CODES, ILL
from attendance.figures import FEWEST, figures
from homevisits.trusts.calendar import SchoolDays
from homevisits.trusts.policies import Policy

if TYPE_CHECKING:
    from attendance.models import Mark

LONGEST_GAP = 4  # days from a Friday to the Tuesday after a bank holiday; more is a holiday
SIX_WEEKS = dt.timedelta(days=42)

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


@dataclass(frozen=True)
class Known:
    """What is known of one pupil besides the marks: last explained, last visited, the school's days."""

    policy: Policy
    school_days: SchoolDays
    explained_on: dt.date | None = None
    visited_on: dt.date | None = None

    def is_explained(self, since: dt.date) -> bool:
        """Only contact that gave an explanation since then clears an absence (AF-036)."""
        return bool(self.explained_on and self.explained_on >= since)


def illness(days: Sequence[Day], known: Known) -> Ground | None:
    """Ill for the policy's days in a row; medical evidence changes nothing (AF-046, AF-048)."""
    ill, least = run(days, is_ill), known.policy.illness_days
    if not least or len(ill) < least:
        return None
    return Ground(
        "illness",
        ill[0][0],
        f"Ill for {len(ill)} school days, since {ill[0][0]:%-d %B}",
        ("ILLNESS",),
        ("AF-046", "AF-048"),
    )


def still_ill(days: Sequence[Day], known: Known) -> Ground | None:
    """A visit at least once in so many days while the illness goes on (AF-047)."""
    ill, every, seen = run(days, is_ill), known.policy.illness_interval_days, known.visited_on
    if not (every and ill and seen and seen >= ill[0][0]):
        return None
    if (ill[-1][0] - seen).days < every:
        return None
    words = f"Still ill since {ill[0][0]:%-d %B}, last visited on {seen:%-d %B}"
    return Ground("still_ill", seen, words, ("ILLNESS",), ("AF-047", "AF-048"))


def not_back(days: Sequence[Day], known: Known) -> Ground | None:
    """Not back on the first days after a holiday, without an explanation (AF-034 to AF-038)."""
    gone = run(days, is_absent)
    if not (gone and known.policy.after_holiday_days):
        return None
    first = first_day_back(gone[-1][0], known.school_days, known.policy.after_holiday_days)
    if first is None or gone[0][0] > first or known.is_explained(first):
        return None
    number = sum(1 for day, _ in gone if day >= first)
    return Ground(
        f"not_back_{number}",
        first,
        f"Not back on day {number} after the holiday, no explanation",
        (f"NOT_BACK_DAY_{number}",),
        ("AF-034", "AF-035", "AF-036", "AF-037", "AF-038"),
    )


def first_day_back(day: dt.date, school_days: SchoolDays, within: int) -> dt.date | None:
    """The first school day after a holiday, if `day` is one of the first `within` of them."""
    back = day
    for _ in range(within):
        before = school_days.last_before(back)
        if before is None or (back - before).days > LONGEST_GAP:
            return back
        back = before
    return None


def no_contact(days: Sequence[Day], known: Known) -> Ground | None:
    """Absent for the policy's days running while nobody at home has explained it (SH-032).

    An explanation given since the absence began clears it; any other contact does not (AF-036).
    """
    gone, least = run(days, is_absent), known.policy.no_contact_days
    if not least or len(gone) < least or known.is_explained(gone[0][0]):
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


def too_much(marks: "Sequence[Mark]", known: Known) -> Ground | None:
    """Absent for more than the policy's share of six weeks; at most one ground a month (SH-030)."""
    limit = known.policy.absence_percent
    if not (limit and marks):
        return None
    last = max(mark.day for mark in marks)
    counted = figures(mark.code for mark in marks if mark.day > last - SIX_WEEKS)
    if counted.possible < FEWEST or counted.absent * 100 <= limit * counted.possible:
        return None
    words = f"Absent for {counted.absent} of {counted.possible} sessions in six weeks"
    return Ground(
        "percent", last.replace(day=1), words, ("ATTENDANCE_CONCERN", "LOW_ATTENDANCE"), ("SH-030",)
    )


def grounds(marks: "Iterable[Mark]", known: Known) -> list[Ground]:
    """Every ground that a pupil's marks give now under a policy, the most pressing first."""
    marks = list(marks)
    days = by_day(marks)
    found = [looker(days, known) for looker in (not_back, still_ill, illness, no_contact)]
    return [ground for ground in (*found, too_much(marks, known)) if ground]
