"""The desks of several schools at an instant, in the same few queries for one school or thirty.

Says what `duty.on_duty` says, for a page that shows them side by side.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects

from homevisits.people import permissions
from homevisits.people.duty import office_is_open
from homevisits.people.models import Away, DeskDuty, Role, Staff
from homevisits.people.rota import RESPONDERS, turns_at
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName


@dataclass(frozen=True)
class Desk:
    """One school's desk: who answers now, who stands in now or later, who is away."""

    school: School
    is_open: bool
    office: list[Staff]
    away: list[Staff]
    stand_ins: list[DeskDuty]
    coming: list[DeskDuty]
    may_set: bool

    @property
    def is_empty(self) -> bool:
        """Whether nobody answers."""
        return not (self.office or self.stand_ins)


def desks(schools: Iterable[School], by: Staff, now: dt.datetime) -> list[Desk]:
    """Every school's desk. `schools` should have their terms and closures prefetched."""
    schools = list(schools)
    office = _office(schools)
    named = _named(schools, now)
    duties = _duties(schools, now)
    away = set(Away.objects.filter(during__contains=now).values_list("staff_id", flat=True))
    return [
        _desk(school, _once(office[school.pk], named[school.pk]), duties[school.pk], away, by, now)
        for school in schools
    ]


def _office(schools: list[School]) -> dict[int, list[Staff]]:
    roles = Role.objects.filter(role=RoleName.OFFICE, school__in=schools, staff__is_active=True)
    found: dict[int, list[Staff]] = defaultdict(list)
    for role in roles.select_related("staff").order_by("staff__last_name", "staff__first_name"):
        if role.school_id:
            found[role.school_id].append(role.staff)
    return found


def _named(schools: list[School], now: dt.datetime) -> dict[int, list[Staff]]:
    """Whom the rota names for the office now, beside those who work there."""
    found: dict[int, list[Staff]] = defaultdict(list)
    places = {school.pk: school for school in schools}
    turns = turns_at(schools, now, role=RoleName.OFFICE)
    people = [person for turn in turns.values() for person in (turn.staff, turn.stand_in) if person]
    prefetch_related_objects(people, "roles")
    for (school, _), turn in turns.items():
        named = [person for person in (turn.staff, turn.stand_in) if person and person.is_active]
        found[school] = [p for p in named if p.has_role(*RESPONDERS, school=places[school])]
    return found


def _once(*lists: list[Staff]) -> list[Staff]:
    return list({person.pk: person for people in lists for person in people}.values())


def _duties(schools: list[School], now: dt.datetime) -> dict[int, list[DeskDuty]]:
    rows = DeskDuty.objects.filter(school__in=schools, staff__is_active=True, during__endswith__gt=now)
    found: dict[int, list[DeskDuty]] = defaultdict(list)
    for row in rows.select_related("staff", "set_by").order_by("during"):
        found[row.school_id].append(row)
    return found


def _desk(
    school: School, office: list[Staff], duties: list[DeskDuty], away: set[int], by: Staff, now: dt.datetime
) -> Desk:
    is_open = office_is_open(school, now)
    under_way = [row for row in duties if row.during.lower <= now]
    return Desk(
        school=school,
        is_open=is_open,
        office=[staff for staff in office if is_open and staff.pk not in away],
        away=[staff for staff in office if is_open and staff.pk in away],
        stand_ins=[row for row in under_way if row.staff_id not in away],
        coming=[row for row in duties if row.during.lower > now],
        may_set=permissions.may_set_duty(by, school),
    )
