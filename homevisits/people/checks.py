"""What staff who visit still lack: checks, training, a phone that was tried, a job description.

Worked out for whole schools at once, in the same few queries for one person or three hundred
(TC-044, TC-059, TC-180 to TC-187, TC-227).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q, prefetch_related_objects

from homevisits.people.clearances import SchoolTraining
from homevisits.people.holding import dbs_of, dbs_reaches, end_of, is_reached, level_of, meets, newest_dbs
from homevisits.people.models import Role, Staff
from homevisits.people.regular import visits_in_term
from homevisits.trusts.choices import DbsLevel, Strength, TrainingFor
from homevisits.trusts.models import Policy, School, Trust
from homevisits.trusts.roles import RoleName

SOON = dt.timedelta(days=60)
VISITING = {
    RoleName.VISITOR,
    RoleName.ATTENDANCE_OFFICER,
    RoleName.ATTENDANCE_LEAD,
    RoleName.EWO,
    RoleName.DSL,
    RoleName.DEPUTY_DSL,
    RoleName.SLT,
    RoleName.HEADTEACHER,
}


@dataclass(frozen=True)
class Lack:
    """One thing that somebody lacks or will: `state` is missing, ended, soon, phone or description."""

    state: str
    what: str
    todo: str
    ends_on: dt.date | None = None


@dataclass(frozen=True)
class Person:
    """Somebody with something to be seen to; `visits` in this term, `is_regular` by the policy."""

    staff: Staff
    visits: int
    is_regular: bool
    lacks: list[Lack]


@dataclass(frozen=True)
class Place:
    """A school, or (None) the people of the whole trust, and what its people lack."""

    school: School | None
    policy: Policy | None
    own: list[SchoolTraining]
    crew: list[Staff]
    people: list[Person]

    def count(self, *states: str) -> int:
        """How many lacks there are of some states."""
        return sum(lack.state in states for person in self.people for lack in person.lacks)

    @property
    def are_fine(self) -> int:
        """How many of those who visit lack nothing."""
        return len(self.crew) - len(self.people)


@dataclass(frozen=True)
class Asked:
    """Training that everybody who visits should hold: by the policy, or by a school's own list."""

    what: str
    code: str = ""
    months: int | None = None

    def until(self, staff: Staff, on: dt.date) -> dt.date | None:
        """When somebody's training of this kind ends or ended; None when they never had it."""
        held = [c for c in staff.clearances.all() if meets(c, self.code, self.what) and c.issued_on <= on]
        return max((end_of(c, self.months) for c in held), default=None)


def of_schools(schools: Iterable[School], on: dt.date) -> list[Place]:
    """What the people of some schools lack, school by school. The same queries for one as for thirty."""
    schools = list(schools)
    keys = [school.pk for school in schools]
    policies = Policy.objects.in_force_at(School.objects.filter(pk__in=keys))
    _fetch_rules(policies.values())
    crews, own = _crews(Q(school__in=keys)), _own_training(keys)
    visits = visits_in_term({staff.pk for crew in crews.values() for staff in crew}, on)
    return [
        _place(school, crews.get(school.pk, []), policies[school.pk], own.get(school.pk, []), visits, on)
        for school in schools
    ]


def of_trust(trust: Trust, on: dt.date) -> Place:
    """What those lack who visit for the whole trust: the EWO."""
    policy = Policy.objects.of(trust, None).published().order_by("-number").first()
    crew = _crews(Q(school=None, staff__trust=trust)).get(None, [])
    return _place(None, crew, policy, [], visits_in_term([staff.pk for staff in crew], on), on)


def endings(place: Place, on: dt.date) -> list[dt.date]:
    """The days after a day on which something that the place's people hold ends: for reminders."""
    if place.policy is None:
        return []
    asked = _asked(place.policy, place.own)
    days = [one.until(staff, on) for staff in place.crew for one in asked]
    days += [check.expires_on for staff in place.crew if (check := dbs_of(staff, on))]
    return sorted(day for day in days if day and on < day < dt.date.max)


