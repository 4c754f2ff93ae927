"""While out: leave, arrive, go in, be fine, need time, leave the home, ask for help."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from homevisits.clock import local
from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.ladder import tell_owner
from homevisits.people.models import Staff
from visits import homeward, timing
from visits.guidance import departure_checks
from visits.models import Attendee, Visit
from visits.safety import HELP_AGAIN, Due, VisitAlarm
from visits.states import State
from visits.story import Moment
from visits.transitions.claims import claim
from visits.transitions.door import (
    Refused,
    happened,
    is_followed,
    is_still,
    keep,
    moved,
    must_pass,
    must_stand_at,
    opened,
    rearm,
)
from visits.transitions.outcomes import take_outcome
from visits.transitions.secret import hears
from visits.transitions.secret import is_taken as is_known

Kind = Moment.Kind
Via = Moment.Via


def own_place(visit: Visit, by: Staff) -> Attendee | None:
    """This person's place in the party, if they have one."""
    return next((a for a in visit.party if a.staff_id == by.pk), None)


def via_of(visit: Visit, by: Staff) -> str:
    """A visitor speaks on their phone; for anybody else it was a call."""
    return Via.PAGE if visit.includes(by) else Via.CALL


def said(visit: Visit, kind: str, *, by: Staff, now: dt.datetime, **more: Any) -> Moment | None:
    """Write a moment once: the same key again gives None."""
    key = more.pop("key", None) or uuid.uuid4()
    more.setdefault("via", via_of(visit, by))
    more.setdefault("attendee", own_place(visit, by))
    said_at = more.pop("said_at", None) or claim(now) or now
    moment, is_new = Moment.objects.get_or_create(
        key=key,
        defaults={"visit": visit, "kind": kind, "by": by, "said_at": said_at, "recorded_at": now, **more},
    )
    return moment if is_new else None


def has_open_alarm(visit: Visit) -> bool:
    """Whether an alarm stands in the way of what visitors say. A silent one never does: they could tell (PS-129)."""
    return visit.alarms.unresolved().loud().exists()


def depart(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    checks: Collection[int] = (),
    said_at: dt.datetime | None = None,
    key: uuid.UUID | None = None,
) -> Visit:
    """Leave school: the checklist is ticked, somebody can answer, the clock runs (TC-017, TC-070)."""
    with opened(visit, by=by, action="depart", now=now) as fresh:
        if is_known(key) or not must_stand_at(fresh, "depart", by=by):
            return fresh
        must_pass("depart", fresh, now)
        if fresh.includes(by):
            must_tick(fresh, checks)
        leave(fresh, by=by, now=now, checks=checks, said_at=said_at, key=key)
    return fresh


def must_tick(visit: Visit, checks: Collection[int]) -> None:
    """Raise Refused unless every line of the checklist before leaving is ticked."""
    open_ones = [item for item in departure_checks(visit) if item.pk not in checks]
    if open_ones:
        raise Refused(f"Tick every line before you leave: {open_ones[0].text}")


def leave(
    visit: Visit,
    *,
    by: Staff,
    now: dt.datetime,
    checks: Collection[int] = (),
    said_at: dt.datetime | None = None,
    key: uuid.UUID | None = None,
) -> None:
    """Move a locked visit to being out, and time everything from its plan."""
    visit.departed_at = said_at or now
    moved(visit, "depart", "departed_at")
    said(visit, Kind.DEPARTED, by=by, now=now, said_at=said_at, key=key)
    happened(visit, "departed", "Left school", by=by, now=now, said_at=said_at, checks=sorted(checks))
    rearm(visit, now=now, met=[Due.DEPARTURE])


@hears("reason")
def did_not_leave(
    *, visit: Visit, by: Staff, now: dt.datetime, reason: str, key: uuid.UUID | None = None
) -> Visit:
    """Nobody left after all: asks again soon whether they leave or do not go."""
    if not reason.strip():
        raise Refused("Say why nobody left.")
    with opened(visit, by=by, action="did_not_leave", now=now) as fresh:
        if is_known(key) or not must_stand_at(fresh, "did_not_leave", by=by):
            return fresh
        if has_open_alarm(fresh) or (not fresh.includes(by) and fresh.alarms.unresolved().exists()):
            raise Refused(_not_now(fresh, by))
        if fresh.arrived_at or fresh.left_at or fresh.outcome:
            raise Refused(
                "Somebody said that they arrived. Say that everybody is back instead, and write the record."
            )
        grace = fresh.rules.departure_grace_minutes if fresh.rules else 10
        fresh.departed_at, fresh.watch_again_at = None, now + dt.timedelta(minutes=grace)
        moved(fresh, "did_not_leave", "departed_at", "watch_again_at")
        said(fresh, Kind.DID_NOT_LEAVE, by=by, now=now, note=reason[:300], key=key)
        happened(fresh, "did_not_leave", "Nobody left after all", by=by, now=now, reason=reason)
        rearm(fresh, now=now)
    return fresh


def _not_now(visit: Visit, by: Staff) -> str:
    """Why nothing is taken back under an alarm. The party is not told of one."""
    if visit.includes(by):
        return "This cannot be taken back from here. Ring the office: they do it with you."
    return "An alarm about this visit is open. Somebody else has to close it first."


