"""Who has the desk duty: may log, watch and answer now."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from homevisits.clock import local
from homevisits.people.querysets import StaffQuerySet
from homevisits.people.rota import on_rota
from homevisits.trusts.calendar import is_school_day
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from homevisits.people.models import Staff


def office_is_open(school: School, at: dt.datetime) -> bool:
    """Whether the school's office is staffed at an instant, by its hours and calendar."""
    wall = local(at)
    return (
        is_school_day(school, wall.date()) and school.office_opens_at <= wall.time() < school.office_closes_at
    )


def on_duty(school: School, at: dt.datetime) -> StaffQuerySet:
    """Everybody who may answer for a school at an instant.

    Office staff in office hours and whoever the rota names for them, and whoever stands in by a
    DeskDuty row; nobody who is away.
    """
    from homevisits.people.models import Staff

    who = Q(desk_duties__school=school, desk_duties__during__contains=at)
    if office_is_open(school, at):
        named = on_rota(school, at).get(RoleName.OFFICE, [])
        who |= Q(roles__role=RoleName.OFFICE, roles__school=school) | Q(pk__in=[p.pk for p in named])
    return Staff.objects.active().filter(trust_id=school.trust_id).filter(who).present(at).distinct()


def has_duty(staff: "Staff", school: School, at: dt.datetime) -> bool:
    """Whether this person has the desk duty at a school now."""
    return on_duty(school, at).filter(pk=staff.pk).exists()
