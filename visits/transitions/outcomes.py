"""An outcome is taken, from the phone or in the record: written down, and an alarm or told where it has to be."""

import datetime as dt

from homevisits.escalation.alarms import open_alarm_now
from homevisits.people.models import Staff
from visits import reported, telling
from visits.models import Outcome, Visit, VisitAlarm
from visits.transitions.door import happened, keep


def take_outcome(visit: Visit, outcome: str, *, by: Staff, now: dt.datetime, reason: str = "") -> None:
    """Write how it went on a locked visit, with the words for it. Whoever calls this brings the deadlines in line afterwards."""
    visit.outcome = outcome
    keep(visit, "outcome")
    if not outcome:
        return
    sentence = f"How it went: {Outcome(outcome).label.lower()}"
    happened(visit, "outcome", sentence, by=by, now=now, reason=reason)
    if kind := reported.opens(visit):
        _open_once(visit, kind, by=by, now=now)
    else:
        telling.tell_outcome(visit, now=now)


def _open_once(visit: Visit, kind: str, *, by: Staff, now: dt.datetime) -> None:
    """Somebody has to answer, and it climbs until they do (PS-133, PS-082, TC-164)."""
    if not visit.alarms.unresolved().filter(kind=kind).exists():
        open_alarm_now(VisitAlarm, visit, kind=kind, raised_by=by, now=now)
