"""Whether the parents have what they should: the letter before the visit, word of a change."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from visits.gates.checks import Check, gate, need
from visits.letters import may_have_letter
from visits.models import Outcome, ParentsToldOf, Visit
from visits.routes import cites
from visits.story import VisitEvent

What = ParentsToldOf.What
# A lesson that ends so much before its time ended early; less is the walk to the door.
EARLY = dt.timedelta(minutes=5)


@gate("log")
def letter(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """The letter is sent where the policy makes one; a reason may insist on it (PS-060, TC-087)."""
    rules, reason = visit.rules, visit.reason
    if rules is None or not may_have_letter(visit):
        return
    insists = bool(reason and reason.needs_letter)
    if not (rules.appointment_letter or insists):
        return
    was_sent, still_true = visit.parents_told.filter(what=What.LETTER).exists(), knows_times(visit)
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
    if visit.told != Visit.Told.NO and last_change(visit):
        yield _told(visit, blocks=False)


@gate("record")
def told_of_lesson(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A lesson that took longer, or ended early, is finished only once the parents know (TC-199)."""
    if visit.series_id and visit.told != Visit.Told.NO and last_change(visit):
        yield _told(visit, blocks=True)


def _told(visit: Visit, *, blocks: bool) -> Check:
    return need(
        knows_times(visit),
        "parents_change",
        "The times have changed. Tell the parents, and note that you did.",
        met="The parents know the new times",
        clauses=["TC-199"],
        fix="letter",
        blocks=blocks,
    )


def last_change(visit: Visit) -> VisitEvent | None:
    """The last change of the times that parents work by: moved, extended, or a lesson that ended early."""
    changes = Q(kind__in=["retimed", "extended"])
    if _ended_early(visit):
        changes |= Q(kind="left")
    return visit.events.filter(changes).order_by("-number").first()


def _ended_early(visit: Visit) -> bool:
    """Whether a lesson took place and was over before its time. Whoever leaves for safety owes nobody word."""
    if not (visit.series_id and visit.left_at and visit.end_at):
        return False
    took_place = visit.outcome in {"", Outcome.COMPLETED}
    return took_place and visit.end_at - visit.left_at > EARLY


def knows_times(visit: Visit) -> bool:
    """Whether a word to the parents, or a letter, was noted since the times last changed.

    By the order of the notes: whoever agrees on a new time with the parents changes it afterwards.
    """
    change = last_change(visit)
    told = visit.events.filter(kind="parents_told", detail__what__in=[What.LETTER, What.CHANGE])
    return change is None or told.filter(number__gt=change.number).exists()
