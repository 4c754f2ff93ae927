"""What a record must hold before a visit is finished."""

import datetime as dt
from collections.abc import Iterator
from textwrap import shorten
from typing import Any

from visits import questions
from visits.gates.checks import Check, gate, need
from visits.infection import overlay_on_entry
from visits.models import Outcome, Visit
from visits.routes import cites
from visits.writing import VisitRecord

CONVERSED = {Outcome.COMPLETED, Outcome.DOORSTEP}


@gate("record")
def record_parts(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    record = VisitRecord.objects.filter(visit=visit).first()
    if record is None:
        yield need(
            False,
            "record",
            "Write the record of this visit.",
            met="",
            clauses=["CS-007", "CS-093"],
            fix="record",
        )
        return
    for is_done, code, unmet, met, clauses in _parts(visit, record):
        yield need(is_done, code, unmet, met=met, clauses=clauses, fix="record")
    yield from _talk(visit, record)
    yield from _barriers(record)
    yield from _pupil(visit, record)
    yield from _rooms(visit, record)
    yield from _spoken_to(visit, record)
    yield from _at_the_door(visit, record)
    yield from _file(visit, record)
    yield from _intervention(visit, record)


def _intervention(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """A physical intervention has a record of its own, which the head reads (TC-236, TC-237)."""
    if record.had_intervention:
        yield need(
            visit.interventions.exists(),
            "intervention",
            "Write down the physical intervention: what was tried first, the force, whose injury it prevented.",
            met="The physical intervention is written down",
            clauses=["TC-236", "TC-237"],
            fix=f"/visits/{visit.ref}/intervention/",
        )


def _parts(visit: Visit, record: VisitRecord) -> list[tuple[Any, str, str, str, list[str]]]:
    """What every record has: is it there, its code, what to do, what to say once it is, the clauses."""
    present = record.nobody_present or record.people_present.exists()
    return [
        (visit.outcome, "outcome", "Say how the visit went.", visit.get_outcome_display(), ["CS-093"]),
        (
            record.place.strip(),
            "place",
            "Say where it took place.",
            "Where it took place is stated",
            ["SH-077"],
        ),
        (
            present,
            "present",
            "List who was there, or tick that nobody was.",
            "Who was there is stated",
            ["SH-078"],
        ),
        (
            record.facts.strip(),
            "facts",
            "Write the facts: what you saw and heard.",
            "The facts are written",
            ["CS-008", "CS-096", "TC-073"],
        ),
        (
            record.concern,
            "concern",
            "Say whether there is a safeguarding concern.",
            "Whether there is a concern is stated",
            ["CS-017"],
        ),
    ]


def _talk(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    if visit.outcome in CONVERSED:
        yield need(
            record.discussed.strip(),
            "discussed",
            "Write what was talked about.",
            met="What was talked about is written",
            clauses=["SH-079", "CS-094"],
            fix="record",
        )
    yield need(
        record.nothing_agreed or record.actions.exists(),
        "agreed",
        "List what was agreed, or tick that nothing was.",
        met="What was agreed is stated",
        clauses=["SH-080", "CS-097", "TC-212"],
        fix="record",
    )


def _barriers(record: VisitRecord) -> Iterator[Check]:
    """Each barrier has something that is done about it, by somebody, by a day (AF-062)."""
    for barrier in record.barriers_found.prefetch_related("actions"):
        about = shorten(barrier.text, 60, placeholder=" …")
        yield need(
            barrier.actions.all(),
            "barrier",
            f"Say what is done about “{about}”, by whom and by when.",
            met=f"What is done about “{about}” is stated",
            clauses=["AF-062", "TC-084"],
            fix="record",
        )


def _pupil(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """Was the pupil seen and spoken to, or why not (TC-072); without the rule it is asked and may be left."""
    is_required = visit.rules is None or visit.rules.welfare_pupil_seen_required
    seen = record.pupil_seen and record.pupil_seen != VisitRecord.Seen.NOT_SEEN
    spoken = record.pupil_spoken and record.pupil_spoken != VisitRecord.Spoken.NO
    answered = bool(record.pupil_seen and record.pupil_spoken)
    yield need(
        answered,
        "pupil_seen",
        "Say whether the pupil was seen and spoken to.",
        met="Whether the pupil was seen and spoken to is stated",
        clauses=["TC-072", "SH-020"],
        fix="record",
        blocks=is_required,
    )
    if answered and not (seen and spoken):
        yield need(
            record.why_not.strip(),
            "why_not",
            "Say why the pupil was not seen or not spoken to.",
            met="Why not is stated",
            clauses=["TC-072"],
            fix="record",
            blocks=is_required,
        )


def _rooms(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """Upstairs and bedrooms, where the policy has a rule (PS-079 to PS-081)."""
    for question in questions.of_rooms(visit):
        answer = question.answer(record)
        clauses = cites(visit.rules, question.column) if visit.rules else ()
        is_answered = answer is not None
        yield need(
            is_answered and (not answer or question.words(record)),
            question.why if answer else question.field,
            question.explain if is_answered else question.ask,
            met="Where you were in the home is stated",
            clauses=clauses or question.clauses,
            fix="record",
        )


def _spoken_to(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """Somebody was there with whom the pupil is not discussed: was anything said to them (PS-075)?"""
    if visit.rules is not None and (names := questions.not_to_be_spoken_to(visit, record)):
        yield need(
            visit.outcome_text.strip(),
            "spoken_to",
            f"{' and '.join(names)} was there, with whom the pupil is not discussed. Say whether you spoke to them, and why.",
            met="Whether you spoke to adults with whom the pupil is not discussed is stated",
            clauses=cites(visit.rules, "inviter_rule"),
            fix="record",
        )


def _at_the_door(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """The calling card, the identity card, a life at risk, and why it was not safe."""
    rules = visit.rules
    if rules is None:
        return
    if questions.asks_card_left(visit):
        yield need(
            record.card_left is not None,
            "card_left",
            "Say whether you left a calling card.",
            met="Whether a calling card was left is stated",
            clauses=cites(rules, "calling_card"),
            fix="record",
        )
    if questions.asks_card_shown(visit):
        yield need(
            record.id_shown,
            "id_shown",
            "Your policy asks you to show the identity card on this visit. Tick it, or leave it unticked if you did not.",
            met="The identity card was shown",
            clauses=cites(rules, "id_card_shown"),
            fix="record",
            blocks=False,
        )
    if overlay_on_entry(visit):
        yield need(
            record.life_at_risk.strip(),
            "life_at_risk",
            "Say why a life was at risk: you went in while the infection rules held.",
            met="Why a life was at risk is stated",
            clauses=cites(rules, "overlay_entry"),
            fix="record",
        )
    if visit.outcome == Outcome.UNSAFE:
        yield need(
            visit.outcome_text.strip(),
            "outcome_text",
            "Say in a few words why it was not safe.",
            met="Why it was not safe is stated",
            clauses=["TC-164", "CS-069", "TC-112"],
            fix="record",
        )


def _file(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not rules.file_choices:
        return
    yield need(
        record.file_destination in rules.file_choices,
        "file",
        "Choose the file that the record goes on.",
        met="The file is chosen",
        clauses=cites(rules, "file_choices"),
        fix="record",
    )
