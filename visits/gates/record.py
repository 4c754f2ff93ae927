"""What a record must hold before a visit is finished."""

import datetime as dt
from collections.abc import Iterator

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
    yield need(
        visit.outcome,
        "outcome",
        "Say how the visit went.",
        met=visit.get_outcome_display(),
        clauses=["CS-093"],
        fix="record",
    )
    yield need(
        record.place.strip(),
        "place",
        "Say where it took place.",
        met="Where it took place is stated",
        clauses=["SH-077"],
        fix="record",
    )
    yield need(
        record.nobody_present or record.people_present.exists(),
        "present",
        "List who was there, or tick that nobody was.",
        met="Who was there is stated",
        clauses=["SH-078"],
        fix="record",
    )
    yield need(
        record.facts.strip(),
        "facts",
        "Write the facts: what you saw and heard.",
        met="The facts are written",
        clauses=["CS-008", "CS-096", "TC-073"],
        fix="record",
    )
    yield need(
        record.concern,
        "concern",
        "Say whether there is a safeguarding concern.",
        met="Whether there is a concern is stated",
        clauses=["CS-017"],
        fix="record",
    )
    yield from _talk(visit, record)
    yield from _pupil(visit, record)
    yield from _file(visit, record)


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
