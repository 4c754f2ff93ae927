"""Home safe: the last word of somebody who went straight home from a visit (PS-101, PS-134)."""

import datetime as dt
from typing import Any

from homevisits.people.models import Staff
from visits.models import Attendee, Visit, VisitAlarm
from visits.safety import Due
from visits.story import Moment
from visits.transitions.door import Refused, happened, keep_place, opened, rearm
from visits.transitions.going import own_place, said
from visits.transitions.secret import hears


@hears("note", pin=True)
def say_home(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    attendee: Attendee | None = None,
    identity: str = "",
    pin: str = "",
    **more: Any,
) -> Visit:
    """A visitor says that they are home; anybody else has spoken to them, and says how they knew them.

    An alarm that is open stays open: another person makes sure, and resolves it.
    """
    with opened(visit, by=by, action="back", now=now) as fresh:
        own = own_place(fresh, by)
        person = own or next((a for a in fresh.party if attendee and a.pk == attendee.pk), None)
        if person is None or not (person.goes_home or person.home_at):
            raise Refused("Nobody has noted yet that you go straight home.")
        if own is None and not identity.strip():
            raise Refused(f"Say how you knew that it was {person.short_name}. A voicemail is no answer.")
        if person.home_at or not said(fresh, Moment.Kind.HOME, by=by, now=now, attendee=person, **more):
            return fresh
        arrive(person, by=by, now=now, identity=identity)
        happened(fresh, "home", f"{person.short_name}: home safe", by=by, now=now)
        rearm(fresh, now=now, met=[Due.HOME_SAFE])
    return fresh


def arrive(person: Attendee, *, by: Staff, now: dt.datetime, identity: str) -> None:
    """Write that somebody is home."""
    person.home_at, person.home_by, person.home_identity = now, by, identity[:200]
    keep_place(person, "home_at", "home_by", "home_identity")


def after_unheard(alarm: VisitAlarm, *, by: Staff, now: dt.datetime) -> None:
    """Whoever resolved the alarm has made sure where they are: nothing is waited for any more."""
    if alarm.attendee and not alarm.attendee.home_at:
        arrive(alarm.attendee, by=by, now=now, identity=f"Alarm resolved: {alarm.resolution}")
