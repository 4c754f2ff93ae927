"""Whether the parents have what they should: the letter before the visit, word of a change."""

import datetime as dt
from collections.abc import Iterator

from visits.gates.checks import Check, gate, need
from visits.letters import may_have_letter
from visits.models import ParentsToldOf, Visit
from visits.routes import cites

What = ParentsToldOf.What


@gate("log")
def letter(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """The letter is sent where the policy makes one; a reason may insist on it (PS-060, TC-087)."""
    rules, reason = visit.rules, visit.reason
    if rules is None or not may_have_letter(visit):
        return
    insists = bool(reason and reason.needs_letter)
    if not (rules.appointment_letter or insists):
        return
    was_sent, still_true = visit.parents_told.filter(what=What.LETTER).exists(), _knows_times(visit)
    unmet = "The letter to the parents has not been sent. Make it, send it, and note that you did."
    if was_sent:
        unmet = "The times changed after the letter. Send it anew or tell the parents, and note that you did."
    yield need(
        was_sent and still_true,
        "letter",
        unmet,
        met="The letter to the parents was sent",
        clauses=cites(rules, "appointment_letter"),
        fix="letter",
        blocks=insists,
    )


@gate("depart")
def told_of_change(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Parents who expect somebody at another time are told of the new one (TC-199)."""
    if visit.told == Visit.Told.NO:
        return
    if not visit.events.filter(kind="retimed").exists():
        return
    yield need(
        _knows_times(visit),
        "parents_change",
        "The times have changed. Tell the parents, and note that you did.",
        met="The parents know the new times",
        clauses=["TC-199"],
        fix="letter",
        blocks=False,
    )


def _knows_times(visit: Visit) -> bool:
    """Whether a word to the parents, or a letter, was noted since the times last changed.

    By the order of the notes: whoever agrees on a new time with the parents changes it afterwards.
    """
    moved = visit.events.filter(kind="retimed").order_by("-number").first()
    told = visit.events.filter(kind="parents_told", detail__what__in=[What.LETTER, What.CHANGE])
    return moved is None or told.filter(number__gt=moved.number).exists()
