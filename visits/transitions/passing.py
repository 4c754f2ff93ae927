"""Handing over the desk: one person offers what they hold, the other accepts, and the story knows both."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from homevisits.escalation import alarms
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.people.models import Staff
from homevisits.people.rota import RESPONDERS
from homevisits.trusts.choices import Channel
from homevisits.trusts.models import School
from visits.models import Visit
from visits.passing_on import MINUTES_TO_ACCEPT, Handover, Held, held, takers
from visits.states import State
from visits.transitions.door import Refused, happened, keep, opened, rearm

WAYS = (Channel.IN_APP, Channel.EMAIL, Channel.TEXT, Channel.PUSH)


def desk_changed(of: School | Staff, now: dt.datetime) -> None:
    """Who answers has changed: whoever comes to a desk while people are out learns of it at the new times too."""
    if isinstance(of, Staff) and not (of.has_role(*RESPONDERS) or of.desk_duties.exists()):
        return
    where = Q(school=of) if isinstance(of, School) else Q(school__trust_id=of.trust_id)
    out = Visit.objects.filter(where, state=State.IN_PROGRESS).select_related("school", "policy")
    for visit in out.order_by("pk").select_for_update(of=("self",)):
        rearm(visit, now=now)


def offer_desk(*, school: School, taker: Staff, by: Staff, now: dt.datetime) -> Handover:
    """Ask a colleague to take over the alarms and visits that one holds. Nothing moves until they accept."""
    holding = held(by, school)
    if not holding:
        raise Refused("You hold no alarm and check on no visit here, so there is nothing to hand over.")
    if not takers(by, school, now).filter(pk=taker.pk).exists():
        raise Refused(f"{taker} cannot answer for this school now. Choose somebody else.")
    if any(visit.includes(taker) for visit in holding.all_visits):
        raise Refused(f"{taker} is out on one of these visits. Choose somebody else.")
    with transaction.atomic():
        # One at a time: two askers of the same person wait here.
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        mine = Handover.objects.filter(giver=by, school=school, accepted_at=None, declined_at=None)
        mine.filter(lapses_at__gt=now).update(lapses_at=now)
        holding = _locked(by, school)
        row = Handover.objects.create(
            school=school,
            giver=by,
            taker=taker,
            asked_at=now,
            lapses_at=now + dt.timedelta(minutes=MINUTES_TO_ACCEPT),
        )
        row.visits.set(holding.all_visits)
        for visit in holding.all_visits:
            with opened(visit, by=by, action="respond", now=now) as fresh:
                sentence = f"Asked {taker.short_name} to take over the desk"
                hush = holding.hush(fresh)
                happened(fresh, "desk_offered", sentence, by=by, now=now, handover=row.pk, **hush)
                rearm(fresh, now=now)
        tell(
            [taker],
            row,
            f"{by.short_name} hands you the desk: {holding.words}",
            "Open it and accept. Until you do, they keep it all.",
            now=now,
        )
    return row


def accept_desk(*, handover: Handover, by: Staff, now: dt.datetime) -> Handover:
    """Take over: from now on these alarms and visits are this person's. Raises Refused once it has lapsed.

    What has come since about a visit on which they go themselves stays with the giver, who is told so; they learn
    nothing of it.
    """
    with transaction.atomic():
        row = _still_open(handover, by, now)
        row.accepted_at = now
        row.save(update_fields=["accepted_at"])
        offered = _locked(row.giver, row.school)
        holding = offered.without(by)
        for visit in holding.all_visits:
            _take(visit, row, by=by, now=now, hush=holding.hush(visit))
        for alarm in holding.alarms:
            alarms.take_over(alarm=alarm, of=row.giver, by=by, now=now)
        words = f"{by.short_name} holds the desk now"
        kept = held(row.giver, row.school).of({visit.pk for visit in offered.all_visits})
        still = f" You still hold {kept.words}: they go on that visit themselves." if kept else ""
        tell([row.giver], row, words, f"They accepted {holding.words}.{still}", now=now)
    return row


def decline_desk(*, handover: Handover, by: Staff, now: dt.datetime) -> Handover:
    """Say no: whoever asked keeps what they hold, and is told."""
    with transaction.atomic():
        row = _still_open(handover, by, now)
        row.declined_at = now
        row.save(update_fields=["declined_at"])
        words = f"{by.short_name} cannot take over the desk"
        tell([row.giver], row, words, "You keep everything that you hold. Ask somebody else.", now=now)
    return row


def _locked(giver: Staff, school: School) -> Held:
    """What somebody holds, every visit of it locked by its key before a line is written about any.

    A line locks the school's story: whoever then waited for the next visit would stand in the way of
    somebody who has that visit and waits for the story. What they come to hold meanwhile stays theirs.
    """
    keys = {visit.pk for visit in held(giver, school).all_visits}
    locked = Visit.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    return held(giver, school).of({visit.pk for visit in locked})


def _still_open(handover: Handover, by: Staff, now: dt.datetime) -> Handover:
    row = (
        Handover.objects.select_for_update(of=("self",)).select_related("school", "giver").get(pk=handover.pk)
    )
    if row.taker_id != by.pk:
        raise Refused("Only the person who was asked can answer this.")
    if not row.is_open(now):
        raise Refused(f"This has lapsed or was answered. {row.giver} keeps it; they can ask you again.")
    return row


def _take(visit: Visit, row: Handover, *, by: Staff, now: dt.datetime, hush: dict[str, Any]) -> None:
    """Move the giver's calls and watch of one visit; somebody of its party takes nothing."""
    with opened(visit, by=by, action="respond", now=now) as fresh:
        if fresh.checkin_colleague_id == row.giver_id:
            fresh.checkin_colleague = by
        if fresh.responsible_contact_id == row.giver_id:
            fresh.responsible_contact, fresh.contact_acknowledged_at = by, now
        keep(fresh, "checkin_colleague", "responsible_contact", "contact_acknowledged_at")
        sentence = f"{by.short_name} took over the desk from {row.giver.short_name}"
        happened(fresh, "desk_taken", sentence, by=by, now=now, handover=row.pk, **hush)
        rearm(fresh, now=now)


def tell(people: list[Staff], row: Handover, subject: str, body: str, *, now: dt.datetime) -> None:
    """An urgent notice about a handover, to a telephone too; in no log, since it counts silent alarms with the others."""
    queue_all(
        drafted(
            key=f"handover:{row.pk}:{now.timestamp():.6f}:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=subject,
            body=body,
            path="/desk/handover/",
            now=now,
            urgent=True,
            school=row.school,
            private=True,
        )
        for person, channel in reach(people, WAYS).pairs
    )
