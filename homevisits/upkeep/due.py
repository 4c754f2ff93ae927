"""Which reminders a place should have, from its facts: pure.

Everything falls due at half past eight in the morning. Reminders nudge a finite number of times.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from homevisits.clock import from_local
from homevisits.escalation.deadlines import Wanted
from homevisits.trusts.models import Insurance, Policy

MORNING = dt.time(8, 30)
DAY, WEEK = 24 * 60, 7 * 24 * 60
LONG_AHEAD, SHORTLY = dt.timedelta(days=60), dt.timedelta(days=14)


class Kind:
    """The kinds of reminders."""

    REVIEW = "review"
    INSURANCE_SOON = "insurance_soon"
    INSURANCE = "insurance"
    CASCADE = "cascade"
    READING = "reading"
    CHECKS = "checks"


@dataclass(frozen=True)
class Facts:
    """What a place's reminders follow from; a day that is None asks for none."""

    reviewed: Policy | None = None
    insurance: Insurance | None = None
    to_tell: Policy | None = None
    tell_by: dt.date | None = None
    read_by: tuple[dt.date, ...] = ()
    endings: tuple[dt.date, ...] = ()


def wanted(facts: Facts, today: dt.date) -> list[Wanted]:
    """Every reminder that a place should have."""
    return [
        *_review(facts.reviewed),
        *_insurance(facts.insurance),
        *_telling(facts),
        *_reading(facts.read_by, today),
        *_checks(facts.endings, today),
    ]


def _review(policy: Policy | None) -> list[Wanted]:
    """The policy's days ahead of its review, on the day, and weekly for a quarter (TC-248, AF-005)."""
    if policy is None or policy.review_by is None:
        return []
    ahead = dt.timedelta(days=policy.review_reminder_days)
    return [
        _remind(Kind.REVIEW, policy.review_by, ahead=ahead, nudges=13, every=WEEK, extra={"policy": policy})
    ]


def _insurance(insurance: Insurance | None) -> list[Wanted]:
    """60 and 14 days before it ends, on the day, and weekly for a month (TC-046)."""
    if insurance is None:
        return []
    ends, extra = insurance.expires_on, {"insurance": insurance}
    return [
        _remind(Kind.INSURANCE_SOON, ends - LONG_AHEAD, extra=extra),
        _remind(Kind.INSURANCE, ends, ahead=SHORTLY, nudges=5, every=WEEK, extra=extra),
    ]


def _telling(facts: Facts) -> list[Wanted]:
    """When a head should have told the staff, and every other day for a week (TC-255)."""
    if facts.to_tell is None or facts.tell_by is None:
        return []
    extra = {"policy": facts.to_tell}
    return [_remind(Kind.CASCADE, facts.tell_by, nudges=4, every=2 * DAY, extra=extra)]


def _reading(days: tuple[dt.date, ...], today: dt.date) -> list[Wanted]:
    """The morning after a day by which somebody should have read, and weekly (TC-050).

    The latest of those that have passed, so that each newcomer who is late is news; else the next.
    """
    if not days:
        return []
    day = max((day for day in days if day < today), default=min(days))
    return [_remind(Kind.READING, day + dt.timedelta(days=1), nudges=4, every=WEEK)]


def _checks(endings: tuple[dt.date, ...], today: dt.date) -> list[Wanted]:
    """The next Monday on which there is news of something that ends: at most one a week."""
    news = (day - ahead for day in endings for ahead in (LONG_AHEAD, SHORTLY, dt.timedelta()))
    ahead = [day for day in news if day >= today]
    return [_remind(Kind.CHECKS, monday(min(ahead)))] if ahead else []


def monday(day: dt.date) -> dt.date:
    """The Monday on or after a day."""
    return day + dt.timedelta(days=-day.weekday() % 7)


def _remind(
    kind: str,
    day: dt.date,
    *,
    ahead: dt.timedelta | None = None,
    nudges: int = 1,
    every: int = 0,
    extra: Mapping[str, object] | None = None,
) -> Wanted:
    return Wanted(
        kind=kind,
        due_at=from_local(day, MORNING),
        is_safety=False,
        extra=extra or {},
        prompt_at=from_local(day - ahead, MORNING) if ahead else None,
        nudges=nudges,
        nudge_minutes=every,
    )
