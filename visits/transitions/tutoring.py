"""Lessons at home: a series of visits with its briefing, its rules and a record of each session."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from homevisits.clock import from_local, local
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.roles import RoleName
from visits import telling
from visits.facts import facts_hash
from visits.lessons import others_waiting
from visits.models import Misbehaviour, TuitionSeries, TuitionSession, Visit
from visits.plan import Plan
from visits.states import State
from visits.transitions.asking import keep_draft, submit
from visits.transitions.deciding import answer
from visits.transitions.door import Refused, happened, is_still, keep, opened
from visits.transitions.office import cancel
from visits.transitions.secret import hears
from visits.transitions.starting import ask_for

AHEAD = (State.DRAFT, State.REQUESTED, State.AUTHORISED, State.LOGGED)
SESSION_FIELDS = {
    "adult",
    "room",
    "is_bedroom",
    "no_alternative",
    "door_open",
    "is_suitable",
    "unsuitable_note",
}


def weekly(first: dt.datetime, sessions: int, stay: int, travel: int) -> list[Plan]:
    """The same hour on the wall every week, whatever the clocks do."""
    wall = local(first)
    days = [wall.date() + dt.timedelta(weeks=n) for n in range(sessions)]
    return [Plan(from_local(day, wall.time()), stay, travel, travel) for day in days]


def start_series(
    *,
    by: Staff,
    pupil: Pupil,
    tutor: Staff,
    subject: str,
    now: dt.datetime,
    plans: Sequence[Plan],
    values: dict[str, Any],
    party: Sequence[dict[str, Any]],
    room: str = "",
) -> TuitionSeries:
    """A series and a draft for each of its sessions (TC-080)."""
    if not plans:
        raise Refused("Enter at least one session.")
    with transaction.atomic():
        series = TuitionSeries.objects.create(
            school=pupil.school,
            pupil=pupil,
            tutor=tutor,
            subject=subject,
            room=room,
            started_by=by,
            started_at=now,
        )
        for plan in plans:
            visit = ask_for(by=by, pupils=[pupil], now=now)
            keep_draft(visit=visit, by=by, now=now, values=values | plan.times, party=party)
            visit.series = series
            keep(visit, "series")
    return series


def send_all(*, series: TuitionSeries, by: Staff, now: dt.datetime) -> list[tuple[Visit, Refused | None]]:
    """Send every session that is a draft of this person's; each stands or falls alone."""
    sent: list[tuple[Visit, Refused | None]] = []
    for visit in series.visits.filter(state=State.DRAFT, requested_by=by).order_by("start_at"):
        try:
            sent.append((submit(visit=visit, by=by, now=now), None))
        except Refused as no:
            sent.append((visit, no))
    return sent


def answer_all(
    *, visit: Visit, by: Staff, now: dt.datetime, **said: Any
) -> list[tuple[Visit, Refused | None]]:
    """The same answer to every other session of the series that waits; each stands or falls alone.

    A session that differs in more than its day is not answered unread.
    """
    answered: list[tuple[Visit, Refused | None]] = []
    for other in others_waiting(visit).select_related("school", "policy").order_by("start_at"):
        try:
            if _but_for_the_day(other) != _but_for_the_day(visit):
                raise Refused("It differs from this one in more than its day. Open it and decide on it.")
            same = {**said, "seen": facts_hash(other)}
            answered.append((answer(visit=other, by=by, now=now, **same), None))
        except Refused as no:
            answered.append((other, no))
    return answered


def _but_for_the_day(visit: Visit) -> tuple[str, dt.time | None]:
    """What two lessons that may have one answer have in common, the hour on the wall too."""
    return facts_hash(visit, undated=True), local(visit.start_at).time() if visit.start_at else None


def brief_series(
    *,
    series: TuitionSeries,
    by: Staff,
    now: dt.datetime,
    send: str,
    medical: str,
    behaviour: str,
    nothing: bool,
) -> TuitionSeries:
    """What tutors must know of the pupil (TC-188 to TC-191), from the head or the DSL. Raises Refused."""
    if by.pk == series.tutor_id or not may_brief(series, by):
        raise Refused("The head or the DSL writes what tutors must know; not the tutor.")
    if not (nothing or send.strip() or medical.strip() or behaviour.strip()):
        raise Refused("Write what the tutor must know, or tick that there is nothing more.")
    with transaction.atomic():
        fresh = _locked(series)
        fresh.send, fresh.medical, fresh.behaviour, fresh.nothing_more = send, medical, behaviour, nothing
        fresh.briefed_by, fresh.briefed_at = by, now
        fresh.save(update_fields=["send", "medical", "behaviour", "nothing_more", "briefed_by", "briefed_at"])
        first = _noted(fresh, "tuition_briefed", "Wrote what the tutor must know", by=by, now=now)
        if first:
            telling.tell(
                [fresh.tutor],
                first,
                what="tuition_briefed",
                subject="Lessons at home: read the briefing",
                body="What you must know before the first lesson is written. Open it and read it.",
                path=f"/tuition/{fresh.pk}/",
                now=now,
            )
    return fresh


