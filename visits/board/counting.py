"""What a row counts down to: its alarm, else its next safety deadline, else the planned return."""

import datetime as dt
from dataclasses import dataclass

from visits.board.facts import Facts, Raised
from visits.safety import Due, VisitAlarm
from visits.states import State

Kind = VisitAlarm.Kind

WORDS = {
    Due.DEPARTURE: "to leave school",
    Due.CHECK_IN: "check-in call",
    Due.WAIT: "end of the wait",
    Due.RETURN: "back at school",
    Due.HOME_SAFE: "word from home",
}
# The worst first: what a row tells of when several alarms are open.
WORST = [
    Kind.DURESS,
    Kind.HELP,
    Kind.LEFT_UNSAFE,
    Kind.CHILD_ALONE,
    Kind.OVERDUE,
    Kind.UNHEARD,
    Kind.MISSED_CHECK_IN,
    Kind.WAIT_OVER,
    Kind.POSSIBLY_OUT,
    Kind.FAULT,
]
ASKED = {
    Kind.DURESS: "silent alarm",
    Kind.HELP: "asks for help",
    Kind.LEFT_UNSAFE: "left for safety",
    Kind.CHILD_ALONE: "child alone",
}
# Which part of the visit an alarm is about.
ABOUT = {
    Kind.OVERDUE: Due.RETURN,
    Kind.UNHEARD: Due.HOME_SAFE,
    Kind.MISSED_CHECK_IN: Due.CHECK_IN,
    Kind.WAIT_OVER: Due.WAIT,
    Kind.POSSIBLY_OUT: Due.DEPARTURE,
}


@dataclass(frozen=True)
class Counted:
    """`at` is what people work to (the planned return), `alarm_at` when it becomes an alarm (with the grace)."""

    kind: str
    at: dt.datetime
    what: str
    alarm_at: dt.datetime | None = None
    attendee_id: int | None = None
    alarm: str = ""
    alarm_url: str = ""


def counted(facts: Facts) -> Counted:
    """The one time that a row shows large."""
    if facts.alarms:
        return _alarm(
            facts, min(facts.alarms, key=lambda alarm: (WORST.index(Kind(alarm.kind)), alarm.due_at))
        )
    if facts.dues:
        order = {goes.pk: place for place, goes in enumerate(facts.party)}
        # Of several calls at the same time the lead's comes first.
        due = min(facts.dues, key=lambda one: (one.at, one.alarm_at, order.get(one.attendee_id or 0, -1)))
        return Counted(due.kind, due.at, WORDS[Due(due.kind)], due.alarm_at, due.attendee_id)
    if facts.state == State.LOGGED:
        return Counted(Due.DEPARTURE, facts.depart_at, WORDS[Due.DEPARTURE])
    return Counted(Due.RETURN, facts.return_at, WORDS[Due.RETURN])


def _alarm(facts: Facts, alarm: Raised) -> Counted:
    """Late since the plan, not since the alarm: the grace is no part of anybody's day."""
    kind = ABOUT.get(Kind(alarm.kind))
    planned = {Due.RETURN: facts.return_at, Due.DEPARTURE: facts.depart_at}
    at = min(planned.get(kind, alarm.due_at), alarm.due_at) if kind else alarm.due_at
    what = ASKED.get(Kind(alarm.kind)) or (WORDS[kind] if kind else "timer")
    return Counted(kind or "", at, what, alarm.due_at, alarm.attendee_id, alarm.kind, alarm.url)
