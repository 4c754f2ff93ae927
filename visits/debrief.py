"""The talk of a senior leader with those who left because it was not safe, or needed help (CS-069)."""

import datetime as dt
from typing import TYPE_CHECKING

from homevisits.people.models import Staff
from visits.story import Moment

if TYPE_CHECKING:
    from visits.models import Visit

UNSAFE = "unsafe"
HELP = ("help", "duress")


def since(visit: "Visit") -> dt.datetime | None:
    """When it became clear that somebody needs the talk: they left for safety, or a call for help was real."""
    real = [a.resolved_at for a in visit.alarms.all() if a.kind in HELP and a.outcome == "real"]
    known = [*real, _left_at(visit) if visit.outcome == UNSAFE else None]
    return max(filter(None, known), default=None)


def is_secret(visit: "Visit") -> bool:
    """Whether the talk is owed for a silent alarm alone, of which those who went read nothing before it."""
    aloud = any(a.kind == "help" and a.outcome == "real" for a in visit.alarms.all())
    return not aloud and visit.outcome != UNSAFE


def _left_at(visit: "Visit") -> dt.datetime | None:
    """When they said that it was not safe; as near to it as is known."""
    said = visit.moments.filter(kind=Moment.Kind.OUTCOME).order_by("-recorded_at").first()
    return said.recorded_at if said else visit.left_at or visit.returned_at


def waits_since(visit: "Visit") -> dt.datetime | None:
    """Since when the talk is owed; None where there is none to have, or it took place."""
    began = since(visit)
    if began is None or visit.debriefs.filter(written_at__gte=began).exists():
        return None
    return began


def holders(visit: "Visit") -> list[Staff]:
    """Who has the talk: the policy's leaders, never one who went; the CEO where nobody is left."""
    from visits.telling import leading

    return leading(visit, visit.rules.debrief_roles if visit.rules else [])
