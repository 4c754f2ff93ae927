"""When the sun rises and sets where a school is (SH-056)."""

import datetime as dt
from dataclasses import dataclass

from astral import LocationInfo
from astral.sun import sunrise, sunset

from homevisits.clock import local
from homevisits.trusts.models import School
from visits.models import Visit

# Meriden: the middle of England, for a school whose position nobody has set.
MIDDLE = (52.44, -1.64)


@dataclass(frozen=True)
class Sun:
    """Sunrise and sunset of one day, in UTC; `is_placed` when they are those of the school itself."""

    rises: dt.datetime
    sets: dt.datetime
    is_placed: bool

    def __str__(self) -> str:
        """ "Sunset 15:52"."""
        return f"Sunset {local(self.sets):%H:%M}"


def sun_at(school: School, day: dt.date) -> Sun:
    """The sun at a school on a day. England lies far enough south: it rises and sets on every day."""
    latitude, longitude = school.latitude, school.longitude
    placed = latitude is not None and longitude is not None
    where = MIDDLE if latitude is None or longitude is None else (float(latitude), float(longitude))
    there = LocationInfo(latitude=where[0], longitude=where[1]).observer
    return Sun(sunrise(there, day, tzinfo=dt.UTC), sunset(there, day, tzinfo=dt.UTC), placed)


def sun_of(visit: Visit) -> Sun | None:
    """The sun on the day of a visit; None while it has no day."""
    return sun_at(visit.school, local(visit.start_at).date()) if visit.start_at else None


def darkness(visit: Visit) -> str:
    """What part of a visit lies in the dark, in a sentence; "" for a visit by day."""
    sun = sun_of(visit)
    if sun is None or visit.start_at is None or visit.end_at is None:
        return ""
    if visit.start_at < sun.rises:
        return f"The visit starts before sunrise ({local(sun.rises):%H:%M})."
    if visit.start_at >= sun.sets:
        return f"The visit starts after sunset ({local(sun.sets):%H:%M})."
    if visit.end_at > sun.sets:
        return f"The visit ends after sunset ({local(sun.sets):%H:%M})."
    return ""
