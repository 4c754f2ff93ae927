"""What a record must hold before a visit is finished."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from visits.gates.checks import Check, gate, need
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
    yield from _pupil(visit, record)
    yield from _file(visit, record)


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


def _pupil(visit: Visit, record: VisitRecord) -> Iterator[Check]:
    """Was the pupil seen and spoken to, or why not (TC-072)."""
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
    )
    if answered and not (seen and spoken):
        yield need(
            record.why_not.strip(),
            "why_not",
            "Say why the pupil was not seen or not spoken to.",
            met="Why not is stated",
            clauses=["TC-072"],
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
