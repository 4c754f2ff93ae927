"""What holds for lessons at home: briefing and letter before the first, the room and the door in each."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import BedroomRule
from homevisits.trusts.policies import Policy
from visits.gates.checks import Check, gate, need
from visits.models import TuitionSession, Visit
from visits.routes import cites


@gate("log")
def before_the_first(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Tutors know what they must, and parents what is expected of them (TC-188 to TC-198)."""
    rules, series = visit.rules, visit.series
    if rules is None or series is None:
        return
    place = f"/tuition/{series.pk}/"
    if rules.tutoring_briefing_required:
        yield need(
            series.briefed_at,
            "tuition_briefing",
            "The head or the DSL has still to write what the tutor must know of this pupil.",
            met=f"{series.briefed_by} wrote what the tutor must know",
            clauses=cites(rules, "tutoring_briefing_required"),
            fix=place,
        )
    if rules.tutoring_letter_required:
        yield need(
            series.letter_sent_at,
            "tuition_letter",
            "Send the parents the letter about what is expected of them, and note that you did.",
            met="The parents have the letter about what is expected of them",
            clauses=cites(rules, "tutoring_letter_required"),
            fix=place,
        )


def wants_adult(visit: Visit) -> bool:
    """Whether nobody goes in without an adult there, whatever the reason (TC-193)."""
    return bool(visit.series_id and visit.rules and visit.rules.tutoring_adult_required)


@gate("record")
def session(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """The session's own questions, once somebody was in the home."""
    rules = visit.rules
    if rules is None or visit.series_id is None or visit.entered_at is None:
        return
    kept = TuitionSession.objects.filter(visit=visit).first()
    for is_done, code, unmet, met, column in _parts(rules, kept):
        yield need(
            is_done,
            code,
            unmet,
            met=met,
            clauses=cites(rules, column) if column else ["TC-192"],
            fix="session",
        )


def _parts(rules: Policy, kept: TuitionSession | None) -> Iterator[tuple[object, str, str, str, str]]:
    yield (
        kept and kept.room.strip() and kept.is_suitable is not None,
        "session_room",
        "Say in which room the lesson was, and whether it was a suitable place.",
        "The room is stated",
        "",
    )
    if rules.tutoring_adult_required:
        yield (
            kept and kept.adult.strip(),
            "session_adult",
            "Say which adult was in the home.",
            "The adult is named",
            "tutoring_adult_required",
        )
    if rules.tutoring_door_open:
        yield (
            kept and kept.door_open is not None,
            "session_door",
            "Say whether the door stayed open.",
            "Whether the door stayed open is stated",
            "tutoring_door_open",
        )
    if kept and kept.is_bedroom and rules.tutoring_bedroom_rule != BedroomRule.FREE:
        yield (
            kept.no_alternative.strip(),
            "session_bedroom",
            "Say why there was no other space than the bedroom.",
            "Why it was the bedroom is stated; the head was told",
            "tutoring_bedroom_rule",
        )
