"""Who went straight home from a visit and has not been heard of there, and until when that is waited for."""

import datetime as dt
from typing import TYPE_CHECKING

from homevisits.people.models import Staff
from homevisits.trusts.choices import HomeSafeRule
from visits.attending import Attendee

if TYPE_CHECKING:
    from visits.models import Visit

DUE, ALARM = "home_safe", "unheard"


def is_asked(visit: "Visit") -> bool:
    """Whether the policy wants to hear once more from somebody who goes straight home from this visit."""
    from visits.routes import is_out_of_hours

    rule = visit.rules.home_safe_rule if visit.rules else HomeSafeRule.OFF
    if rule == HomeSafeRule.LONE:
        return visit.is_lone or is_out_of_hours(visit)
    return rule == HomeSafeRule.ALWAYS


def awaited(visit: "Visit") -> list[Attendee]:
    """The staff of the party from whom that word is due."""
    going = [attendee for attendee in visit.party if attendee.goes_home]
    return going if going and is_asked(visit) else []


def due_at(visit: "Visit", attendee: Attendee) -> dt.datetime | None:
    """When somebody is told if nothing is heard of this person at home; None where nothing is due."""
    if visit.rules is None or not attendee.back_at or attendee not in awaited(visit):
        return None
    return attendee.back_at + dt.timedelta(minutes=visit.rules.home_safe_minutes)


def awaited_of(staff: Staff) -> "Visit | None":
    """The visit from which somebody went home last and has not been heard of since."""
    going = Attendee.objects.filter(
        staff=staff, back_how=Attendee.Back.LEFT_BY_PHONE, back_at__isnull=False, home_at=None
    )
    waiting = going.filter(deadlines__kind=DUE, deadlines__state__in=["live", "fired"])
    place = waiting.select_related("visit__school", "visit__policy").order_by("-back_at").first()
    return place.visit if place else None
