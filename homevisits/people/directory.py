"""The list of staff: what one row says, worked out for a whole page at once."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from homevisits.clock import london_day
from homevisits.people import permissions
from homevisits.people.duty import office_is_open
from homevisits.people.holding import newest_dbs
from homevisits.people.models import Away, Clearance, DeskDuty, Role, Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName

EXPIRES_SOON = dt.timedelta(days=60)
Pill = tuple[str, str, str]


@dataclass(frozen=True)
class Line:
    """One member of staff as the list shows them. Without `check` it may not be read."""

    staff: Staff
    parts: list[str]
    check: Pill | None
    away: Away | None
    duties: list[str]


def with_facts(staff: StaffQuerySet, now: dt.datetime) -> StaffQuerySet:
    """Everything that lines need, in the same few queries for one person or thirty."""
    roles = Role.objects.select_related("school")
    aways = Away.objects.filter(during__contains=now)
    duties = DeskDuty.objects.filter(during__contains=now).select_related("school")
    return staff.select_related("trust").prefetch_related(
        Prefetch("roles", roles),
        "clearances",
        Prefetch("aways", aways),
        Prefetch("desk_duties", duties),
    )


def lines(page: Iterable[Staff], by: Staff, schools: list[School], now: dt.datetime) -> list[Line]:
    """The rows of a page of staff from `with_facts`; `schools` are those that the reader sees."""
    open_offices = {school.pk: school for school in schools if office_is_open(school, now)}
    seen = {school.pk for school in schools}
    return [_line(staff, by, seen, open_offices, london_day(now)) for staff in page]


def _line(staff: Staff, by: Staff, seen: set[int], open_offices: dict[int, School], today: dt.date) -> Line:
    away = next(iter(staff.aways.all()), None)  # fetched: those of now
    return Line(
        staff=staff,
        parts=_parts([role for role in staff.roles.all() if role.school_id in seen | {None}], len(seen)),
        check=dbs_pill(staff.clearances.all(), today) if permissions.may_see_checks(by, staff) else None,
        away=away,
        duties=[] if away or not staff.is_active else _duties(staff, open_offices),
    )


def _parts(roles: list[Role], schools_seen: int) -> list[str]:
    """A reader of one school does not need its name on every line."""
    if schools_seen > 1:
        return [part_of(role) for role in roles]
    return [str(role.get_role_display()) if role.school_id else part_of(role) for role in roles]


def part_of(role: Role) -> str:
    """ "Office, Hillside Academy"."""
    return f"{role.get_role_display()}, {role.school or 'whole trust'}"


def _duties(staff: Staff, open_offices: dict[int, School]) -> list[str]:
    """The schools at whose desk somebody is now: the office in its hours, and stand-ins."""
    office = {
        open_offices[role.school_id]
        for role in staff.roles.all()
        if role.role == RoleName.OFFICE and role.school_id in open_offices
    }
    return sorted({str(school) for school in office | {duty.school for duty in staff.desk_duties.all()}})


def dbs_pill(checks: Iterable[Clearance], today: dt.date) -> Pill:
    """The state of somebody's DBS check, by the newest one (TC-227)."""
    newest = newest_dbs(checks)
    if newest is None:
        return "soon", "shield-alert", "DBS not on file"
    ends = newest.expires_on
    if ends and ends <= today:
        return "late", "shield-x", f"DBS ended {ends:%d/%m/%Y}"
    if ends and ends <= today + EXPIRES_SOON:
        return "soon", "shield-alert", f"DBS ends {ends:%d/%m/%Y}"
    return "ok", "shield-check", "DBS on file"
