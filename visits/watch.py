"""Who can answer for a visit: the desk, without anybody in the party."""

import datetime as dt

from django.db.models import prefetch_related_objects

from homevisits.batches import once
from homevisits.people.duty import office_is_open, on_duty
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits import homeward
from visits.models import Attendee, Visit, VisitAlarm
from visits.states import State


def party_ids(visit: Visit) -> list[int]:
    """The staff of the party, by id."""
    return [a.staff_id for a in visit.party if a.staff_id]


def answerers(visit: Visit, at: dt.datetime) -> list[Staff]:
    """Everybody who can answer for this visit at an instant, never somebody in the party.

    Out of office hours the visit's responsible contact counts too (TC-106). In a batch of alarms a
    school's own people are read once.
    """
    own, school, contact = party_ids(visit), visit.school, visit.responsible_contact_id
    people = once(("on duty", school.pk, at), lambda: list(on_duty(school, at)))
    if contact and not office_is_open(school, at):
        named = ("there", contact, at)
        there = once(named, lambda: list(Staff.objects.active().present(at).filter(pk=contact)))
        people = list(dict.fromkeys([*people, *there]))
    return [person for person in people if person.pk not in own]


def read_together(visits: list[Visit]) -> None:
    """What an alarm asks of its visit, for many that are locked: party, school, steps of the policy, open alarms."""
    prefetch_related_objects(visits, "school", "policy__laddersteps")
    parties: dict[int, list[Attendee]] = {visit.pk: [] for visit in visits}
    known = {visit.pk: visit for visit in visits}
    rows = Attendee.objects.filter(visit__in=visits).select_related("staff", "vehicle")
    for row in rows.prefetch_related("staff__roles").order_by("-is_lead", "id"):
        row.visit = known[row.visit_id]
        parties[row.visit_id].append(row)
    alarms: dict[int, list[VisitAlarm]] = {visit.pk: [] for visit in visits}
    for alarm in VisitAlarm.objects.unresolved().filter(visit__in=visits).order_by("opened_at"):
        alarms[alarm.visit_id].append(alarm)
    for visit in visits:
        vars(visit)["party"], visit.known_alarms = parties[visit.pk], alarms[visit.pk]


def may_act_as_office(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Office staff of the school at any hour, or whoever can answer now; never the party."""
    if visit.includes(staff):
        return False
    return staff.has_role(RoleName.OFFICE, school=visit.school) or staff in answerers(visit, now)


def is_on_the_way(staff: Staff) -> bool:
    """Whether this person is out on a visit, or not yet heard of at home after one."""
    out = Visit.objects.filter(
        state=State.IN_PROGRESS, attendees__staff=staff, attendees__back_at=None
    ).exists()
    return out or homeward.awaited_of(staff) is not None


def is_out(staff: Staff, by: Staff) -> str:
    """Why an account is not closed now: this person is out and could say nothing more. For whoever would close it."""
    out = Visit.objects.filter(
        state=State.IN_PROGRESS, attendees__staff=staff, attendees__back_at=None
    ).first()
    if out is None:
        return ""
    return f"{staff} is out on a visit ({out.ref}): close the account when they are back."
