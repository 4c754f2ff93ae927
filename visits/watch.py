"""Who can answer for a visit: the desk, without anybody in the party."""

import datetime as dt

from django.db.models import Q

from homevisits.people.duty import office_is_open, on_duty
from homevisits.people.models import Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.roles import RoleName
from visits.models import Visit
from visits.states import State


def party_ids(visit: Visit) -> list[int]:
    """The staff of the party, by id."""
    return [a.staff_id for a in visit.party if a.staff_id]


def answerers(visit: Visit, at: dt.datetime) -> StaffQuerySet:
    """Everybody who can answer for this visit at an instant, never somebody in the party.

    Out of office hours the visit's responsible contact counts too (TC-106).
    """
    who = Q(pk__in=on_duty(visit.school, at).values("pk"))
    if visit.responsible_contact_id and not office_is_open(visit.school, at):
        who |= Q(pk=visit.responsible_contact_id)
    return Staff.objects.active().filter(who).exclude(pk__in=party_ids(visit)).present(at)


def may_act_as_office(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Office staff of the school at any hour, or whoever can answer now; never the party."""
    if visit.includes(staff):
        return False
    return staff.has_role(RoleName.OFFICE, school=visit.school) or (
        answerers(visit, now).filter(pk=staff.pk).exists()
    )


def is_out(staff: Staff, by: Staff) -> str:
    """Why an account is not closed now: this person is out and could say nothing more. For whoever would close it."""
    out = Visit.objects.filter(
        state=State.IN_PROGRESS, attendees__staff=staff, attendees__back_at=None
    ).first()
    if out is None:
        return ""
    return f"{staff} is out on a visit ({out.ref}): close the account when they are back."
