"""How far a visit lies from school hours, in words."""

import datetime as dt

from homevisits.clock import local
from homevisits.trusts.calendar import is_in_school_hours, is_school_day
from homevisits.trusts.models import School


def distance(school: School, starts: dt.datetime, ends: dt.datetime) -> str:
    """ "In school hours (08:45 to 15:15)", "Ends 40 minutes after school closes (15:15)" (TC-103)."""
    hours = f"{school.opens_at:%H:%M} to {school.closes_at:%H:%M}"
    if is_in_school_hours(school, starts, ends):
        return f"In school hours ({hours})"
    day = local(starts).date()
    if not is_school_day(school, day):
        return f"{day:%A}, not a school day" if day.weekday() > 4 else "Not a school day"
    return _before(school, starts) or _after(school, starts, ends)


def _before(school: School, starts: dt.datetime) -> str:
    early = _minutes(school.opens_at) - _minutes(local(starts).time())
    return f"Starts {length(early)} before school opens ({school.opens_at:%H:%M})" if early > 0 else ""


def _after(school: School, starts: dt.datetime, ends: dt.datetime) -> str:
    closes = _minutes(school.closes_at)
    late = _minutes(local(starts).time()) - closes
    if late >= 0:
        return f"Starts {length(late)} after school closes ({school.closes_at:%H:%M})"
    over = (local(ends).date() - local(starts).date()).days * 24 * 60
    return f"Ends {length(over + _minutes(local(ends).time()) - closes)} after school closes ({school.closes_at:%H:%M})"


def _minutes(at: dt.time) -> int:
    return at.hour * 60 + at.minute


def length(minutes: int) -> str:
    """A stretch in words: "40 minutes", "1 hour", "2 hours 5 minutes"."""
    hours, rest = divmod(minutes, 60)
    parts = [
        f"{number} {unit}" + ("" if number == 1 else "s")
        for number, unit in ((hours, "hour"), (rest, "minute"))
        if number
    ]
    return " ".join(parts) or "no time"
