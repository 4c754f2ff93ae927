"""Whom a visit's reminders nudge, with which words; and the engine's own lines in the story."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps

from homevisits.clock import local
from homevisits.escalation.models import Words
from homevisits.people.duty import office_is_open
from homevisits.people.models import Staff
from homevisits.trusts.choices import Ladder
from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from visits.models import Visit
    from visits.safety import VisitDeadline

SOON = {
    "check_in": ("somebody rings you soon", "Answer, or say on your phone page that you are fine."),
    "wait": ("you have nearly waited long enough", "Say that nobody is in and leave, or that you went in."),
    "end": ("the visit ends soon", "Say when you leave the home, or ask for more time."),
    "return": ("you are due back soon", "Say when you are back, or ask for more time."),
    "home_safe": ("say soon that you are home", "Press “I am home safe” on your phone page, or text HOME."),
}

PROMPTS = {
    "departure": ("you are due to leave now", "Say that you are leaving, or that you are not going."),
    "return": ("you are due back now", "Say that you are back, or ask for more time."),
}

Nudges = Iterable[tuple[Staff, Words]]


def note(
    visit: "Visit", kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any
) -> None:
    """A line that the engine writes in a visit's story."""
    apps.get_model("visits", "VisitEvent").append(
        chain=f"school:{visit.school_id}",
        visit=visit,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence,
        detail={"state": visit.state, **detail},
    )


def note_fired(deadline: "VisitDeadline", now: dt.datetime) -> None:
    """That a due time passed; of what is only said ahead of one, and of the police where nothing is wrong, no line.

    The lines about the police and the talk say what they are about: nobody of the party may learn of a silent alarm.
    """
    from visits.debrief import is_secret
    from visits.police import asked_about

    kind = deadline.kind
    detail: dict[str, Any] = {}
    if kind.startswith(("soon_", "desk_")) or kind == "handover":
        return
    if kind == "police":
        asked = asked_about(deadline.visit, now)
        if not asked:
            return
        detail = next((alarm for alarm in asked if not alarm.is_silent), asked[0]).mark
    if kind == "debrief" and is_secret(deadline.visit):
        detail = {"silent": True}
    sentence = f"{deadline.label} was due"
    note(deadline.visit, "due", sentence, by=None, now=now, due_kind=kind, **detail)


def travellers(visit: "Visit") -> list[Staff]:
    """The staff of the party who are still out."""
    return [a.staff for a in visit.party if a.staff and not a.back_at]


