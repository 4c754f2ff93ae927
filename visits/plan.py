"""The four times of a visit, worked out from an arrival and how long each part takes."""

import datetime as dt
from dataclasses import dataclass

from homevisits.clock import from_local, local, london_day
from homevisits.trusts.calendar import SchoolDays
from homevisits.trusts.models import School
from visits.models import Visit

TRAVEL = 15
STAY = 45
NOTICE = dt.timedelta(minutes=60)
QUARTER = 15
MORNING = dt.time(10, 0)


def _minutes(stretch: dt.timedelta) -> int:
    return round(stretch.total_seconds() / 60)


@dataclass(frozen=True)
class Plan:
    """When the visitors arrive, and the minutes there, on the way out and on the way back."""

    start_at: dt.datetime
    stay: int = STAY
    there: int = TRAVEL
    back: int = TRAVEL

    @property
    def times(self) -> dict[str, dt.datetime]:
        """The four columns of a visit. Always in order, whatever the clock change does."""
        end_at = self.start_at + dt.timedelta(minutes=self.stay)
        return {
            "depart_at": self.start_at - dt.timedelta(minutes=self.there),
            "start_at": self.start_at,
            "end_at": end_at,
            "return_at": end_at + dt.timedelta(minutes=self.back),
        }


def plan_of(visit: Visit) -> Plan | None:
    """The plan that a visit has; None while a time is missing."""
    leave, start, end, back = visit.depart_at, visit.start_at, visit.end_at, visit.return_at
    if leave is None or start is None or end is None or back is None:
        return None
    return Plan(start, _minutes(end - start), _minutes(start - leave), _minutes(back - end))


def proposed(visit: Visit, now: dt.datetime) -> Plan:
    """A plan to start from: today if school is still on for long enough, else the next school day at ten."""
    stay = visit.rules.default_visit_minutes if visit.rules else STAY
    there, back = travel(visit)
    return Plan(_first_start(visit.school, now, stay), stay, there, back)


def _first_start(school: School, now: dt.datetime, stay: int) -> dt.datetime:
    days, today = SchoolDays.of(school), london_day(now)
    soon = _on_the_quarter(now + NOTICE)
    ends = local(soon + dt.timedelta(minutes=stay))
    in_hours = school.opens_at <= local(soon).time() and ends.time() <= school.closes_at
    if today in days and ends.date() == today and in_hours:
        return soon
    early = today in days and local(now).time() < school.opens_at
    return from_local(today if early else days.next_after(today), max(MORNING, school.opens_at))


def _on_the_quarter(at: dt.datetime) -> dt.datetime:
    """The next quarter of an hour, that instant included."""
    over = -at.minute % QUARTER
    whole = at.replace(second=0, microsecond=0)
    return whole + dt.timedelta(minutes=over or (QUARTER if whole < at else 0))


def travel(visit: Visit) -> tuple[int, int]:
    """Minutes there and back: as the last visit from this school to this home planned them."""
    if visit.household_id is None:
        return TRAVEL, TRAVEL
    before = Visit.objects.filter(household=visit.household_id, school=visit.school_id).exclude(pk=visit.pk)
    last = before.filter(submitted_at__isnull=False).order_by("-start_at").first()
    plan = plan_of(last) if last else None
    return (plan.there, plan.back) if plan else (TRAVEL, TRAVEL)
