"""When a school is open: terms, closures, English bank holidays, hours."""

import datetime as dt
from functools import lru_cache

from govuk_bank_holidays.bank_holidays import BankHolidays

from homevisits.clock import local
from homevisits.trusts.models import School


@lru_cache(maxsize=1)
def bank_holidays() -> frozenset[dt.date]:
    """English bank holidays from the package's own data; asks no network."""
    days = BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
    return frozenset(day["date"] for day in days)


def is_school_day(school: School, day: dt.date) -> bool:
    """A weekday in term, not in a closure, not a bank holiday. Without terms every weekday counts."""
    if day.weekday() > 4 or day in bank_holidays():
        return False
    terms = list(school.terms.all())
    if terms and not any(term.starts_on <= day <= term.ends_on for term in terms):
        return False
    return not any(c.starts_on <= day <= c.ends_on for c in school.closures.all())


def next_school_day(school: School, after: dt.date) -> dt.date:
    """The first school day after a date; looks a year ahead, then takes the next weekday."""
    for offset in range(1, 366):
        day = after + dt.timedelta(days=offset)
        if is_school_day(school, day):
            return day
    return after + dt.timedelta(days=1)


def is_in_school_hours(school: School, starts: dt.datetime, ends: dt.datetime) -> bool:
    """Whether all of a stretch lies in the hours of one school day (TC-103)."""
    first, last = local(starts), local(ends)
    return (
        first.date() == last.date()
        and is_school_day(school, first.date())
        and school.opens_at <= first.time()
        and last.time() <= school.closes_at
    )
