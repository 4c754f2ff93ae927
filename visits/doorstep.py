"""What to do for each way in which a visit can go at the door, said before and after it is chosen."""

import datetime as dt
from dataclasses import dataclass

from homevisits.people.phones import written
from visits import telling, timing
from visits.letters import leaves_card, nothing_in_writing
from visits.models import Outcome, Visit

ADVICE = {
    Outcome.COMPLETED: "You were let in and talked. Say when you leave the home.",
    Outcome.DOORSTEP: "Mind who can hear you, above all in a shared entrance. Say when you leave.",
    Outcome.NOBODY_IN: "Say that you are leaving.",
    Outcome.PARENT_ABSENT: "Do not go in. Say that you will be in touch about another time, and leave.",
    Outcome.REFUSED: "Do not press them. Say that school will be in touch, and leave.",
    Outcome.UNSAFE: "Get to a safe place first, then ring school. Violence or threats: ring 999. When you send this the office and whom your policy names are told at once, until one of them answers.",
    Outcome.CHILD_ALONE: "Do not go in. Stay outside until you are told what to do. A child in danger: ring 999. When you send this they are told, and you see whom to ring.",
    Outcome.POSTPONED: "Agree with the family when you come again, and leave.",
}
LEAVE_CARD = (
    "Leave the calling card: it says nothing about the pupil or why you came. Then say that you are leaving."
)
LEAVE_NOTHING = (
    "Leave nothing in writing at this home: somebody else might read it. Then say that you are leaving."
)
ANIMALS_END_IT = (
    "Ask for them to be put in another room or outside for the whole visit. If they refuse or cannot, the visit is "
    "cancelled: leave."
)
ANIMALS_ENDED_IT = (
    "The animals were not put away, so the visit is cancelled: leave. Or say why you went in all the same."
)
WAIT_ENDED_IT = "Your wait is over, so the visit is cancelled: say “Nobody in” and leave. Or say why you went in all the same."
ANIMALS_KEPT_OUT = "Ask for them to be kept out of the room. If you do not feel safe, leave."


def advice(outcome: str, visit: Visit) -> str:
    """What to do now, as the policy has it (TC-110, TC-114, TC-115, PS-066, PS-072, PS-082, CS-044, CS-072)."""
    rules = visit.rules
    if outcome == Outcome.ANIMALS:
        return ANIMALS_END_IT if rules and rules.animals_end_visit else ANIMALS_KEPT_OUT
    if outcome == Outcome.NOBODY_IN and nothing_in_writing(visit):
        return LEAVE_NOTHING
    if outcome == Outcome.NOBODY_IN and leaves_card(visit):
        return LEAVE_CARD
    return ADVICE.get(Outcome(outcome), "") if outcome else ""


def is_over(visit: Visit, now: dt.datetime) -> str:
    """Why nobody goes in any more, as the policy has it (TC-110, TC-115); "" while they may."""
    rules = visit.rules
    if rules is None or visit.entered_at:
        return ""
    if visit.outcome == Outcome.ANIMALS and rules.animals_end_visit:
        return ANIMALS_ENDED_IT
    ends = timing.wait_ends_at(visit, rules) if rules.wait_ends_visit else None
    return WAIT_ENDED_IT if ends and now > ends else ""


@dataclass(frozen=True)
class Ring:
    """One call to make: who it is, what they are, and the number."""

    who: str
    part: str
    number: str
    shown: str


POLICE = Ring("Police", "they tell you whether to wait; stay at the home", "999", "999")
IN_DANGER = Ring("999", "at once, when a child is in danger", "999", "999")


def whom_to_ring(visit: Visit) -> list[Ring]:
    """Whom to ring when a child is alone, in the policy's order (PS-082 to PS-085, CS-072, CS-073)."""
    rules = visit.rules
    if rules is None:
        return [IN_DANGER]
    people = [
        ring for role in rules.child_alone_roles for ring in _holders(visit, role, rules.role_label(role))
    ]
    known = list({ring.who: ring for ring in people}.values())
    desk = Ring(
        visit.school.desk_name, "puts you through", str(visit.school.phone), written(str(visit.school.phone))
    )
    return [POLICE, *known, desk] if rules.child_alone_police_first else [*known, desk, IN_DANGER]


def _holders(visit: Visit, role: str, label: str) -> list[Ring]:
    """Those with a role whose number is known, as a visitor rings them."""
    return [
        Ring(person.short_name, label, str(person.mobile), written(str(person.mobile)))
        for person in telling.holding(visit, [role])
        if person.mobile
    ]


def hints(visit: Visit) -> dict[str, str]:
    """The same for every outcome, as the small print of the choices."""
    return {str(outcome): advice(outcome, visit) for outcome in Outcome}
