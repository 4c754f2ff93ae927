"""Writing down the talk that a senior leader had after a visit that was not safe."""

import datetime as dt
from typing import Any

from homevisits.people.models import Staff
from visits.debrief import is_secret, since
from visits.following import Debrief
from visits.models import Visit
from visits.safety import Due
from visits.transitions.door import Refused, happened, opened, rearm


def hold_debrief(
    *, visit: Visit, by: Staff, now: dt.datetime, held_at: dt.datetime, words: str, needs: str = ""
) -> Debrief:
    """Say that the talk took place, and what is needed (CS-069). Leaders and those who went read it. Raises Refused."""
    if held_at > now:
        raise Refused("Enter a time that has passed.")
    if not words.strip():
        raise Refused("Say what they told you.")
    with opened(visit, by=by, action="debrief", now=now) as fresh:
        if since(fresh) is None:
            raise Refused("Nobody left for safety on this visit, and no call for help was real.")
        row = Debrief.objects.create(
            visit=fresh, held_at=held_at, words=words.strip(), needs=needs.strip(), by=by, written_at=now
        )
        hush: dict[str, Any] = {"silent": True} if is_secret(fresh) else {}
        happened(fresh, "debrief", "Talked with those who went", by=by, now=now, said_at=held_at, **hush)
        rearm(fresh, now=now, met=[Due.DEBRIEF])
    return row
