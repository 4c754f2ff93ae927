"""What the office hears on a call besides "all well" and silence: the code word."""

import datetime as dt
import uuid

from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.ladder import tell_owner
from homevisits.people.models import Staff
from visits.models import Attendee, Visit
from visits.safety import HELP_AGAIN, Due, VisitAlarm
from visits.states import State
from visits.story import Moment
from visits.transitions.door import happened, is_followed, opened, rearm
from visits.transitions.going import said
from visits.transitions.homeward import arrive

Kind = Moment.Kind


def hear_code_word(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    attendee: Attendee,
    note: str = "",
    is_home: bool = False,
    key: uuid.UUID | None = None,
) -> VisitAlarm:
    """The code word was said: a silent alarm opens at once (PS-129), or its owner hears of it again.

    Their phone shows what it shows after any call that went well: the check-in counts as met, or, where
    `is_home` was asked, they count as home.
    """
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_followed(fresh, attendee)
        if fresh.state != State.LOGGED:
            _feign(fresh, attendee, Kind.HOME if is_home else Kind.FINE, by=by, now=now, key=key)
        alarm = _silent_alarm(fresh, attendee, by=by, now=now)
        if note.strip():
            alarm.note("noted", note.strip()[:300], by=by, now=now)
        rearm(fresh, now=now, met=[Due.HOME_SAFE if is_home else Due.CHECK_IN])
    return alarm


def _feign(
    visit: Visit, attendee: Attendee, kind: str, *, by: Staff, now: dt.datetime, key: uuid.UUID | None
) -> None:
    """What "all well" or "home" writes, marked for the office as what nobody may believe."""
    if not said(visit, kind, by=by, now=now, attendee=attendee, is_feigned=True, key=key):
        return
    name = attendee.short_name
    sentence = f"{name}: home safe" if kind == Kind.HOME else f"Fine: {name}"
    if kind == Kind.HOME and not attendee.home_at:
        arrive(attendee, by=by, now=now, identity="")
    happened(visit, str(kind), sentence, by=by, now=now, feigned=True)


def _silent_alarm(visit: Visit, attendee: Attendee, *, by: Staff, now: dt.datetime) -> VisitAlarm:
    """The one that is open for this person, or a new one; either says that the word was heard."""
    mine = visit.alarms.unresolved().filter(attendee=attendee, kind=VisitAlarm.Kind.DURESS)
    running = mine.first()
    alarm = running or open_alarm_now(
        VisitAlarm, visit, kind=VisitAlarm.Kind.DURESS, attendee=attendee, raised_by=by, now=now
    )
    assert isinstance(alarm, VisitAlarm)
    sentence = f"On a call {attendee.short_name} needed help, or said the code word"
    alarm.visit = visit
    alarm.note("duress", sentence, by=by, now=now)
    if running:
        tell_owner(alarm, HELP_AGAIN, now=now)
    return alarm
