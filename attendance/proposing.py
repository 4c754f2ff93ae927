"""Puts suggested visits on the worklist, turns one into a request, or waives it. One door."""

import datetime as dt

from django.db import transaction

from attendance.models import Mark, Proposal
from attendance.triggers import Ground, Known, grounds
from homevisits.clock import london_day
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.calendar import SchoolDays
from homevisits.trusts.models import Policy, School
from visits.models import Visit
from visits.states import ENDED
from visits.story import ContactAttempt
from visits.transitions import keep_draft, start_draft

LOOK_BACK = dt.timedelta(days=60)


class Refused(Exception):
    """The proposal cannot be settled like this; the text is a sentence for the person."""


def propose(*, school: School, now: dt.datetime) -> list[Proposal]:
    """Look at every pupil's marks and open what they suggest; at most one open proposal a pupil.

    A reason that the school's policy does not have is not offered (PS-037). An absence that was
    asked about or waived is not proposed again.
    """
    policy = Policy.objects.in_force(school)
    if policy is None:
        return []
    allowed = set(policy.reasons.values_list("code", flat=True))
    pupils = Pupil.objects.filter(school=school).on_roll(london_day(now))
    marks = _marks_by_pupil(school, now)
    explained, visited, days = _explained_on(school), _visited_on(school, now), SchoolDays.of(school)
    made = [
        _propose_for(
            pupil,
            grounds(
                marks.get(pupil.pk, []),
                Known(policy, days, explained.get(pupil.pk), visited.get(pupil.pk)),
            ),
            allowed,
            now,
        )
        for pupil in pupils
    ]
    return [proposal for proposal in made if proposal]


def _marks_by_pupil(school: School, now: dt.datetime) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    since = london_day(now) - LOOK_BACK
    for mark in Mark.objects.filter(pupil__school=school, day__gte=since):
        found.setdefault(mark.pupil_id, []).append(mark)
    return found


def _explained_on(school: School) -> dict[int, dt.date]:
    """When each pupil's absence was last explained by somebody at home."""
    told = ContactAttempt.objects.filter(pupil__school=school, result=ContactAttempt.Result.EXPLAINED)
    return {attempt.pupil_id: london_day(attempt.at) for attempt in told.order_by("at")}


def _visited_on(school: School, now: dt.datetime) -> dict[int, dt.date]:
    """The day of the last visit to each pupil on which somebody arrived."""
    there = Visit.objects.filter(school=school, arrived_at__gte=now - LOOK_BACK).order_by("arrived_at")
    return {
        pupil: london_day(arrived)
        for pupil, arrived in there.values_list("pupils", "arrived_at")
        if pupil and arrived
    }


def _propose_for(pupil: Pupil, found: list[Ground], allowed: set[str], now: dt.datetime) -> Proposal | None:
    offered = [(g, code) for g in found if (code := _reason(g, allowed))]
    if not offered:
        return None
    ground, code = offered[0]
    words = "; ".join(g.words for g, _ in offered)
    with transaction.atomic():
        running = Proposal.objects.select_for_update().filter(pupil=pupil, state=Proposal.State.OPEN).first()
        if running:
            running.grounds = words
            running.save(update_fields=["grounds"])
            return None
        known = Proposal.objects.filter(pupil=pupil, trigger=ground.trigger, since_on=ground.since_on)
        if known.exists() or _is_in_hand(pupil):
            return None
        return Proposal.objects.create(
            pupil=pupil,
            school=pupil.school,
            reason_code=code,
            trigger=ground.trigger,
            grounds=words,
            since_on=ground.since_on,
            opened_at=now,
        )


def _reason(ground: Ground, allowed: set[str]) -> str:
    """The first of a ground's reasons that the policy has; none: the trigger is off here."""
    return next((code for code in ground.reasons if code in allowed), "")


def _is_in_hand(pupil: Pupil) -> bool:
    """Whether a visit to this pupil is under way already."""
    return Visit.objects.filter(pupils=pupil).exclude(state__in=ENDED).exists()


def ask(*, proposal: Proposal, by: Staff, now: dt.datetime) -> Visit:
    """Turn a proposal into a prefilled request of this person's own; sends nothing yet."""
    with transaction.atomic():
        fresh = _open(proposal)
        pupil = fresh.pupil
        visit = start_draft(by=by, school=fresh.school, now=now, pupils=[pupil])
        home = pupil.household
        values = {"reason_code": fresh.reason_code, "purpose": f"{fresh.grounds}.", "household": home}
        if home:
            values |= {"address": home.address, "postcode": home.postcode}
        keep_draft(visit=visit, by=by, now=now, values=values)
        fresh.visit = visit
        _settle(fresh, Proposal.State.ASKED, by, now)
    return visit


def waive(*, proposal: Proposal, by: Staff, now: dt.datetime, why: str) -> Proposal:
    """No visit, with a reason that stays readable."""
    if not why.strip():
        raise Refused("Say why no visit is needed.")
    with transaction.atomic():
        fresh = _open(proposal)
        fresh.waived_why = why[:300]
        _settle(fresh, Proposal.State.WAIVED, by, now)
    return fresh


def _open(proposal: Proposal) -> Proposal:
    fresh = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("pupil", "school", "settled_by")
        .get(pk=proposal.pk)
    )
    if fresh.state != Proposal.State.OPEN:
        raise Refused(f"{fresh.settled_by} has dealt with this already.")
    return fresh


def _settle(proposal: Proposal, state: str, by: Staff, now: dt.datetime) -> None:
    proposal.state, proposal.settled_by, proposal.settled_at = state, by, now
    proposal.save(update_fields=["state", "settled_by", "settled_at", "visit", "waived_why"])
