"""When a person has to think about the police, and who that is. The system never rings them."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits.climbing import everybody, missing_people
from visits.following import PoliceDecision
from visits.watch import party_ids

if TYPE_CHECKING:
    from visits.models import Visit
    from visits.safety import VisitAlarm

# About people who are missing, silent or in trouble, or a child who is; not about a wait at the door.
KINDS = {"overdue", "missed_check_in", "unheard", "help", "duress", "left_unsafe", "child_alone"}


def asked_at(alarm: "VisitAlarm") -> dt.datetime:
    """From when on the police are considered: the policy's minutes after the first due time (TC-121)."""
    rules = alarm.visit.rules
    return alarm.due_at + dt.timedelta(minutes=rules.police_after_minutes if rules else 0)


def is_asked(alarm: "VisitAlarm", now: dt.datetime) -> bool:
    """Whether a person has to decide about the police now.

    Not once they were called; and not for the policy's minutes after somebody said "not now".
    """
    if not alarm.is_open or alarm.kind not in KINDS or now < asked_at(alarm):
        return False
    # That they rang back decides nothing.
    last = decided(alarm).exclude(answer=PoliceDecision.Answer.CALLED_BACK).last()
    if last is None:
        return True
    rules = alarm.visit.rules
    again = last.recorded_at + dt.timedelta(minutes=rules.police_after_minutes if rules else 0)
    return last.answer == PoliceDecision.Answer.NOT_YET and now >= again


def decided(alarm: "VisitAlarm") -> "models.QuerySet[PoliceDecision]":
    """What was decided, for an alarm: about itself, or that the police were rung about these people since it opened.

    Of a silent alarm only the first, and it counts for no other: whoever goes reads the page of a loud one.
    """
    counts = Q(alarm=alarm)
    if not alarm.is_silent:
        called = PoliceDecision.Answer.CALLED
        counts |= Q(alarm__in=alarm.visit.alarms.loud(), answer=called, recorded_at__gte=alarm.opened_at)
    return PoliceDecision.objects.filter(counts, visit=alarm.visit_id).order_by("recorded_at", "id")


def asked_about(visit: "Visit", now: dt.datetime) -> "list[VisitAlarm]":
    """The open alarms of a visit about which somebody has to decide now, the oldest first."""
    return [alarm for alarm in open_ones(visit) if is_asked(alarm, now)]


def open_ones(visit: "Visit") -> "list[VisitAlarm]":
    """The open alarms about people who may need the police."""
    found = visit.alarms.exclude(state="resolved").filter(kind__in=KINDS).order_by("due_at", "pk")
    alarms = list(found.select_related("attendee__staff"))
    for alarm in alarms:
        alarm.visit = visit
    return alarms


def in_question(visit: "Visit", now: dt.datetime, key: str = "") -> "VisitAlarm | None":
    """The open alarm of this UUID; without one that about which somebody has to decide now, else the oldest."""
    alarms = open_ones(visit)
    if key:
        return next((alarm for alarm in alarms if str(alarm.uuid) == key), None)
    return next((alarm for alarm in alarms if is_asked(alarm, now)), next(iter(alarms), None))


def deciders(alarm: "VisitAlarm", now: dt.datetime) -> list[Staff]:
    """Who decides about the police: the first of the policy's parts that is there; for a missing EWO the CEO.

    TC-120, TC-122. With nobody there, everybody who can help.
    """
    visit = alarm.visit
    own, roles = party_ids(visit), list(visit.rules.police_roles) if visit.rules else []
    if any(a.staff and a.staff.is_ewo for a in missing_people(alarm)):
        roles = [RoleName.CEO, *roles]
    for role in roles:
        held = Staff.objects.holding([role], visit.school).exclude(pk__in=own).present(now)
        if held:
            return list(held)
    return everybody(visit, now)
