"""Changing a visit that was sent: what a change undoes, asking anew, going on once nothing is missing."""

import datetime as dt
from typing import Any

from homevisits.people.models import Staff
from visits import gates, telling
from visits.facts import facts_hash, still_binds
from visits.models import Visit
from visits.routes import missing
from visits.states import State
from visits.transitions.asking import ask_deciders, authorise_if_ready, kind_of, note_undecided, write_plan
from visits.transitions.circumstances import TIMES, after_change, circumstances, note_times
from visits.transitions.door import Refused, happened, is_still, keep, moved, must_pass, opened, rearm
from visits.transitions.secret import hears


@hears("values", "reason")
def amend(
    *, visit: Visit, by: Staff, now: dt.datetime, values: dict[str, Any], reason: str, **parts: Any
) -> Visit:
    """Change a visit that was already sent. A material change voids the decisions taken on it."""
    if not reason.strip():
        raise Refused("Say why you change the visit.")
    with opened(visit, by=by, action="amend", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        before, was_known = circumstances(fresh), fresh.risk_known
        times = [getattr(fresh, field) for field in TIMES]
        write_plan(fresh, values, **parts)
        must_pass("submit", fresh, now)
        fresh.kind = kind_of(fresh)
        keep(fresh, "kind")
        if fresh.risk_known and not was_known:
            happened(fresh, "new_risk", "Said that there is a new risk", by=by, now=now, reason=reason)
        changed = sorted([*values, *parts])
        happened(fresh, "amended", "Changed the visit", by=by, now=now, fields=changed, reason=reason)
        note_undecided(fresh, by=by, now=now)
        after_change(fresh, before, by=by, now=now)
        if times != [getattr(fresh, field) for field in TIMES]:
            note_times(fresh, by=by, now=now, reason=reason)
        reconsider(fresh, by=by, now=now)
        rearm(fresh, now=now)
    return fresh


def reconsider(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Void every decision that no longer speaks of this visit; ask again where one is now missing, else go on."""
    digest = facts_hash(visit)
    for decision in visit.decisions.filter(voided_at=None):
        if not still_binds(decision, visit, digest):
            decision.voided_at, decision.voided_why = now, "The visit changed after the decision"
            decision.save(update_fields=["voided_at", "voided_why"])
    if visit.state == State.DRAFT:
        return
    if missing(visit):
        ask_anew(visit, by=by, now=now)
    else:
        authorise_if_ready(visit, by=by, now=now)


def ask_anew(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Without its decision the visit is a request again.

    Once the time to leave has passed, somebody may have left and not said so: then the visit stays logged and
    watched, nobody else may leave, and it is asked for again when the times are changed.
    """
    if visit.state == State.LOGGED and visit.depart_at and visit.depart_at < now:
        happened(visit, "voided", "The visit needs a new decision before anybody leaves", by=by, now=now)
        _stop_leaving(visit, now)
        return
    if visit.state in {State.AUTHORISED, State.LOGGED}:
        visit.logged_at, visit.logged_by = None, None
        moved(visit, "amend", "logged_at", "logged_by")
        happened(visit, "voided", "The visit needs a new decision", by=by, now=now)
    if visit.state == State.REQUESTED:
        ask_deciders(visit, now=now)


def _stop_leaving(visit: Visit, now: dt.datetime) -> None:
    goes = [a.staff for a in visit.party if a.staff]
    telling.tell(
        [*goes, *telling.askers(visit), *telling.office(visit, now)],
        visit,
        what="stopped",
        subject=f"{visit.ref}: nobody leaves before a new decision",
        body="The visit changed at the time when people were to leave. Ring them. If nobody has left, change the "
        "times: the decision is asked for again. If somebody has, they come back.",
        now=now,
        urgent=True,
    )


def resume(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """Authorise a request for which every decision is in, once what else it needed is there. Raises Refused."""
    with opened(visit, by=by, action="amend", now=now) as fresh:
        is_still(fresh, State.REQUESTED)
        if needs := missing(fresh):
            raise Refused(f"It waits for {needs[0].who}.")
        if blocked := gates.blocking("authorise", fresh, now):
            raise Refused(blocked[0].sentence, blocked)
        authorise_if_ready(fresh, by=by, now=now)
        rearm(fresh, now=now)
    return fresh
