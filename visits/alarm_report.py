"""How alarms turned out, by school and term: counts and a rate, never a name."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from homevisits.clock import london_day
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, School, Term
from homevisits.trusts.roles import LEADERS, RoleName
from visits.drilling.models import DrillAlarm
from visits.models import VisitAlarm

READERS = {*LEADERS, RoleName.TRUST_ADMIN}
BACK = dt.timedelta(days=730)
Outcome = VisitAlarm.Outcome


@dataclass(frozen=True)
class Line:
    """One school in one term. Drills stand apart: they are no alarm."""

    school: School
    term: str
    real: int
    late: int
    false: int
    drills: int
    target: int

    @property
    def total(self) -> int:
        return self.real + self.late + self.false

    @property
    def percent(self) -> int | None:
        """False alarms in per cent of all; None where there was none."""
        return round(100 * self.false / self.total) if self.total else None

    @property
    def percent_words(self) -> str:
        return f"{self.percent} %"

    @property
    def is_over(self) -> bool:
        """Whether more were false than the policy means to have."""
        return self.percent is not None and self.percent > self.target


def schools_of(staff: Staff) -> "Iterable[School]":
    """The schools whose counts somebody reads: a leader's own, all of the trust for its admin and CEO."""
    if not staff.has_role(*READERS):
        return School.objects.none()
    found = School.objects.visible_to(staff)
    if any(role in READERS and where is None for role, where in staff.held):
        return found
    return found.filter(pk__in=[where for role, where in staff.held if role in READERS])


def lines(staff: Staff, now: dt.datetime) -> list[Line]:
    """Each school and term of the last two years, the newest first. A fixed number of queries."""
    schools = list(School.objects.filter(pk__in=[s.pk for s in schools_of(staff)]).prefetch_related("terms"))
    policies = Policy.objects.in_force_at(School.objects.filter(pk__in=[s.pk for s in schools]))
    counts = _counts(schools, staff, now)
    made = []
    for school in schools:
        policy = policies.get(school.pk)
        for key, term in _terms(school, now):
            got = {outcome: counts[school.pk, key, outcome] for outcome in Outcome.values}
            target = policy.false_alarm_percent if policy else 0
            made.append(
                Line(
                    school,
                    term,
                    real=got[Outcome.REAL],
                    late=got[Outcome.LATE],
                    false=got[Outcome.FALSE],
                    drills=got[Outcome.DRILL],
                    target=target,
                )
            )
    return made


def _terms(school: School, now: dt.datetime) -> list[tuple[int | None, str]]:
    """The terms and what each is called, the newest first; what lies in none stands under one heading.

    Two that have one name are told apart by their years.
    """
    today = london_day(now)
    begun = [t for t in school.terms.all() if t.starts_on <= today and t.ends_on >= today - BACK]
    newest = sorted(begun, key=lambda term: term.starts_on, reverse=True)
    many = Counter(term.name for term in newest)
    named = [(t.pk, t.name if many[t.name] == 1 else f"{t.name} {t.starts_on.year}") for t in newest]
    return [*named, (None, OUTSIDE)]


OUTSIDE = "Outside term"


def _term_of(terms: Iterable[Term], day: dt.date) -> int | None:
    return next((term.pk for term in terms if term.starts_on <= day <= term.ends_on), None)


def _counts(schools: list[School], staff: Staff, now: dt.datetime) -> Counter[tuple[int, int | None, str]]:
    """How many alarms ended in each way, timers that broke aside. One that somebody called a drill counts as one.

    Without the silent ones of which the reader may not know: a number that goes up would tell.
    """
    terms = {school.pk: list(school.terms.all()) for school in schools}
    since = now - BACK
    ended = VisitAlarm.objects.shown_to(staff).exclude(kind=VisitAlarm.Kind.FAULT)
    ended = ended.filter(state="resolved", visit__school__in=terms, opened_at__gt=since)
    run = DrillAlarm.objects.filter(state="resolved", drill__school__in=terms, opened_at__gt=since)
    rows = [
        *ended.values_list("visit__school_id", "opened_at", "outcome"),
        *((school, at, Outcome.DRILL) for school, at in run.values_list("drill__school_id", "opened_at")),
    ]
    return Counter((school, _term_of(terms[school], london_day(at)), outcome) for school, at, outcome in rows)
