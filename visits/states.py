"""The states of a visit and the one table of moves between them."""

from django.db import models


class State(models.TextChoices):
    """Where a visit stands."""

    DRAFT = "draft", "Draft"
    REQUESTED = "requested", "Requested"
    AUTHORISED = "authorised", "Authorised"
    LOGGED = "logged", "Logged"
    IN_PROGRESS = "in_progress", "Out"
    RETURNED_SAFE = "returned_safe", "Back safe"
    RECORDED = "recorded", "Recorded"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


S = State

MOVES: dict[str, tuple[tuple[State, ...], State]] = {
    "submit": ((S.DRAFT,), S.REQUESTED),
    "return_for_changes": ((S.REQUESTED,), S.DRAFT),
    "decline": ((S.REQUESTED,), S.DECLINED),
    "authorise": ((S.REQUESTED,), S.AUTHORISED),
    "look_back": ((S.REQUESTED,), S.RETURNED_SAFE),
    "amend": ((S.AUTHORISED, S.LOGGED), S.REQUESTED),
    "log": ((S.AUTHORISED,), S.LOGGED),
    "depart": ((S.LOGGED,), S.IN_PROGRESS),
    "did_not_leave": ((S.IN_PROGRESS,), S.LOGGED),
    "return_safe": ((S.IN_PROGRESS,), S.RETURNED_SAFE),
    "not_back_after_all": ((S.RETURNED_SAFE,), S.IN_PROGRESS),
    "record": ((S.RETURNED_SAFE,), S.RECORDED),
    "cancel": ((S.DRAFT, S.REQUESTED, S.AUTHORISED, S.LOGGED), S.CANCELLED),
}

OUT = {S.IN_PROGRESS}
WATCHED = {S.LOGGED, S.IN_PROGRESS}
OPEN = {S.DRAFT, S.REQUESTED, S.AUTHORISED, S.LOGGED, S.IN_PROGRESS, S.RETURNED_SAFE}
UNDECIDED = {S.DRAFT, S.REQUESTED}
ENDED = {S.RECORDED, S.DECLINED, S.CANCELLED}


def pairs() -> list[tuple[str, str]]:
    """Every legal (from, to), for the database's trigger and the matrix test."""
    return sorted({(str(source), str(to)) for sources, to in MOVES.values() for source in sources})
