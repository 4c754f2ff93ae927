"""Who has the desk duty: may log, watch and answer now."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Q

from homevisits.clock import local
from homevisits.people.querysets import StaffQuerySet
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

    Office staff in office hours, and whoever stands in by a DeskDuty row; nobody who is away.
    """
    from homevisits.people.models import Staff

    stands_in = Q(desk_duties__school=school, desk_duties__during__contains=at)
    office = Q(roles__role=RoleName.OFFICE, roles__school=school)
    who = stands_in | office if office_is_open(school, at) else stands_in
    return Staff.objects.active().filter(trust_id=school.trust_id).filter(who).present(at).distinct()


def has_duty(staff: "Staff", school: School, at: dt.datetime) -> bool:
    """Whether this person has the desk duty at a school now."""
    return on_duty(school, at).filter(pk=staff.pk).exists()