@hears("note")
def say_arrived(*, visit: Visit, by: Staff, now: dt.datetime, **more: Any) -> Visit:
    """At the address."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        if said(fresh, Kind.ARRIVED, by=by, now=now, **more):
            fresh.arrived_at = fresh.arrived_at or now
            keep(fresh, "arrived_at")
            happened(fresh, "arrived", "Arrived", by=by, now=now)
            rearm(fresh, now=now, met=[Due.ARRIVAL])
    return fresh


@hears("note")
def say_waiting(*, visit: Visit, by: Staff, now: dt.datetime, **more: Any) -> Visit:
    """Nobody answers the door: the wait is limited (TC-109)."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        if said(fresh, Kind.WAITING, by=by, now=now, **more):
            fresh.arrived_at = fresh.arrived_at or now
            keep(fresh, "arrived_at")
            happened(fresh, "waiting", "Waiting at the door", by=by, now=now)
            rearm(fresh, now=now, met=[Due.ARRIVAL])
    return fresh


@hears("note", pin=True)
def check_in(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    attendee: Attendee | None = None,
    together: bool = False,
    pin: str = "",
    **more: Any,
) -> Visit:
    """Fine. Speaks for the person who gives it, or for all who are together (PS-100, CS-090).

    A visitor gives their `pin` where the policy asks for it. The office names whom it spoke to, and
    says in `identity` how it knew them. An open alarm stays open: another person closes it.
    """
    if not visit.includes(by) and not str(more.get("identity", "")).strip():
        raise Refused("Say how you knew that it was them. A voicemail is no answer.")
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        who = own_place(fresh, by) or attendee
        if who is None and not together:
            raise Refused("Say whom you spoke to.")
        if fine := said(fresh, Kind.FINE, by=by, now=now, attendee=who, for_all=together, **more):
            whom = "all together" if together else str(who.short_name if who else "")
            happened(fresh, "fine", f"Fine: {whom}{_but_called(fresh, fine)}", by=by, now=now)
            rearm(fresh, now=now, met=[Due.CHECK_IN])
    return fresh


def _but_called(visit: Visit, fine: Moment) -> str:
    """What the story adds to a word that came too late to answer a call."""
    at = timing.call_left_by(visit, fine)
    return f", said before the check-in at {local(at):%H:%M}, which stands" if at else ""


@hears("note")
def say_no_answer(
    *, visit: Visit, by: Staff, now: dt.datetime, attendee: Attendee, note: str = "", **more: Any
) -> Visit:
    """The call was not answered; voicemail is no answer. Raises the alarm at once (TC-118), also of who went home."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        goes_home = attendee in homeward.awaited(fresh)
        if not goes_home:
            is_still(fresh, State.IN_PROGRESS, State.LOGGED)
        if not said(fresh, Kind.NO_ANSWER, by=by, now=now, attendee=attendee, note=note[:300], **more):
            return fresh
        happened(fresh, "no_answer", f"No answer from {attendee.short_name}", by=by, now=now)
        kind = VisitAlarm.Kind.UNHEARD if goes_home else VisitAlarm.Kind.MISSED_CHECK_IN
        if not fresh.alarms.unresolved().filter(kind=kind, attendee=attendee).exists():
            open_alarm_now(VisitAlarm, fresh, kind=kind, attendee=attendee, now=now)
            rearm(fresh, now=now)
    return fresh


@hears("text")
def say_outcome(
    *, visit: Visit, by: Staff, now: dt.datetime, outcome: str, text: str = "", **more: Any
) -> Visit:
    """How it went at the door. Leaving for safety, or a child alone, is an alarm at once (PS-082, PS-133, TC-164)."""
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        if not said(fresh, Kind.OUTCOME, by=by, now=now, note=text[:300], **more):
            return fresh
        fresh.outcome_text = text[:500]
        keep(fresh, "outcome_text")
        take_outcome(fresh, outcome, by=by, now=now, reason=text[:500])
        rearm(fresh, now=now, met=[Due.WAIT])
    return fresh


@hears("note", pin=True)
def say_left(
    *, visit: Visit, by: Staff, now: dt.datetime, alone: bool = False, pin: str = "", **more: Any
) -> Visit:
    """Out of the home and on the way: all together, or this visitor `alone` while others stay and are still called.

    Nobody is called after it, so a visitor gives their `pin` where the policy asks for it.
    """
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        if not said(fresh, Kind.LEFT, by=by, now=now, for_all=not alone, **more):
            return fresh
        own = own_place(fresh, by)
        inside = [a for a in timing.still_there(fresh) if not (a.back_at or a.claimed_back_at)]
        if alone and inside:
            happened(
                fresh, "left", f"{own.short_name if own else by.short_name} left the home", by=by, now=now
            )
            rearm(fresh, now=now, met=[Due.CHECK_IN])
            return fresh
        fresh.left_at = fresh.left_at or now
        keep(fresh, "left_at")
        happened(fresh, "left", "Left the home", by=by, now=now)
        rearm(fresh, now=now, met=[Due.END, Due.WAIT, Due.CHECK_IN])
    return fresh


@hears("note")
def ask_for_help(*, visit: Visit, by: Staff, now: dt.datetime, note: str = "", **more: Any) -> Visit:
    """Help: accepted from whoever is logged, out or still on the way home; climbs the first two steps at once.

    Each who asks has an alarm of their own: one who is found safe ends nobody else's.
    """
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_followed(fresh, own_place(fresh, by))
        if not said(fresh, Kind.HELP, by=by, now=now, note=note[:300], **more):
            return fresh
        happened(fresh, "help", "Asked for help", by=by, now=now)
        who = own_place(fresh, by)
        running = fresh.alarms.unresolved().filter(kind=VisitAlarm.Kind.HELP, attendee=who).first()
        if running:
            tell_owner(running, HELP_AGAIN, now=now)
        else:
            open_alarm_now(VisitAlarm, fresh, kind=VisitAlarm.Kind.HELP, attendee=who, raised_by=by, now=now)
            rearm(fresh, now=now)
    return fresh
