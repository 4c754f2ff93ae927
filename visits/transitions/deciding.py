"""Deciding: yes, no, or back for changes; by telephone with a countersignature."""

import datetime as dt
from collections.abc import Mapping, Sequence

from homevisits.clock import local
from homevisits.people.models import Staff
from visits import gates, telling
from visits.facts import facts_hash
from visits.infection import has_symptoms
from visits.models import Visit
from visits.permissions import refusal
from visits.routes import Need, decidable, deciders, route, standing
from visits.states import State
from visits.story import Decision
from visits.transitions.asking import ask_deciders, authorise_if_ready, look_back
from visits.transitions.changing import ask_anew
from visits.transitions.door import Refused, Stale, happened, keep, moved, must_stand_at, opened, rearm

Answer = Decision.Answer
MOVE = {Answer.YES: "authorise", Answer.NO: "decline", Answer.CHANGES: "return_for_changes"}


def answer(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    reply: str,
    reason: str,
    kinds: Sequence[str] = (),
    necessary: bool = False,
    best_interests: bool = False,
    safeguarding: bool = False,
    seen: str = "",
    decider: Staff | None = None,
    reasons: Mapping[str, str] | None = None,
    symptoms_seen: bool = False,
) -> Visit:
    """Take one answer to some or all of the decisions that this person may take.

    `decider` is somebody else who said it by telephone: `by` typed it in, and the decider
    countersigns. `reasons` holds the kinds that have a reason of their own: why going alone is safe
    and appropriate (TC-125, TC-126). `seen` is the facts hash of the page decided on. Raises Refused, and Stale
    when another decided first or the request changed meanwhile.
    """
    who = decider or by
    action = "type_decision" if decider and decider.pk != by.pk else "decide"
    if not reason.strip():
        raise Refused("Give a reason for your decision.")
    with opened(visit, by=by, action=action, now=now) as fresh:
        if not must_stand_at(fresh, MOVE[Answer(reply)], by=by):
            return fresh
        digest = facts_hash(fresh)
        if seen and seen != digest:
            raise Stale("This request changed after you opened it. Read it again before you decide.")
        needs = _needs(fresh, who, kinds, now)
        if not needs:
            return fresh
        _must_confirm(fresh, needs, reply, (necessary, best_interests, safeguarding), now)
        if any(need.kind != Decision.Kind.DSL_INPUT for need in needs):
            _must_weigh_symptoms(fresh, reply, symptoms_seen)
        said = {
            "answer": reply,
            "decider": who,
            "decided_at": now,
            "necessary": necessary,
            "best_interests": best_interests,
            "safeguarding": safeguarding,
            "facts_hash": digest,
            "start_at": fresh.start_at,
            "typed_by": by if action == "type_decision" else None,
        }
        for need in needs:
            own = (reasons or {}).get(need.kind, "").strip()
            Decision.objects.create(visit=fresh, kind=need.kind, reason=own or reason, **said)
            sentence = f"{need.label}: {Answer(reply).label.lower()}"
            typed_by = by.pk if who != by else None
            happened(fresh, f"decided_{need.kind}", sentence, by=who, now=now, typed_by=typed_by)
        _follow(fresh, needs, reply, reason, by=who, now=now)
        if action == "type_decision":
            _ask_countersignature(fresh, who, now)
        rearm(fresh, now=now)
    return fresh


def _needs(visit: Visit, who: Staff, kinds: Sequence[str], now: dt.datetime) -> list[Need]:
    """The needs being answered; none when this same person has answered them already.

    Raises Stale when somebody else has, Refused when none of them is theirs.
    """
    have = standing(visit)
    asked = [need for need in route(visit) if not kinds or need.kind in kinds]
    open_ones = [need for need in asked if need.kind not in have]
    if asked and not open_ones:
        first = have[asked[0].kind]
        if all(have[need.kind].decider_id == who.pk for need in asked):
            return []
        raise Stale(f"Already decided: {first.decider.short_name}, {local(first.decided_at):%H:%M}.")
    mine = decidable(open_ones, visit, who, now)
    if not mine:
        raise Refused("This decision is not yours to take. Nobody decides on their own visit.")
    return mine


def _must_confirm(
    visit: Visit, needs: list[Need], reply: str, ticked: tuple[bool, bool, bool], now: dt.datetime
) -> None:
    """A yes needs the policy's confirmations (TC-051, TC-095, TC-096), and nothing else may block.

    `ticked`: necessary, in the pupil's best interests, safeguarding arrangements in place.
    """
    rules = visit.rules
    if reply != Answer.YES or rules is None or all(need.kind == Decision.Kind.DSL_INPUT for need in needs):
        return
    wanted = (
        (rules.confirm_necessary, "the visit is necessary"),
        (rules.confirm_best_interests, "the visit is in the pupil's best interests"),
        (rules.confirm_safeguarding, "safeguarding arrangements are in place"),
    )
    for (is_wanted, what), is_ticked in zip(wanted, ticked, strict=True):
        if is_wanted and not is_ticked:
            raise Refused(f"Confirm that {what}.")
    blocked = [c for c in gates.blocking("authorise", visit, now) if not c.code.startswith("decision_")]
    if blocked:
        raise Refused(blocked[0].sentence, blocked)


