"""What the office hears on a call besides "all well" and silence: the code word."""

import datetime as dt

from homevisits.escalation.alarms import open_alarm_now
from homevisits.people.models import Staff
from visits.models import Attendee, Visit
from visits.safety import VisitAlarm
from visits.states import State
from visits.transitions.door import happened, is_still, opened, rearm


def hear_code_word(*, visit: Visit, by: Staff, now: dt.datetime, attendee: Attendee) -> VisitAlarm:
    """The code word was said: the alarm opens at once (PS-129). Writes no moment, so no phone page changes."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE)
        running = fresh.alarms.filter(kind=VisitAlarm.Kind.HELP, attendee=attendee)
        alarm = running.exclude(state=VisitAlarm.State.RESOLVED).first()
        if alarm is None:
            happened(fresh, "help", f"Help is needed: {attendee.short_name}", by=by, now=now)
            opened_now = open_alarm_now(
                VisitAlarm, fresh, kind=VisitAlarm.Kind.HELP, attendee=attendee, now=now
            )
            assert isinstance(opened_now, VisitAlarm)
            rearm(fresh, now=now)
            return opened_now
    return alarm