def prompt(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """Before it is due: the check-in call should begin; the visitors should leave school, or be back."""
    visit = deadline.visit
    if deadline.kind == "check_in" and deadline.attendee:
        words = _ring(deadline, deadline.attendee.short_name)
        return [(person, words) for person in callers(visit, now)]
    if deadline.kind == "debrief":
        return _debrief(deadline)
    if deadline.kind in PROMPTS:
        subject, body = PROMPTS[deadline.kind]
        body = f"The alarm opens at {local(deadline.due_at):%H:%M}. {body}"
        return [(p, _out(visit, f"{visit.ref}: {subject}", body)) for p in travellers(visit)]
    return []


def _ring(deadline: "VisitDeadline", whom: str) -> Words:
    """That the check-in call begins; under a silent alarm that nobody rings before they have read it."""
    from visits.climbing import QUIET

    visit = deadline.visit
    if silent := visit.alarms.unresolved().silent().first():
        return Words(f"{visit.ref}: do not ring, open the alarm", QUIET, silent.get_absolute_url())
    body = f"The check-in call is due by {local(deadline.due_at):%H:%M}. Voicemail is no answer."
    return Words(f"Ring {whom} now ({visit.ref})", body, f"/visits/{visit.ref}/call/{deadline.attendee_id}/")


def callers(visit: "Visit", now: dt.datetime) -> list[Staff]:
    """Who makes the check-in call: the agreed colleague while they are there, else whoever answers (TC-166).

    Out of office hours whoever answers is asked as well, the responsible contact among them (TC-106).
    """
    from visits.watch import answerers, party_ids

    there = Staff.objects.active().present(now).exclude(pk__in=party_ids(visit))
    named = list(there.filter(pk=visit.checkin_colleague_id))
    if named and office_is_open(visit.school, now):
        return named
    return list(dict.fromkeys([*named, *answerers(visit, now)])) or next_told(visit, now)


def next_told(visit: "Visit", now: dt.datetime) -> list[Staff]:
    """With nobody at the desk: the people of the ladder's first step that has any."""
    from visits.climbing import people_told

    steps = visit.policy.laddersteps.filter(ladder=Ladder.SAFETY) if visit.policy else []
    told = (people_told(step, visit, visit.party, now) for step in steps)
    return next(filter(None, told), [])


def nudge(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """Once a reminder is due: a finite list of people, never the whole trust."""
    kind, visit = deadline.kind, deadline.visit
    if kind.startswith("decision_"):
        return _decision(visit, int(kind.removeprefix("decision_")), now)
    if kind == "countersign":
        return _countersign(visit)
    if kind == "record":
        return _record(deadline)
    if kind == "intervention":
        words = Words(
            f"{visit.ref}: write down the physical intervention",
            "It is written as soon as it reasonably can be. Open it, and say what was tried first.",
            f"/visits/{visit.ref}/intervention/",
        )
        return [(attendee.staff, words) for attendee in visit.party if attendee.staff]
    if kind == "contact":
        return _contact(deadline, now)
    if kind == "police":
        return _police(visit, now)
    if kind == "next_step":
        return _next_step(deadline, now)
    if kind == "debrief":
        return _debrief(deadline)
    if kind.startswith("soon_"):
        return soon(deadline, now)
    if kind == "handover":
        return _handover(deadline)
    if kind.startswith("desk_"):
        return _desk(deadline, now)
    subject = {"arrival": "have you arrived?", "end": "are you leaving the home?"}[kind]
    body = "Say where you are on your phone page, or ring the office."
    return [(p, _out(visit, f"{visit.ref}: {subject}", body)) for p in travellers(visit)]


def _out(visit: "Visit", subject: str, body: str) -> Words:
    return Words(subject, body, f"/visits/{visit.ref}/out/")


def _decision(visit: "Visit", number: int, now: dt.datetime) -> Nudges:
    """Step by step: those who can decide, then the roles that the policy names."""
    from visits.routes import own_ids
    from visits.telling import waiting_deciders

    steps = list(visit.policy.laddersteps.filter(ladder=Ladder.DECISION)) if visit.policy else []
    step = steps[number - 1]
    named = Staff.objects.holding(list(step.roles), visit.school).exclude(pk__in=own_ids(visit))
    people = {p.pk: p for p in [*waiting_deciders(visit, now), *(named if number > 1 else [])]}
    subject = f"{visit.ref} still waits for a decision"
    words = Words(subject, "A home visit has not been decided on yet.", f"/dashboard/?visit={visit.ref}")
    return [(person, words) for person in people.values()]


def _countersign(visit: "Visit") -> Nudges:
    open_ones = [d for d in visit.decisions.select_related("decider") if d.wants_countersigning]
    subject = f"{visit.ref}: countersign what you said by telephone"
    return [
        (d.decider, Words(subject, "Read what was typed in for you.", visit.get_absolute_url()))
        for d in open_ones
    ]


def _contact(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """The responsible contact; with the last reminder the office too, who can ring or choose another."""
    from visits.watch import answerers

    visit = deadline.visit
    asked = visit.responsible_contact
    words = Words(
        f"{visit.ref}: confirm that you check on the visitors",
        "Nobody leaves before you have. Open it and press the button.",
        f"/visits/{visit.ref}/contact/",
    )
    told = [(asked, words)] if asked else []
    if deadline.nudges_left > 1:
        return told
    late = Words(
        f"{visit.ref}: the responsible contact has not answered",
        "Ring them, or choose somebody else: nobody leaves before the contact has confirmed.",
        f"/visits/{visit.ref}/log/",
    )
    return [*told, *((person, late) for person in answerers(visit, now) if person != asked)]


def _police(visit: "Visit", now: dt.datetime) -> Nudges:
    """Whoever decides about the police, until they have (TC-121, TC-122)."""
    from visits.police import asked_about, deciders

    told: dict[int, tuple[Staff, Words]] = {}
    for alarm in asked_about(visit, now):
        words = Words(
            f"{visit.ref}: decide about the police",
            f"An alarm is open since {local(alarm.opened_at):%H:%M}. Open it, ring the police or write why not. "
            "This system never rings them itself. In danger ring 999 at once.",
            alarm.get_absolute_url(),
        )
        told |= {person.pk: (person, words) for person in deciders(alarm, now)}
    return list(told.values())


def _handover(deadline: "VisitDeadline") -> Nudges:
    """A handover that nobody accepted: whoever offered it keeps it, and is told once, not for each visit."""
    visit = deadline.visit
    lapsed = visit.handovers.filter(accepted_at=None, declined_at=None, lapses_at=deadline.due_at)
    words = Words(
        "The desk was not taken over",
        "Nobody accepted in time, so you still hold it all. Ask again, or ask somebody else.",
        "/desk/handover/",
    )
    first = [one for one in lapsed.select_related("giver") if one.visits.order_by("pk").first() == visit]
    return [(one.giver, words) for one in first]


def _desk(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """Whoever comes to the desk while people are out; with nobody there, the ladder's next people (TC-017)."""
    from visits.watch import answerers

    visit = deadline.visit
    out = type(visit).objects.filter(school=visit.school, state="in_progress").order_by("pk")
    refs = list(out.values_list("ref", flat=True))
    same = type(deadline).objects.filter(visit__in=out, kind=deadline.kind, due_at=deadline.due_at)
    if same.order_by("visit").values_list("visit", flat=True).first() != visit.pk:
        return []  # one notice for all of them, by the first that has this change
    before = answerers(visit, deadline.due_at - dt.timedelta(seconds=1))
    there = answerers(visit, now)
    many = f"{len(refs)} visit{'' if len(refs) == 1 else 's'}"
    if there:
        words = Words(
            f"You now hold {many}", "People are out, and the desk is yours. Open the board.", "/board/"
        )
        return [(person, words) for person in there if person not in before]
    words = Words(
        f"Nobody is at the desk, and {many} {'is' if len(refs) == 1 else 'are'} out",
        "If somebody is late you are told next. Open the board, and name somebody who stands in.",
        "/board/",
    )
    return [(person, words) for person in (next_told(visit, now) if before else [])]


def _debrief(deadline: "VisitDeadline") -> Nudges:
    """The senior leaders whom the policy names: at once, and again when the talk is overdue (CS-069)."""
    from visits.debrief import holders

    visit = deadline.visit
    words = Words(
        f"{visit.ref}: talk with those who went",
        f"They left because it was not safe, or needed help. Talk with them by {local(deadline.due_at):%H:%M on %-d %B}, "
        "and say that it took place.",
        f"/visits/{visit.ref}/debrief/",
    )
    return [(person, words) for person in holders(visit)]


def _next_step(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """Whose the next step is; with the last nudge the head too, or who stands in where the head went."""
    from visits.next_step import owners
    from visits.telling import leading

    visit = deadline.visit
    people = owners(visit, now)
    # By the clock: a sweep that comes late gives several nudges as one.
    if now >= deadline.due_at + 2 * dt.timedelta(minutes=deadline.nudge_minutes):
        people = [*people, *leading(visit, [RoleName.HEADTEACHER])]
    words = Words(
        f"{visit.ref}: what follows?",
        "The visit did not take place as planned. Open it and say what is done next, or why nothing is.",
        f"/visits/{visit.ref}/next/",
    )
    return [(person, words) for person in dict.fromkeys(people)]


def soon(deadline: "VisitDeadline", now: dt.datetime) -> Nudges:
    """The visitors whom a deadline is about, some minutes before it; nobody once it has come."""
    visit = deadline.visit
    if visit.policy and now >= deadline.due_at + dt.timedelta(minutes=visit.policy.nudge_minutes):
        return []
    about = deadline.kind.removeprefix("soon_")
    subject, body = SOON[about]
    own = [deadline.attendee.staff] if deadline.attendee and deadline.attendee.staff else []
    people = own if deadline.attendee else travellers(visit)
    return [(person, _out(visit, f"{visit.ref}: {subject}", body)) for person in people]


def _record(deadline: "VisitDeadline") -> Nudges:
    """The lead; with the last nudge the headteacher too, or who stands in where the head went (CS-007, TC-019)."""
    from visits.telling import leading

    visit = deadline.visit
    people = [visit.lead.staff] if visit.lead and visit.lead.staff else [visit.requested_by]
    if deadline.nudges_left <= 1:
        people += leading(visit, [RoleName.HEADTEACHER])
    subject = f"{visit.ref}: the record is overdue"
    words = Words(subject, "Write the record of this visit.", f"/visits/{visit.ref}/record/")
    return [(person, words) for person in dict.fromkeys(people)]