def _place(
    school: School | None,
    crew: list[Staff],
    policy: Policy | None,
    own: list[SchoolTraining],
    visits: Mapping[int, int],
    on: dt.date,
) -> Place:
    people = []
    if policy is not None:
        asked = _asked(policy, own)
        people = [_person(staff, policy, asked, visits.get(staff.pk, 0), on) for staff in crew]
    found = sorted(
        (p for p in people if p.lacks), key=lambda p: (not p.is_regular, p.staff.last_name, p.staff.pk)
    )
    return Place(school, policy, own, crew, found)


def _person(staff: Staff, policy: Policy, asked: list[Asked], visits: int, on: dt.date) -> Person:
    is_regular = visits >= policy.regular_visits
    found = [
        *_dbs(staff, policy, on),
        *(lack for one in asked for lack in _training(staff, one, on)),
        *_phone(staff, policy),
    ]
    if is_regular and policy.job_description_rule != Strength.OFF and not staff.job_description_on:
        told = "Put visits into their job description, then say on their page since when."
        found.append(Lack("description", "Job description", told))
    return Person(staff, visits, is_regular, found)


def _dbs(staff: Staff, policy: Policy, on: dt.date) -> Iterator[Lack]:
    if policy.dbs_rule == Strength.OFF:
        return
    check, last = dbs_of(staff, on), newest_dbs(staff.clearances.all())
    needed = DbsLevel(policy.dbs_level).label.lower()
    if check is None and last is not None and last.expires_on and last.expires_on <= on:
        yield Lack("ended", "DBS check", "Renew it, then record the new one.", last.expires_on)
    elif check is None:
        yield Lack("missing", "DBS check", f"Record their check: {needed}.")
    elif not dbs_reaches(check, policy.dbs_level):
        had = DbsLevel(level_of(check)).label.lower()
        yield Lack("missing", "DBS check", f"The one on file is {had}: the policy asks for {needed}.")
    elif check.expires_on and check.expires_on <= on + SOON:
        yield Lack("soon", "DBS check", "Renew it before then.", check.expires_on)


def _training(staff: Staff, asked: Asked, on: dt.date) -> Iterator[Lack]:
    """Missing, ended or soon to end, by the one that holds longest."""
    last = asked.until(staff, on)
    if last is None:
        yield Lack("missing", asked.what, "Arrange the training, then record it.")
    elif last <= on:
        yield Lack("ended", asked.what, "Arrange it again, then record it.", last)
    elif last <= on + SOON:
        yield Lack("soon", asked.what, "Arrange it again before then.", last)


def _phone(staff: Staff, policy: Policy) -> Iterator[Lack]:
    if policy.phone_verified_rule == Strength.OFF or is_reached(staff):
        return
    if staff.mobile:
        yield Lack("phone", "Mobile never tried", "Ring it, then say that you reached them.")
    else:
        yield Lack("phone", "No mobile on file", "Ask for the number, and try it.")


def _asked(policy: Policy, own: list[SchoolTraining]) -> list[Asked]:
    """What each should hold; what one of those who go should hold is asked of the party, not here."""
    rules = [
        Asked(rule.label, rule.code, rule.valid_months)
        for rule in policy.trainingrules.all()
        if rule.strength != Strength.OFF and rule.about == TrainingFor.EACH
    ]
    return rules + [Asked(training.title) for training in own]


def _fetch_rules(policies: Iterable[Policy | None]) -> None:
    found = {policy.pk: policy for policy in policies if policy}
    prefetch_related_objects(list(found.values()), "trainingrules")


def _own_training(schools: list[int]) -> dict[int, list[SchoolTraining]]:
    found: dict[int, list[SchoolTraining]] = {}
    for training in SchoolTraining.objects.filter(school__in=schools, ended_at=None):
        found.setdefault(training.school_id, []).append(training)
    return found


def _crews(held: Q) -> dict[int | None, list[Staff]]:
    """Those who may go on visits, by school; None for the whole trust."""
    roles = Role.objects.filter(held, role__in=VISITING, staff__is_active=True)
    found: dict[int | None, dict[int, Staff]] = {}
    for role in roles.select_related("staff").prefetch_related("staff__clearances"):
        found.setdefault(role.school_id, {}).setdefault(role.staff_id, role.staff)
    return {school: list(crew.values()) for school, crew in found.items()}
