"""What the office hears on a call besides "all well" and silence: the code word."""

import datetime as dt

from homevisits.escalation.alarms import open_alarm_now
from homevisits.people.models import Staff
from visits.models import Attendee, Visit
from visits.safety import VisitAlarm
from visits.states import State
from visits.transitions.door import happened, is_still, opened, rearm


def hear_code_word(*, visit: Visit, by: Staff, now: dt.datetime, attendee: Attendee) -> VisitAlarm:
    """The code word was said: a silent alarm opens at once (PS-129). Writes no moment, so no phone page changes."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE)
        asked = [VisitAlarm.Kind.HELP, VisitAlarm.Kind.DURESS]
        alarm = fresh.alarms.unresolved().filter(kind__in=asked, attendee=attendee).first()
        if alarm is None:
            sentence = f"On a call {attendee.short_name} needed help, or said the code word"
            happened(fresh, "duress", sentence, by=by, now=now, silent=True)
            opened_now = open_alarm_now(
                VisitAlarm, fresh, kind=VisitAlarm.Kind.DURESS, attendee=attendee, raised_by=by, now=now
            )
            assert isinstance(opened_now, VisitAlarm)
            rearm(fresh, now=now)
            return opened_now
    return alarm
