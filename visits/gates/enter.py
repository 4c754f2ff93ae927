"""What must hold before anybody goes in: a look round first (CS-062, CS-084)."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import Strength
from visits.gates.checks import Check, gate, need
from visits.infection import overlay_of
from visits.models import ArrivalLook, Visit
from visits.routes import cites


def look_strength(visit: Visit) -> str:
    """Whether the look on arrival is asked for; under an infection it always comes first (CS-084)."""
    if overlay_of(visit) is not None:
        return Strength.BLOCK
    return visit.rules.arrival_look if visit.rules else Strength.OFF


def last_look(visit: Visit) -> ArrivalLook | None:
    """What somebody of the party saw last, on this way out."""
    looks = visit.looks.select_related("by").order_by("-at", "-pk")
    return looks.filter(at__gte=visit.departed_at).first() if visit.departed_at else None


@gate("enter")
def looked_round(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    strength = look_strength(visit)
    if strength == Strength.OFF or visit.rules is None:
        return
    look = last_look(visit)
    yield need(
        look and look.choice == ArrivalLook.Choice.GO_IN,
        "arrival_look",
        "You chose not to go in. Look round again if that has changed."
        if look
        else "Look round first: say what you see at the door, then go in.",
        met="Somebody looked round before going in",
        clauses=cites(visit.rules, "arrival_look"),
        fix="look",
        blocks=strength == Strength.BLOCK,
    )
