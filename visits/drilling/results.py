"""What a school's drills showed: when the last one was, how fast somebody took it, how far it climbed, what is due."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from homevisits.people.models import Staff
from homevisits.trusts.models import School
from visits.drilling.models import RUNNERS, DrillAlarm, DrillDeadline

AHEAD = dt.timedelta(days=28)


@dataclass(frozen=True)
class Result:
    """One drill that is over, or runs: its alarm says the rest."""

    alarm: DrillAlarm

    @property
    def counts(self) -> bool:
        """Whether it is the term's drill: a person answered it who had not begun it."""
        others = {self.alarm.owner_id, self.alarm.resolved_by_id} - {None, self.alarm.drill.started_by_id}
        return bool(others)

    @property
    def minutes(self) -> int | None:
        """Until somebody took it, or ended it without; None while nobody has."""
        at = self.alarm.owned_at or self.alarm.resolved_at
        return int((at - self.alarm.opened_at).total_seconds() // 60) if at else None

    @property
    def taker(self) -> str:
        by = self.alarm.owner or self.alarm.resolved_by
        return by.short_name if by else ""


@dataclass(frozen=True)
class OfSchool:
    """A school's drills as a leader reads them."""

    school: School
    due_at: dt.datetime | None
    results: list[Result]

    @property
    def running(self) -> Result | None:
        return next((one for one in self.results if one.alarm.is_open), None)

    @property
    def last(self) -> Result | None:
        return next((one for one in self.results if not one.alarm.is_open), None)

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.due_at is not None and self.due_at <= now

    def is_near(self, now: dt.datetime) -> bool:
        """Whether its date stands on the days of those who run drills."""
        return self.due_at is not None and self.due_at <= now + AHEAD


def schools_of(staff: Staff) -> "list[School]":
    """The schools at which somebody may have a drill run."""
    found = School.objects.visible_to(staff)
    if not any(role in RUNNERS and where is None for role, where in staff.held):
        found = found.filter(pk__in=[where for role, where in staff.held if role in RUNNERS and where])
    return list(found)


def results(schools: list[School]) -> list[OfSchool]:
    """By school: what is due, what runs, what was. Three queries for any number of schools."""
    alarms = DrillAlarm.objects.filter(drill__school__in=schools).order_by("-opened_at")
    planned = DrillDeadline.objects.filter(drill__school__in=schools, drill__started_at=None, kind="due")
    due = dict(
        planned.filter(~Q(state="cleared")).order_by("due_at").values_list("drill__school_id", "due_at")
    )
    found: dict[int, list[Result]] = {school.pk: [] for school in schools}
    for alarm in alarms.select_related("drill__school", "owner", "resolved_by"):
        found[alarm.drill.school_id].append(Result(alarm))
    return [OfSchool(school, due.get(school.pk), found[school.pk][:6]) for school in schools]


def under_way(staff: Staff) -> list[DrillAlarm]:
    """The drills that run now and that somebody may take part in."""
    return list(DrillAlarm.visible_to(staff).exclude(state=DrillAlarm.State.RESOLVED))


def of_day(staff: Staff, now: dt.datetime) -> tuple[str, dict[str, object]] | None:
    """On the day of whoever runs drills: one that runs, or is due within some weeks; nothing else."""
    open_ones = under_way(staff)
    schools = schools_of(staff) if staff.has_role(*RUNNERS) else []
    near = [one for one in results(schools) if one.is_near(now)] if schools else []
    due = [{"school": one.school, "at": one.due_at, "is_over": one.is_overdue(now)} for one in near]
    if not (open_ones or due):
        return None
    return "visits/drills/_day.html", {"alarms": open_ones, "due": due, "now": now}
