"""What is reported from the door and opens an alarm, and who hears of it besides the ladder's first people."""

from typing import TYPE_CHECKING

from homevisits.people.models import Staff
from visits.states import State

if TYPE_CHECKING:
    from visits.models import Visit
    from visits.safety import VisitAlarm

UNSAFE, CHILD_ALONE = "unsafe", "child_alone"
# The alarm that an outcome opens (PS-082, PS-133, TC-164).
OPENS = {UNSAFE: "left_unsafe", CHILD_ALONE: "child_alone"}
KINDS = frozenset(OPENS.values())


def opens(visit: "Visit") -> str | None:
    """The kind of alarm that the outcome opens; None for any other outcome.

    Nobody looks for people who are back, nor is woken by a visit of the past that is only written
    down: those are told of. A child who was alone may be alone still.
    """
    if visit.is_retrospective or (visit.outcome == UNSAFE and visit.state != State.IN_PROGRESS):
        return None
    return OPENS.get(visit.outcome)


def hear_at_once(visit: "Visit") -> list[Staff]:
    """Head or CEO as the policy says; of a child alone whom it names for that too (TC-112, PS-082, PS-083)."""
    from visits.telling import holding, told_of_changes

    alone = visit.rules.child_alone_roles if visit.rules and visit.outcome == CHILD_ALONE else []
    return [*told_of_changes(visit), *holding(visit, alone)]


def heard_first(alarm: "VisitAlarm") -> list[Staff]:
    """Whom an alarm's first step tells besides its own people."""
    return hear_at_once(alarm.visit) if alarm.kind in KINDS else []


def has_left_unsafe(visit: "Visit") -> bool:
    """Whether they left because it was not safe: whoever did is called until they are back (PS-132, PS-133)."""
    return visit.outcome == UNSAFE
