"""Plans a school's next drill, starts one, and ends it; the only place that writes drills."""

import datetime as dt

from django.db import transaction

from homevisits.clock import from_local, london_day
from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.deadlines import Wanted, arm
from homevisits.people.models import Staff
from homevisits.trusts.calendar import SchoolDays
from homevisits.trusts.models import Policy, School
from visits.drilling.models import COUNTS, Drill, DrillAlarm, DrillDeadline, may_run, note
from visits.transitions.door import Refused

# A drill is due two weeks before the term ends, at nine; without terms some months after the last.
BEFORE_END = dt.timedelta(days=14)
NINE = dt.time(9)
WITHOUT_TERMS = dt.timedelta(days=120)
NUDGES = 6
WEEK = 7 * 24 * 60


def start_drill(*, school: School, by: Staff, now: dt.datetime) -> DrillAlarm:
    """Climb the school's real ladder for a pretend visit, from its first step (feature: drills). Raises Refused."""
    if not may_run(by, school):
        raise Refused("Only the head, the DSL, the CEO or a trust admin can have a drill run.")
    with transaction.atomic():
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        policy = Policy.objects.in_force(school)
        if policy is None:
            raise Refused("No policy is in force at this school.")
        if running(school):
            raise Refused("A drill is running at this school. End it first.")
        drill = school.drills.filter(started_at=None).first() or Drill(school=school, planned_at=now)
        drill.policy, drill.started_by, drill.started_at = policy, by, now
        drill.save()
        arm(DrillDeadline, drill, [], now=now, met={"due"})
        note(drill, "started", f"{by.short_name} had a drill run", by=by, now=now)
        alarm = open_alarm_now(DrillAlarm, drill, kind="drill", now=now)
    assert isinstance(alarm, DrillAlarm)
    return alarm


def running(school: School) -> Drill | None:
    """The drill that is under way at a school."""
    return school.drills.filter(started_at__isnull=False, ended_at=None).first()


def over(drill: Drill, *, by: Staff, now: dt.datetime) -> None:
    """A person ended it: the next one is planned. In the transaction that resolves its alarm."""
    drill.ended_at = now
    drill.save(update_fields=["ended_at"])
    note(drill, "ended", f"{by.short_name} ended the drill", by=by, now=now)
    plan_next(drill.school, now)


def plan_next(school: School, now: dt.datetime) -> Drill | None:
    """Have the school's next drill due once a term, where its policy asks for it; else none is."""
    policy = Policy.objects.in_force(school)
    planned = school.drills.filter(started_at=None).first()
    if policy is None or not policy.drill_each_term:
        if planned:
            arm(DrillDeadline, planned, [], now=now)
        return None
    if planned is None:
        planned, _ = Drill.objects.get_or_create(school=school, started_at=None, defaults={"planned_at": now})
    due = Wanted(kind="due", due_at=due_at(school, now), is_safety=False, nudges=NUDGES, nudge_minutes=WEEK)
    arm(DrillDeadline, planned, [due], now=now)
    return planned


def due_at(school: School, now: dt.datetime) -> dt.datetime:
    """By when the next drill is run: two weeks before the end of the first term that has none that counts."""
    counted = DrillAlarm.objects.filter(COUNTS, state=DrillAlarm.State.RESOLVED).values("drill")
    last = school.drills.filter(ended_at__isnull=False, pk__in=counted).order_by("-started_at").first()
    last_day = london_day(last.started_at) if last and last.started_at else None
    for term in school.terms.filter(ends_on__gte=london_day(now)).order_by("starts_on"):
        if last_day and term.starts_on <= last_day <= term.ends_on:
            continue
        day = max(term.ends_on - BEFORE_END, term.starts_on)
        return from_local(day if day in SchoolDays.of(school) else _before(school, day), NINE)
    first = school.drills.order_by("planned_at").first()
    begun = last.ended_at if last else first.planned_at if first else None
    return (begun or now) + WITHOUT_TERMS


def _before(school: School, day: dt.date) -> dt.date:
    return SchoolDays.of(school).last_before(day) or day


def plan_all(now: dt.datetime) -> int:
    """Every school's next drill, each in a transaction of its own: schools are added and terms move. Says how many."""
    schools = list(School.objects.select_related("trust"))
    for school in schools:
        with transaction.atomic():
            School.objects.select_for_update(no_key=True).get(pk=school.pk)
            plan_next(school, now)
    return len(schools)


def after_publication(policy: Policy, by: Staff | None, now: dt.datetime) -> None:
    """A version that asks for drills, or no longer does, is followed at every school that it binds."""
    schools = [policy.school] if policy.school else School.objects.filter(trust=policy.trust)
    for school in schools:
        if Policy.objects.in_force(school) == policy:
            plan_next(school, now)
