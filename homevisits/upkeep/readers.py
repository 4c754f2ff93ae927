"""Who should read which policy, until when, and who has not (TC-050, TC-059, TC-228, TC-255).

Everybody who works at a school reads the policy that binds it; the EWO, who visits for all
schools, reads each. Worked out for whole trusts in the same few queries.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Min, Q, prefetch_related_objects

from homevisits.clock import london_day
from homevisits.people.having_read import POLICY_ITSELF, read_by, to_read
from homevisits.people.models import Cascade, Role, Staff
from homevisits.people.story import PeopleEvent
from homevisits.trusts.models import Policy, School, Trust
from homevisits.trusts.querysets import SchoolQuerySet
from homevisits.trusts.roles import RoleName

JOINED = ("staff_added", "role_given")
NOT_ASKED = {RoleName.CEO, RoleName.TRUST_ADMIN}


@dataclass(frozen=True)
class Reader:
    """Somebody who has something of a policy left to read; `missing` by title, "" for the policy."""

    staff: Staff
    policy: Policy
    missing: list[str]
    due_on: dt.date
    is_overdue: bool

    @property
    def what(self) -> str:
        """ "The policy, Lone Worker Policy"."""
        return ", ".join(paper or "The policy" for paper in self.missing)


@dataclass(frozen=True)
class Place:
    """A school, or (None) those who read for the whole trust: who was told, and who has not read."""

    school: School | None
    policy: Policy | None
    cascade: Cascade | None
    tell_by: dt.date | None
    is_late: bool
    asked: int
    readers: list[Reader]

    @property
    def overdue(self) -> list[Reader]:
        return [reader for reader in self.readers if reader.is_overdue]

    @property
    def have_read(self) -> int:
        return self.asked - len({reader.staff.pk for reader in self.readers})


class Register:
    """Who reads what at some schools of one trust, at one instant."""

    def __init__(self, trust: Trust, schools: Iterable[School], now: dt.datetime) -> None:
        self.trust, self.now, self.schools = trust, now, list(schools)
        found = Policy.objects.in_force_at(School.objects.filter(pk__in=[s.pk for s in self.schools]))
        self.policies = found
        self.versions = {policy.pk: policy for policy in found.values() if policy}
        prefetch_related_objects(list(self.versions.values()), "linkedpolicys")

    @cached_property
    def crews(self) -> dict[int | None, list[Staff]]:
        """Those who are asked to read, by school; None for the whole trust."""
        return crews(Q(school__in=self.schools) | Q(school=None, staff__trust=self.trust))

    @cached_property
    def read(self) -> set[tuple[int, int, str]]:
        people = {staff.pk for crew in self.crews.values() for staff in crew}
        return read_by(people, self.versions.values())

    @cached_property
    def joined(self) -> dict[int, dt.datetime]:
        return joined_at(self.trust)

    @cached_property
    def cascades(self) -> dict[tuple[int, int], Cascade]:
        found = Cascade.objects.filter(school__in=self.schools, policy__in=self.versions)
        return {(row.policy_id, row.school_id): row for row in found.select_related("told_by")}

    def places(self) -> list[Place]:
        """Every school, then those of the whole trust."""
        return [self.place(school) for school in self.schools] + [self.whole_trust()]

    def place(self, school: School) -> Place:
        """One school: was its staff told, and who has not read?"""
        policy, crew = self.policies.get(school.pk), self.crews.get(school.pk, [])
        if policy is None or policy.published_at is None:
            return Place(school, None, None, None, False, len(crew), [])
        cascade = self.cascades.get((policy.pk, school.pk))
        tell_by = london_day(policy.published_at) + dt.timedelta(days=policy.cascade_days)
        is_late = cascade is None and tell_by < london_day(self.now)
        readers = [r for staff in crew if (r := self._reader(staff, policy, {school.phase}))]
        return Place(school, policy, cascade, tell_by, is_late, len(crew), _ordered(readers))

    def whole_trust(self) -> Place:
        """The EWO, who reads the policy of every school."""
        phases = {school.phase for school in self.schools}
        crew = self.crews.get(None, [])
        found = (self._reader(s, policy, phases) for s in crew for policy in self.versions.values())
        return Place(None, None, None, None, False, len(crew), _ordered([r for r in found if r]))

    def _reader(self, staff: Staff, policy: Policy, phases: set[str]) -> Reader | None:
        papers = [POLICY_ITSELF, *(p.title for p in to_read(policy.linkedpolicys.all(), phases))]
        missing = [paper for paper in papers if (staff.pk, policy.pk, paper) not in self.read]
        if not missing or policy.published_at is None:
            return None
        asked_at = max(policy.published_at, self.joined.get(staff.pk, policy.published_at))
        due_on = london_day(asked_at) + dt.timedelta(days=policy.read_days)
        return Reader(staff, policy, missing, due_on, due_on < london_day(self.now))


def crews(held: Q) -> dict[int | None, list[Staff]]:
    """Active people by the school of their roles, each once; trust-wide people under None."""
    roles = Role.objects.filter(held, staff__is_active=True).exclude(role__in=NOT_ASKED)
    found: dict[int | None, dict[int, Staff]] = {}
    for role in roles.select_related("staff"):
        found.setdefault(role.school_id, {}).setdefault(role.staff_id, role.staff)
    return {school: list(crew.values()) for school, crew in found.items()}


def is_asked(staff: Staff) -> bool:
    """Whether somebody is asked to read at all: those who only run the trust are not."""
    return any(role not in NOT_ASKED for role, _ in staff.held)


def schools_of(staff: Staff) -> SchoolQuerySet:
    """The schools whose policy somebody is asked to read: those of their work, all for the EWO."""
    if any(where is None and role not in NOT_ASKED for role, where in staff.held):
        return School.objects.filter(trust_id=staff.trust_id)
    return School.objects.filter(pk__in={w for role, w in staff.held if w and role not in NOT_ASKED})


def joined_at(trust: Trust) -> dict[int, dt.datetime]:
    """When each came: the first event about their account or role, or the file that brought them."""
    told = PeopleEvent.objects.filter(trust=trust, about__isnull=False, kind__in=JOINED)
    found = dict(told.order_by().values_list("about").annotate(Min("recorded_at")))
    files = PeopleEvent.objects.filter(trust=trust, kind="imported", detail__kind_of_file="staff")
    for detail, at in files.values_list("detail", "recorded_at"):
        for key in detail.get("added", []):
            found[key] = min(found.get(key, at), at)
    return found


def _ordered(readers: list[Reader]) -> list[Reader]:
    return sorted(readers, key=lambda r: (r.due_on, r.staff.last_name, r.staff.first_name, r.policy.pk))
