"""Which deadlines a visit has, from its policy, plan and moments. Reads; never writes."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Max, Q

from homevisits.clock import london_day
from homevisits.escalation.deadlines import Wanted
from homevisits.trusts.choices import Ladder
from homevisits.trusts.policies import Policy
from visits import homeward
from visits.answering import moments
from visits.debrief import waits_since as talk_waits_since
from visits.models import Attendee, Visit
from visits.next_step import waits_since
from visits.police import KINDS
from visits.reported import has_left_unsafe
from visits.risk import first_minutes, repeat_minutes
from visits.routes import wants_contact
from visits.safety import SAFETY, SOON, Due
from visits.states import State
from visits.story import Moment
from visits.writing import VisitRecord

NUDGES = 3
CONTACT_MINUTES = 15
INTERVENTION_MINUTES = 60
CONTACT_NUDGES = 8
POLICE_NUDGES = 200
DESK_CHANGES = 20
# Somebody who is late is watched over the next changes at the desk too.
DESK_AFTER = dt.timedelta(hours=12)


def minutes(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def wanted(visit: Visit) -> list[Wanted]:
    """Every deadline that should be live for the visit as it stands."""
    policy = visit.rules
    if policy is None:
        return []
    found = [w for plan in PLANS.get(State(visit.state), ()) for w in plan(visit, policy)]
    if visit.state != State.LOGGED:
        found += list(soon(policy, found))
    return [*found, *police(visit, policy, found)]


def _want(kind: str, due_at: dt.datetime, **more: object) -> Wanted:
    return Wanted(kind=kind, due_at=due_at, is_safety=kind in SAFETY, **more)  # type: ignore[arg-type]


def decisions(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """The request's own ladder: one reminder for each step, fewer minutes for a same-day visit."""
    if not (visit.submitted_at and visit.start_at):
        return
    same_day = london_day(visit.submitted_at) == london_day(visit.start_at)
    first = policy.decision_minutes_same_day if same_day else policy.decision_minutes
    base = visit.submitted_at + minutes(first)
    for number, step in enumerate(policy.laddersteps.filter(ladder=Ladder.DECISION), start=1):
        yield _want(f"{Due.DECISION}_{number}", base + minutes(step.after_minutes), nudges=1)


