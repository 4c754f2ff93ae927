"""Who rings whom about an alarm: shared out among those who may, never somebody of its party."""

import datetime as dt
import uuid
from itertools import cycle

from homevisits.batches import settle
from homevisits.escalation.models import Alarm
from homevisits.notices.calling import being_rung, said, spoken_to
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.notices.reach import Reach, on_these
from homevisits.people.models import Staff

NOBODY = "nobody is on duty who could ring"


def shared_out(alarm: Alarm, told: Reach, *, now: dt.datetime) -> dict[int, Staff]:
    """The caller for each person to be rung, by that person's id. Takes out of `told` who is not rung.

    Somebody whom somebody is ringing now is not rung again; nor is somebody who was spoken to, until
    the last step repeats: whoever knew and did nothing hears of it again.
    """
    call = Notice.Channel.CALL
    wanted = [person for person, channel in told.pairs if channel == call]
    if not wanted:
        return {}
    done = _done(alarm)
    hidden_from = alarm.kept_from()
    asked = [caller for caller in alarm.callers(now=now) if caller.pk not in hidden_from]
    silent = on_these(asked, alarm.kept_numbers())
    callers = [caller for caller in asked if caller.pk not in silent]
    turns = cycle(callers)
    shared = {
        person.pk: caller
        for person in wanted
        if person.pk not in done and (caller := _other_than(person, callers, turns)) is not None
    }
    told.pairs = [(p, channel) for p, channel in told.pairs if channel != call or p.pk in shared]
    alone = [person for person in wanted if person.pk not in shared and person.pk not in done]
    if alone:
        told.missing.setdefault(call, {})[NOBODY] = alone
    return shared


def _done(alarm: Alarm) -> set[int]:
    """Whom nobody rings now. Before its first step has been told that is nobody."""
    if not alarm.rung:
        return set()
    settle()
    return being_rung(alarm.uuid) | (set() if alarm.round else spoken_to(alarm.uuid))


def _other_than(person: Staff, callers: list[Staff], turns: "cycle[Staff]") -> Staff | None:
    """Whose turn it is to ring this person; nobody rings themselves."""
    if all(caller.pk == person.pk for caller in callers):
        return None
    return next(caller for caller in turns if caller.pk != person.pk)


def note_call(call: Call, now: dt.datetime) -> None:
    """Write into the story of the alarm what came of a call about it."""
    from homevisits.escalation.alarms import locked
    from homevisits.escalation.registry import find_alarm

    alarm = find_alarm(call.notice.alarm) if call.notice.alarm else None
    if alarm is None:
        return
    with locked(alarm) as fresh:
        fresh.note("called", said(call), by=call.made_by, now=now)


def mark_of(key: uuid.UUID) -> str:
    """What every message about an alarm begins with."""
    from homevisits.escalation.registry import find_alarm

    alarm = find_alarm(key)
    return alarm.MARK if alarm else ""