def _must_weigh_symptoms(visit: Visit, reply: str, symptoms_seen: bool) -> None:
    """Somebody at the home is ill: a yes says that this was weighed (CS-083)."""
    if reply == Answer.YES and has_symptoms(visit) and not symptoms_seen:
        raise Refused(
            "Somebody at the home has symptoms. Confirm that a visit is right all the same, or return it for a call instead."
        )


def _follow(visit: Visit, needs: list[Need], reply: str, reason: str, *, by: Staff, now: dt.datetime) -> None:
    """What the answer does to the visit. An answer to something optional is a view, not an end."""
    if reply == Answer.YES:
        if not authorise_if_ready(visit, by=by, now=now):
            ask_deciders(visit, now=now)
        return
    if not any(need.is_required for need in needs):
        return
    if visit.is_retrospective and reply == Answer.NO:  # it happened all the same, so it has a record
        visit.ended_reason = reason[:500]
        keep(visit, "ended_reason")
        look_back(visit, by=by, now=now)
        return
    visit.ended_reason = reason[:500]
    _void_all(visit, now)
    if reply == Answer.CHANGES:  # it is sent again under the policy that is in force then
        visit.policy = None
        visit.__dict__.pop("rules", None)
    moved(visit, MOVE[Answer(reply)], "ended_reason", "policy")
    words = "declined" if reply == Answer.NO else "returned for changes"
    happened(visit, str(visit.state), f"The request was {words}", by=by, now=now, reason=reason)
    telling.tell(
        telling.askers(visit),
        visit,
        what=words,
        subject=f"{visit.ref} was {words}",
        body=f"{by.short_name} gave a reason. Open the visit to read it.",
        now=now,
    )


def _void_all(visit: Visit, now: dt.datetime) -> None:
    """A request that goes back or ends keeps its decisions readable, but none of them stands."""
    visit.decisions.filter(voided_at=None).update(voided_at=now, voided_why="The request was answered no")


def _ask_countersignature(visit: Visit, who: Staff, now: dt.datetime) -> None:
    telling.tell(
        [who],
        visit,
        what="countersign",
        subject=f"{visit.ref}: countersign what you said by telephone",
        body="A decision was typed in for you. Open the visit, read it and countersign it.",
        now=now,
    )


def countersign(*, visit: Visit, by: Staff, now: dt.datetime, agrees: bool, reason: str = "") -> Visit:
    """The decider confirms what was typed in for them, or says it was not so: then it is void."""
    with opened(visit, by=by, action="read", now=now) as fresh:
        mine = [d for d in fresh.decisions.filter(decider=by, voided_at=None) if d.wants_countersigning]
        if not mine:
            raise Refused(
                "There is nothing left for you to countersign. Open the visit to read what was said."
            )
        for decision in mine:
            if agrees:
                decision.countersigned_at = now
            else:
                decision.voided_at, decision.voided_why = now, reason[:200] or "Not what was said"
            decision.save(update_fields=["countersigned_at", "voided_at", "voided_why"])
        sentence = (
            "Countersigned the decision given by telephone"
            if agrees
            else "Did not confirm the decision given by telephone"
        )
        happened(fresh, "countersigned", sentence, by=by, now=now, agrees=agrees)
        if not agrees:
            _take_back(fresh, by=by, now=now)
        rearm(fresh, now=now, met=["countersign"])
    return fresh


def _take_back(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Without the decision the visit is a request again; people already out stay watched."""
    if visit.state in {State.AUTHORISED, State.LOGGED}:
        ask_anew(visit, by=by, now=now)
    telling.tell(
        [*telling.askers(visit), *telling.office(visit, now)],
        visit,
        what="unconfirmed",
        subject=f"{visit.ref}: the telephone decision was not confirmed",
        now=now,
        urgent=True,
    )


def ask_dsl(*, visit: Visit, by: Staff, now: dt.datetime) -> list[Staff]:
    """Ask the DSL for a view (TC-094); gives back who was asked."""
    with opened(visit, by=by, action="ask_dsl", now=now) as fresh:
        need = next((n for n in route(fresh) if n.kind == Decision.Kind.DSL_INPUT), None)
        people = (
            list(deciders(need, fresh, now))
            if need
            else list(Staff.objects.holding(["dsl"], fresh.school).exclude(pk=fresh.requested_by_id))
        )
        telling.tell(
            people,
            fresh,
            what="dsl",
            subject=f"{fresh.ref}: your view is asked for",
            body="Somebody who decides on a home visit asks for the DSL's view.",
            now=now,
        )
        happened(fresh, "asked_dsl", "Asked the DSL for a view", by=by, now=now)
    return people


def may_answer(visit: Visit, staff: Staff, now: dt.datetime) -> bool:
    """Whether the decision page has a form for this person."""
    return visit.state == State.REQUESTED and refusal(staff, "decide", visit, now) is None
