"""When a school is open: terms, closures, English bank holidays, hours."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from govuk_bank_holidays.bank_holidays import BankHolidays

from homevisits.clock import local
from homevisits.trusts.models import Closure, School, Term

LOOK_AHEAD_DAYS = 366
Span = tuple[dt.date, dt.date]


@lru_cache(maxsize=1)
def bank_holidays() -> frozenset[dt.date]:
    """English bank holidays from the package's own data; asks no network."""
    days = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(day["date"] for day in days)


@dataclass(frozen=True)
class SchoolDays:
    """Terms and closures of one school, read once, to be asked about many days."""

    terms: tuple[Span, ...]
    closures: tuple[Span, ...]

    @classmethod
    def of(cls, school: School) -> "SchoolDays":
        """Two queries the first time that this object is asked; none when it came with them prefetched."""
        known = vars(school)
        if "school_days" not in known:
            known["school_days"] = cls(_spans(school.terms.all()), _spans(school.closures.all()))
        days: SchoolDays = known["school_days"]
        return days

    def __contains__(self, day: dt.date) -> bool:
        """A weekday in term, not in a closure, not a bank holiday. Without terms every weekday counts."""
        if day.weekday() > 4 or day in bank_holidays() or _lies_in(day, self.closures):
            return False
        return not self.terms or _lies_in(day, self.terms)

    def next_after(self, day: dt.date) -> dt.date:
        """The first school day after a date; a year ahead there is none, so the next day."""
        ahead = (day + dt.timedelta(days=offset) for offset in range(1, LOOK_AHEAD_DAYS))
        return next((later for later in ahead if later in self), day + dt.timedelta(days=1))

    def last_before(self, day: dt.date) -> dt.date | None:
        """The last school day before a date; None when there is none in the year before."""
        back = (day - dt.timedelta(days=offset) for offset in range(1, LOOK_AHEAD_DAYS))
        return next((earlier for earlier in back if earlier in self), None)


def is_school_day(school: School, day: dt.date) -> bool:
    """Whether pupils are in on a day. For many days at once ask SchoolDays."""
    return day in SchoolDays.of(school)


def next_school_day(school: School, after: dt.date) -> dt.date:
    """The first school day after a date. Two queries, however far ahead it lies."""
    return SchoolDays.of(school).next_after(after)


def is_in_school_hours(school: School, starts: dt.datetime, ends: dt.datetime) -> bool:
    """Whether all of a stretch lies in the hours of one school day (TC-103).

    Instants in, the wall clock at school inside: 08:45 is 08:45 before and after a clock change.
    """
    first, last = local(starts), local(ends)
    return (
        first.date() == last.date()
        and school.opens_at <= first.time()
        and last.time() <= school.closes_at
        and is_school_day(school, first.date())
    )


def term_of(school: School, day: dt.date) -> Term | None:
    """The term in which a day lies, or the one that ended last before it."""
    return school.terms.filter(starts_on__lte=day).order_by("-starts_on").first()


def _spans(rows: Iterable[Term] | Iterable[Closure]) -> tuple[Span, ...]:
    return tuple((row.starts_on, row.ends_on) for row in rows)


def _lies_in(day: dt.date, spans: tuple[Span, ...]) -> bool:
    return any(first <= day <= last for first, last in spans)
