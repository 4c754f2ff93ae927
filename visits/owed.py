"""What a person still owes after visits or must answer now: the next step, more time, a talk. For their own day."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from homevisits.people.models import Staff
from homevisits.trusts.roles import SAFEGUARDING_TEAM, RoleName
from visits import debrief
from visits.climbing import EVERYBODY
from visits.following import NextStep, TimeRequest
from visits.models import Visit
from visits.next_step import OUTCOMES
from visits.passing_on import waiting
from visits.pills import Pill
from visits.states import State

LATELY = dt.timedelta(days=14)
AFTER = [State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED]


@dataclass(frozen=True)
class Owed:
    """One thing that waits for somebody, as a line with a link."""

    title: str
    pill: Pill
    sub: str
    url: str


def owed(staff: Staff, now: dt.datetime) -> list[Owed]:
    """Everything of this kind that waits for a person. A fixed number of queries."""
    return [
        *_desks(staff, now),
        *_times(staff),
        *_steps(staff, now),
        *_welfare(staff, now),
        *_talks(staff, now),
    ]


def _desks(staff: Staff, now: dt.datetime) -> list[Owed]:
    """A colleague who asks this person to take over the desk."""
    return [
        Owed(
            f"{row.giver.short_name} asks you to take over the desk",
            ("late", "hand", "Answer soon"),
            str(row.school),
            reverse("handover"),
        )
        for row in waiting(staff, now)
    ]


def _times(staff: Staff) -> list[Owed]:
    """More time that somebody who is out asks for, and this person may agree to."""
    schools = [where for role, where in staff.held if role in EVERYBODY and where]
    mine = Q(visit__school__in=schools)
    if any(role in EVERYBODY and where is None for role, where in staff.held):
        mine |= Q(visit__school__trust_id=staff.trust_id)
    open_ones = TimeRequest.objects.filter(mine, is_agreed=None, visit__state=State.IN_PROGRESS)
    found = open_ones.exclude(visit__attendees__staff=staff).select_related("visit", "asked_by")
    return [
        Owed(
            f"{wish.visit.ref}: {wish.minutes} more minutes?",
            ("late", "clock-plus", "Asked"),
            f"{wish.asked_by.short_name} asks. Open the visit to read why.",
            wish.visit.get_absolute_url(),
        )
        for wish in found.order_by("asked_at")[:5]
    ]


def _steps(staff: Staff, now: dt.datetime) -> list[Owed]:
    """Visits of theirs that reached nobody, without a next step."""
    own = Q(requested_by=staff) | Q(attendees__staff=staff, attendees__is_lead=True)
    if staff.has_role(RoleName.ATTENDANCE_LEAD):
        own |= Q(school__in=[where for role, where in staff.held if role == RoleName.ATTENDANCE_LEAD])
    found = Visit.objects.filter(own, outcome__in=OUTCOMES, state__in=AFTER, next_steps=None)
    recent = found.filter(Q(departed_at__gt=now - LATELY) | Q(returned_at__gt=now - LATELY))
    return [
        Owed(
            f"{visit.ref}: say what follows",
            ("soon", "arrow-right", visit.get_outcome_display()),
            "The visit did not take place as planned",
            reverse("next_step", args=[visit.ref]),
        )
        for visit in recent.distinct().order_by("start_at")[:5]
    ]


def _welfare(staff: Staff, now: dt.datetime) -> list[Owed]:
    """Checks by the police that wait for this person's decision."""
    deciding = {*SAFEGUARDING_TEAM, RoleName.HEADTEACHER}
    schools = [where for role, where in staff.held if role in deciding and where]
    if not schools:
        return []
    waiting = NextStep.objects.filter(
        choice=NextStep.Choice.WELFARE, is_agreed=None, visit__school__in=schools
    )
    return [
        Owed(
            f"{step.visit.ref}: decide whether the police look in",
            ("late", "shield-alert", "Proposed"),
            f"{step.by.short_name} proposes it",
            reverse("next_step", args=[step.visit.ref]),
        )
        for step in waiting.select_related("visit", "by").order_by("at")[:5]
    ]


def _talks(staff: Staff, now: dt.datetime) -> list[Owed]:
    """Talks with those who left for safety or needed help that this person has (CS-069)."""
    if not staff.is_leader:
        return []
    unsafe = Q(outcome=debrief.UNSAFE)
    real = Q(alarms__kind__in=debrief.HELP, alarms__outcome="real")
    found = Visit.objects.visible_to(staff).filter(unsafe | real, state__in=AFTER, debriefs=None)
    recent = found.filter(departed_at__gt=now - LATELY).exclude(attendees__staff=staff)
    return [
        Owed(
            f"{visit.ref}: talk with those who went",
            ("soon", "message-circle", "Not safe"),
            ", ".join(attendee.short_name for attendee in visit.party),
            reverse("debrief", args=[visit.ref]),
        )
        for visit in recent.select_related("policy", "school").distinct().order_by("start_at")[:5]
        if staff in debrief.holders(visit)
    ]