def may_brief(series: TuitionSeries, staff: Staff) -> bool:
    """The head of the school, its DSL, or the CEO in the head's place."""
    return staff.has_role(RoleName.HEADTEACHER, RoleName.DSL, RoleName.CEO, school=series.school)


def may_change(series: TuitionSeries, staff: Staff) -> bool:
    """The tutor, whoever started the lessons, and who briefs."""
    return staff.pk in {series.tutor_id, series.started_by_id} or may_brief(series, staff)


def _locked(series: TuitionSeries) -> TuitionSeries:
    """A fresh, locked row; only within a transaction."""
    return TuitionSeries.objects.select_for_update(of=("self",)).get(pk=series.pk)


def _must_change(series: TuitionSeries, by: Staff) -> None:
    if not may_change(series, by):
        raise Refused(
            "Only the tutor, whoever started the lessons, the head, the DSL or the CEO can change this. Ask one of them."
        )


def _noted(
    series: TuitionSeries, kind: str, sentence: str, *, by: Staff, now: dt.datetime, **detail: Any
) -> Visit | None:
    """A line in the story of the first session, which stands for the series; gives back which."""
    first = series.visits.order_by("start_at").first()
    if first:
        happened(first, kind, sentence, by=by, now=now, **detail)
    return first


def agree_sanctions(
    *, series: TuitionSeries, by: Staff, now: dt.datetime, text: str, agreed_on: dt.date
) -> TuitionSeries:
    """What was agreed with the parents beforehand for misbehaviour (TC-201): the letter home says it. Raises Refused."""
    with transaction.atomic():
        fresh = _locked(series)
        _must_change(fresh, by)
        fresh.sanctions, fresh.sanctions_agreed_on = text, agreed_on
        fresh.save(update_fields=["sanctions", "sanctions_agreed_on"])
        sentence = "Wrote what was agreed with the parents for misbehaviour"
        _noted(fresh, "sanctions", sentence, by=by, now=now, reason=text, agreed_on=str(agreed_on))
    return fresh


def end_series(*, series: TuitionSeries, by: Staff, now: dt.datetime, why: str) -> list[Visit]:
    """No more sessions: those that lie ahead are cancelled; gives back which. Raises Refused."""
    if not why.strip():
        raise Refused("Say why the lessons end.")
    with transaction.atomic():
        fresh = _locked(series)
        _must_change(fresh, by)
        if fresh.ended_by:
            raise Refused(f"{fresh.ended_by.short_name} has ended these lessons already.")
        ahead = list(fresh.visits.filter(state__in=AHEAD))
        for visit in ahead:
            cancel(visit=visit, by=by, now=now, reason=f"The lessons end: {why}")
        fresh.ended_at, fresh.ended_by, fresh.ended_why = now, by, why[:300]
        fresh.save(update_fields=["ended_at", "ended_by", "ended_why"])
        _noted(fresh, "series_ended", "Ended the lessons", by=by, now=now, reason=why)
    return ahead


@hears("values")
def write_session(*, visit: Visit, by: Staff, now: dt.datetime, values: dict[str, Any]) -> TuitionSession:
    """What the session was like (TC-192 to TC-195); a bedroom without another space tells the head at once."""
    if unknown := set(values) - SESSION_FIELDS:
        raise KeyError(f"not of a session: {sorted(unknown)}")
    with opened(visit, by=by, action="write", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        before = TuitionSession.objects.filter(visit=fresh).first()
        session, _ = TuitionSession.objects.update_or_create(
            visit=fresh, defaults={**values, "written_by": by, "written_at": now}
        )
        if session.is_bedroom and not (before and before.is_bedroom):
            happened(fresh, "bedroom", "The lesson was in the pupil's bedroom", by=by, now=now)
            telling.tell(
                telling.told_of_changes(fresh),
                fresh,
                what="bedroom",
                subject=f"{fresh.ref}: a lesson was held in a bedroom",
                body="The policy allows it only where there is no other space. Open the visit to read why.",
                now=now,
            )
    return session


@hears("what", "done")
def report_misbehaviour(
    *, visit: Visit, by: Staff, now: dt.datetime, what: str, done: str = ""
) -> Misbehaviour:
    """Every incident is written down and reported to the school (TC-202, TC-203)."""
    if not what.strip():
        raise Refused("Say what happened.")
    with opened(visit, by=by, action="write", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        session, _ = TuitionSession.objects.get_or_create(
            visit=fresh, defaults={"written_by": by, "written_at": now}
        )
        row = Misbehaviour.objects.create(
            session=session, what=what, done=done, reported_at=now, reported_by=by
        )
        happened(fresh, "misbehaviour", "Reported misbehaviour in a lesson", by=by, now=now)
        telling.tell(
            [*telling.told_of_changes(fresh), *telling.leading(fresh, [RoleName.HEADTEACHER])],
            fresh,
            what="misbehaviour",
            subject=f"{fresh.ref}: misbehaviour in a lesson at home",
            body="Something happened in a lesson at home. Open the series to read it.",
            path=f"/tuition/{fresh.series_id}/",
            now=now,
        )
    return row
