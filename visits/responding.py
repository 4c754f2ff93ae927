"""What somebody who answers an alarm needs: whom to ring, the last contact, and the sheet to read out to the police."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from homevisits.audit.look import looked
from homevisits.audit.models import Look
from homevisits.clock import AppNow, local
from homevisits.people.models import Staff

if TYPE_CHECKING:
    from visits.models import Attendee, Visit
    from visits.safety import VisitAlarm

READING = dt.timedelta(minutes=10)
HEARD = {"departed", "arrived", "entered", "fine", "waiting", "more_time", "left", "home", "help", "note"}
WORDS = {
    "departed": "left school",
    "arrived": "arrived",
    "entered": "went in",
    "fine": "fine",
    "waiting": "waiting at the door",
    "more_time": "asked for more time",
    "left": "left the home",
    "home": "home safe",
    "help": "asked for help",
    "note": "wrote to the office",
    "no_answer": "no answer",
}
# Their phones show "fine" after a call on which the code word was said.
FEIGNED = "needed help, or said the code word,"


def sheet(
    alarm: "VisitAlarm", visit: "Visit", missing: "list[Attendee]", staff: Staff, now: dt.datetime
) -> dict[str, Any]:
    """The context of the alarm's panel. Reads no reason and no pupil."""
    moments = list(visit.moments.select_related("attendee__staff", "by").order_by("-recorded_at", "-id"))
    places = list(visit.positions.select_related("attendee__staff")[:4]) if not visit.includes(staff) else []
    if places:
        _note_look(visit, staff)
    return {
        "is_silent": alarm.is_silent,
        "places": places,
        "said_back": [a for a in visit.party if a.back_at or a.claimed_back_at],
        "alarm": alarm,
        "visit": visit,
        "missing": missing,
        "is_mine": visit.includes(staff),
        "people": [_person(attendee, moments, visit) for attendee in missing],
        "tried": [said(m) for m in moments if m.kind == "no_answer"][:6],
        "plan": plan(visit),
        "police": about_police(alarm, visit, staff, now),
    }


def _note_look(visit: "Visit", staff: Staff) -> None:
    """Write down who saw where a phone was; once for a page that stays open and asks every few seconds."""
    lately = AppNow() - READING
    seen = Look.objects.filter(by=staff, what="position", ref=visit.ref, at__gte=lately)
    if not seen.exists():
        looked(staff, "position", visit.ref)


def about_police(
    alarm: "VisitAlarm", visit: "Visit", staff: Staff, now: dt.datetime
) -> dict[str, Any] | None:
    """Who decides about the police, from when, and what was decided; None for an alarm that needs none."""
    from visits import climbing, police

    if alarm.kind not in police.KINDS:
        return None
    alarm.visit = visit
    return {
        "names": either(police.deciders(alarm, now)),
        "at": police.asked_at(alarm),
        "is_asked": police.is_asked(alarm, now),
        "may": climbing.may_answer(visit, staff, now),
        "rows": list(police.decided(alarm).select_related("decider", "by")),
    }


def either(people: list[Staff]) -> str:
    """Names in words: "M. Reid or J. Ali"."""
    return " or ".join(person.short_name for person in people[:4]) or "nobody is there"


def last_heard(attendee: "Attendee", visit: "Visit", moments: list[Any] | None = None) -> str:
    """When and how somebody was heard of last; `moments` are the visit's, the latest first."""
    if moments is None:
        moments = list(visit.moments.select_related("attendee__staff", "by").order_by("-recorded_at", "-id"))
    heard = next(
        (m for m in moments if m.kind in HEARD and (m.for_all or m.attendee_id in (attendee.pk, None))), None
    )
    return said(heard) if heard else "not heard of since the visit was logged"


def _person(attendee: "Attendee", moments: list[Any], visit: "Visit") -> dict[str, Any]:
    return {
        "attendee": attendee,
        "last": last_heard(attendee, visit, moments),
        "claims": attendee.claimed_back_at,
        "is_homeward": attendee.back_at is not None,
        "url": f"/visits/{visit.ref}/{'home' if attendee.back_at else 'call'}/{attendee.pk}/",
    }


def said(moment: Any) -> str:
    """ "fine at 10:39, D. Mensah, on their phone"."""
    who = moment.attendee.short_name if moment.attendee else "all of them" if moment.for_all else ""
    how = moment.get_via_display().lower()
    what = FEIGNED if moment.is_feigned else WORDS.get(moment.kind, moment.kind)
    parts = [f"{what} at {local(moment.recorded_at):%H:%M}", who, how]
    return ", ".join(filter(None, parts))


def plan(visit: "Visit") -> list[tuple[str, dt.datetime | None, dt.datetime | None]]:
    """What was planned and what is known: (label, planned, happened)."""
    return [
        ("Left school", visit.depart_at, visit.departed_at),
        ("Arrived", visit.start_at, visit.arrived_at),
        ("Left the home", visit.end_at, visit.left_at),
        ("Back at school", visit.return_at, visit.returned_at),
    ]