def countersignatures(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """A decision by telephone is countersigned before this (feature: phone approval)."""
    open_ones = [d for d in visit.decisions.all() if d.wants_countersigning]
    if open_ones:
        first = min(d.decided_at for d in open_ones)
        yield _want(
            Due.COUNTERSIGN, first + minutes(policy.countersign_minutes), nudges=NUDGES, nudge_minutes=240
        )


def contact(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """The responsible contact is reminded until they say that they check on the visitors (TC-106)."""
    asked = policy.contact_must_acknowledge and wants_contact(visit) and visit.responsible_contact_id
    if asked and visit.logged_at and not visit.contact_acknowledged_at:
        due = visit.logged_at + minutes(CONTACT_MINUTES)
        yield _want(Due.CONTACT, due, nudges=CONTACT_NUDGES, nudge_minutes=CONTACT_MINUTES)


def departure(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """The visitors are prompted when they are to leave; after "did not leave" shortly before they are asked again."""
    if visit.depart_at:
        due = visit.depart_at + minutes(policy.departure_grace_minutes)
        again = visit.watch_again_at and visit.watch_again_at - minutes(policy.nudge_minutes)
        prompt = _not_before(visit.depart_at, again)
        yield _want(Due.DEPARTURE, _not_before(due, visit.watch_again_at), prompt_at=prompt)


def coming_back(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """Return due = planned return + grace. Armed when logged, so that nobody is out unwatched.

    After an alarm was resolved with people still out, they must be heard of again by `watch_again_at`.
    """
    if visit.return_at:
        due = visit.return_at + minutes(policy.overdue_grace_minutes)
        yield _want(Due.RETURN, _not_before(due, visit.watch_again_at), prompt_at=visit.return_at)


def home_safe(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """Whoever went straight home says once more that they are there, where the policy asks for it (PS-101)."""
    for attendee in homeward.awaited(visit):
        if due := homeward.due_at(visit, attendee):
            yield _want(Due.HOME_SAFE, due, extra={"attendee": attendee})


def _not_before(due: dt.datetime, other: dt.datetime | None) -> dt.datetime:
    return max(due, other) if other else due


def police(visit: Visit, policy: Policy, others: list[Wanted]) -> Iterator[Wanted]:
    """A person thinks about the police some minutes after the first alarm that is open, or may come (TC-121).

    Armed with the return, so that no alarm is without it, whichever part of the system raised it; and as long
    as one is open, whatever the visit has become: who asks in secret may have had to end it.
    """
    open_ones = [a.due_at for a in visit.alarms.all() if a.kind in KINDS and a.is_open]
    due = [*open_ones, *(w.due_at for w in others if w.kind in (Due.CHECK_IN, Due.RETURN, Due.HOME_SAFE))]
    if due:
        at = min(due) + minutes(policy.police_after_minutes)
        every = policy.last_step_repeat_minutes
        yield _want(Due.POLICE, at, nudges=POLICE_NUDGES, nudge_minutes=every)


def desk(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """Each time at which somebody else comes to the desk while these people are out: an end of hours or of a duty.

    Of somebody who is late too. A change is known by its time, so that one that is new re-times no other.
    """
    if not (visit.departed_at and visit.return_due_at):
        return
    begun, until = visit.departed_at, visit.return_due_at + DESK_AFTER
    changes = [at for at in moments(visit, begun, until) if begun < at < until]
    for change in changes[:DESK_CHANGES]:
        yield _want(f"{Due.DESK}_{change:%d%H%M%S}", change, nudges=1)


def handover(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """The desk was offered to somebody who has not accepted: whoever offered it is told that they keep it."""
    asked = visit.handovers.filter(accepted_at=None, declined_at=None).order_by("-asked_at").first()
    if asked:
        yield _want(Due.HANDOVER, asked.lapses_at, nudges=1)


def soon(policy: Policy, others: list[Wanted]) -> Iterator[Wanted]:
    """A visitor is reminded some minutes before each time that they work to; 0 reminds of none."""
    ahead = minutes(policy.nudge_minutes)
    for w in others if ahead else []:
        if w.kind in SOON:
            at = (w.prompt_at or w.due_at) - ahead
            yield _want(f"{Due.SOON}_{w.kind}", at, nudges=1, extra=w.extra)


def arrival(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    if visit.start_at and not visit.arrived_at:
        yield _want(Due.ARRIVAL, visit.start_at + minutes(policy.arrival_grace_minutes), nudges=1)


def end(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    if visit.end_at and not visit.left_at:
        yield _want(Due.END, visit.end_at, nudges=2, nudge_minutes=10)


def waiting(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """The wait at the door, until they go in, leave or say how it went (TC-109)."""
    if not (visit.entered_at or visit.left_at or visit.outcome) and (ends := wait_ends_at(visit, policy)):
        yield _want(Due.WAIT, ends)


def wait_ends_at(visit: Visit, policy: Policy) -> dt.datetime | None:
    """Until when somebody at the door waits: from the arranged time, or the arrival if that is later (TC-109)."""
    if not (visit.arrived_at and visit.moments.filter(kind=Moment.Kind.WAITING).exists()):
        return None
    return max(visit.arrived_at, visit.start_at or visit.arrived_at) + minutes(policy.wait_minutes)


def check_ins(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """One for each person who is out: prompt at scheduled start + minutes, due some minutes later.

    TC-166: by the schedule, not by the arrival. Repeats count from the person's last "fine".
    """
    if not visit.start_at or not first_minutes(visit, policy) or is_past_calls(visit):
        return
    fine = list(visit.moments.filter(kind=Moment.Kind.FINE))
    for attendee in (a for a in still_there(visit) if not a.back_at and not a.claimed_back_at):
        prompt = next_prompt(visit, policy, attendee, fine)
        if prompt:
            due = prompt + minutes(policy.checkin_answer_minutes)
            yield _want(Due.CHECK_IN, due, prompt_at=prompt, extra={"attendee": attendee})


def is_past_calls(visit: Visit) -> bool:
    """Whether nobody is called any more: they left the home, and not because it was not safe (PS-132)."""
    return bool(visit.left_at) and not has_left_unsafe(visit)


def still_there(visit: Visit) -> list[Attendee]:
    """Those of the party who have not said for themselves alone that they left the home."""
    left = visit.moments.filter(kind=Moment.Kind.LEFT, for_all=False).values_list("attendee", flat=True)
    gone = set(left)
    return [a for a in visit.party if a.pk not in gone]


def next_prompt(visit: Visit, policy: Policy, attendee: Attendee, fine: list[Moment]) -> dt.datetime | None:
    """When this person is called next; None when no call is left.

    From every "fine" in the order of receipt, and from the last missed call after which a person found them.
    """
    if visit.start_at is None:
        return None
    prompt, repeat = visit.start_at + minutes(first_minutes(visit, policy)), repeat_minutes(visit, policy)
    for said in fine:
        if (said.for_all or said.attendee_id == attendee.pk) and _answers(said, visit.start_at, prompt):
            if not repeat:
                return None
            prompt = said.true_at + minutes(repeat)
    found = found_after_silence(visit, attendee) if repeat else None
    return found + minutes(repeat) if found and found >= prompt else prompt


def found_after_silence(visit: Visit, attendee: Attendee) -> dt.datetime | None:
    """When a person last made sure of somebody who had missed a call: they are called again from then on."""
    missed = Q(kind="missed_check_in") | Q(deadline__kind=Due.CHECK_IN)
    alarms = visit.alarms.filter(missed, attendee=attendee, resolved_at__isnull=False)
    return alarms.aggregate(last=Max("resolved_at"))["last"]


def _answers(said: Moment, start_at: dt.datetime, prompt: dt.datetime) -> bool:
    """Whether a "fine" spares the call at `prompt`.

    One that comes late says nothing of what was after it: it answers no call that was not due then.
    """
    return said.true_at >= start_at and (not said.came_late or said.true_at >= prompt)


def call_left_by(visit: Visit, said: Moment) -> dt.datetime | None:
    """The call that a late "fine" leaves standing, because it was said before that; None when it answered one."""
    policy, attendee = visit.rules, said.attendee
    if not (policy and attendee and said.came_late and first_minutes(visit, policy)) or visit.left_at:
        return None
    fine = list(visit.moments.filter(kind=Moment.Kind.FINE, recorded_at__lte=said.recorded_at))
    before = next_prompt(visit, policy, attendee, [m for m in fine if m.pk != said.pk])
    return before if before == next_prompt(visit, policy, attendee, fine) else None


def intervention(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """A physical intervention is written down as soon as it reasonably can be (TC-236)."""
    record = VisitRecord.objects.filter(visit=visit, had_intervention=True).first()
    if record and record.intervention_at and not visit.interventions.exists():
        due = record.intervention_at + minutes(INTERVENTION_MINUTES)
        yield _want(Due.INTERVENTION, due, nudges=NUDGES, nudge_minutes=240)


def debrief(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """Somebody left for safety, or a call for help was real: a senior leader talks with them (CS-069)."""
    if began := talk_waits_since(visit):
        due = began + dt.timedelta(hours=policy.debrief_hours)
        prompt = began + minutes(1)
        yield _want(Due.DEBRIEF, due, prompt_at=prompt, nudges=NUDGES, nudge_minutes=1440)


def next_step(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    """Nobody was reached: a person names what follows, or decides on what is proposed (SH-071, SH-098)."""
    if began := waits_since(visit):
        due = began + minutes(policy.next_step_minutes)
        yield _want(Due.NEXT_STEP, due, nudges=NUDGES, nudge_minutes=max(policy.next_step_minutes, 30))


def recording(visit: Visit, policy: Policy) -> Iterator[Wanted]:
    if visit.returned_at:
        due = visit.returned_at + dt.timedelta(hours=policy.record_due_hours)
        yield _want(Due.RECORD, due, nudges=NUDGES, nudge_minutes=1440)


PLANS = {
    State.REQUESTED: (decisions, countersignatures),
    State.AUTHORISED: (countersignatures,),
    State.LOGGED: (departure, coming_back, contact, handover, countersignatures),
    State.IN_PROGRESS: (
        arrival,
        check_ins,
        waiting,
        end,
        coming_back,
        home_safe,
        intervention,
        desk,
        handover,
        next_step,
        debrief,
        countersignatures,
    ),
    State.RETURNED_SAFE: (home_safe, recording, intervention, next_step, debrief, countersignatures),
    State.RECORDED: (home_safe, next_step, debrief, countersignatures),
}
