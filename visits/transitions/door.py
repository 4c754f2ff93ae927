"""What every change of a visit has in common: a fresh locked row, who may, the gate, the event, the deadlines."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects

from homevisits.clock import local
from homevisits.escalation.deadlines import arm
from homevisits.people.models import Staff
from homevisits.trusts.pinned import give_policies
from visits import gates, homeward, timing
from visits.gates import Check
from visits.models import Attendee, Visit
from visits.permissions import refusal
from visits.safety import VisitDeadline
from visits.states import MOVES, State
from visits.story import VisitEvent
from visits.together import seated
from visits.transitions.claims import with_claim


class Refused(Exception):
    """The change may not happen. `sentence` is for the person; `unmet` lists what is missing."""

    def __init__(self, sentence: str, unmet: Sequence[Check] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.unmet = list(unmet)


class Stale(Refused):
    """Somebody else was first: the sentence says who and when."""


@contextmanager
def opened(visit: Visit, *, by: Staff, action: str, now: dt.datetime) -> Iterator[Visit]:
    """A fresh, locked row in one transaction, after asking whether this person may."""
    with transaction.atomic():
        fresh = Visit.objects.select_for_update(of=("self",)).select_related("school").get(pk=visit.pk)
        give_policies([fresh])
        seated([fresh])
        if sentence := refusal(by, action, fresh, now):
            raise Refused(sentence)
        yield fresh


def must_stand_at(visit: Visit, move: str, *, by: Staff) -> bool:
    """Whether the move can be made from here; False when this same person has made it already.

    Raises Stale, naming who moved the visit on and when, for everybody else.
    """
    sources, to = MOVES[move]
    if visit.state in sources:
        return True
    last = last_word(visit)
    if visit.state == to and last and last.by_id == by.pk:
        return False
    raise Stale(whose(visit, last))


def last_word(visit: Visit) -> VisitEvent | None:
    """What happened last in the state where the visit stands; nothing of an alarm, which may be a silent one."""
    told = visit.events.filter(detail__state=visit.state).exclude(detail__has_any_keys=["silent", "alarm"])
    return told.select_related("by").order_by("-number").first()


def whose(visit: Visit, last: VisitEvent | None) -> str:
    """Who moved the visit to where it stands: "Already authorised by M. Reid at 10:41."."""
    state = visit.get_state_display().lower()
    if last is None:
        return f"This visit is {state} now. Look at it again before you go on."
    when = f"{local(last.recorded_at):%H:%M}"
    who = last.by.short_name if last.by else "the system"
    return f"This visit is {state}: {who}, {when}. Look at it again before you go on."


def must_pass(gate: str, visit: Visit, now: dt.datetime) -> None:
    """Raise Refused with every blocking sentence of a gate."""
    if missing := gates.blocking(gate, visit, now):
        raise Refused(missing[0].sentence, missing)


def happened(
    visit: Visit,
    kind: str,
    sentence: str,
    *,
    by: Staff | None,
    now: dt.datetime,
    said_at: dt.datetime | None = None,
    reason: str = "",
    **detail: Any,
) -> VisitEvent:
    """Write a line of the visit's story. `reason`, in somebody's own words, lies sealed beside it."""
    event = VisitEvent.append(
        chain=f"school:{visit.school_id}",
        visit=visit,
        kind=kind,
        by=by,
        happened_at=said_at or now,
        recorded_at=now,
        sentence=with_claim(sentence, now),
        words=reason,
        detail={"state": visit.state, **detail},
    )
    assert isinstance(event, VisitEvent)
    return event


def keep(visit: Visit, *fields: str) -> None:
    """Save named fields only: a stale copy must never put an old state back."""
    visit.save(update_fields=list(fields))


def keep_place(attendee: Attendee, *fields: str) -> None:
    """Save named fields of somebody's place in the party."""
    attendee.save(update_fields=list(fields))


def rearm(visit: Visit, *, now: dt.datetime, met: Sequence[str] = ()) -> None:
    """Bring the live deadlines in line with the visit as it stands; an open alarm stays open all the same."""
    fresh = Visit.objects.get(pk=visit.pk)
    fresh.school, fresh.policy = visit.school, visit.policy
    prefetch_related_objects([fresh], "alarms")  # asked by several plans
    arm(VisitDeadline, fresh, timing.wanted(fresh), now=now, met=set(met))


def moved(visit: Visit, move: str, *fields: str) -> None:
    """Fire the FSM transition and save the state with what belongs to it."""
    getattr(visit, f"fire_{move}")()
    keep(visit, "state", *fields)


def is_followed(visit: Visit, attendee: Attendee | None) -> None:
    """Raise Stale unless the visit is watched or just back, or this one of its party is still on the way home."""
    if attendee not in homeward.awaited(visit):
        is_still(visit, State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE)


def is_still(visit: Visit, *states: State) -> None:
    """Raise Stale unless the visit is in one of these states."""
    if visit.state not in states:
        raise Stale(whose(visit, last_word(visit)))
