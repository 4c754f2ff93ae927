"""What to do for each way in which a visit can go at the door, said before and after it is chosen."""

from homevisits.trusts.models import Policy
from visits.models import Outcome

ADVICE = {
    Outcome.COMPLETED: "You were let in and talked. Say when you leave the home.",
    Outcome.DOORSTEP: "Mind who can hear you, above all in a shared entrance. Say when you leave.",
    Outcome.NOBODY_IN: "Leave the calling card: it says nothing about the pupil or why you came. Then say that you are leaving.",
    Outcome.PARENT_ABSENT: "Do not go in. Say that you will be in touch about another time, and leave.",
    Outcome.REFUSED: "Do not press them. Say that school will be in touch, and leave.",
    Outcome.UNSAFE: "Get to a safe place first, then ring school. Violence or threats: ring 999. The office and the head are told when you send this.",
    Outcome.CHILD_ALONE: "Do not go in. Stay outside and ring school: a senior leader tells you what to do. A young child, or a child at risk: ring the police on 999 while you are still there. The office and the head are told when you send this.",
    Outcome.POSTPONED: "Agree with the family when you come again, and leave.",
}
ANIMALS_END_IT = (
    "Ask for them to be put in another room or outside for the whole visit. If they refuse or cannot, the visit is "
    "cancelled: leave."
)
ANIMALS_KEPT_OUT = "Ask for them to be kept out of the room. If you do not feel safe, leave."


def advice(outcome: str, rules: Policy | None) -> str:
    """What to do now, as the policy has it (TC-110, TC-114, TC-115, PS-066, PS-072, PS-082, CS-044, CS-072)."""
    if outcome == Outcome.ANIMALS:
        return ANIMALS_END_IT if rules and rules.animals_end_visit else ANIMALS_KEPT_OUT
    return ADVICE.get(Outcome(outcome), "") if outcome else ""


def hints(rules: Policy | None) -> dict[str, str]:
    """The same for every outcome, as the small print of the choices."""
    return {str(outcome): advice(outcome, rules) for outcome in Outcome}
