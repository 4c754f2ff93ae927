"""Which reminders of the policy belong to a visit at a moment."""

from homevisits.people.models import Staff
from homevisits.trusts.policies import GuidanceItem
from visits.models import Attendee, Visit

Only = GuidanceItem.Only


def is_first_visit(visit: Visit, staff: Staff | None = None) -> bool:
    """Whether nobody of the party (or this person) has been in this home before (TC-108)."""
    if visit.household_id is None:
        return True
    people = [staff.pk] if staff else [a.staff_id for a in visit.party if a.staff_id]
    before = Visit.objects.filter(household=visit.household_id, attendees__staff__in=people)
    return not before.exclude(pk=visit.pk).filter(arrived_at__isnull=False).exists()


def applies(item: GuidanceItem, visit: Visit) -> bool:
    """Whether an item fits who goes and how."""
    facts = {
        Only.ALWAYS: True,
        Only.LONE: len(visit.party) == 1,
        Only.PAIR: len(visit.party) > 1,
        Only.DRIVING: any(a.travel == Attendee.Travel.DRIVES for a in visit.party),
    }
    return is_first_visit(visit) if item.only == Only.FIRST else facts[Only(item.only)]


def guidance(visit: Visit, *moments: str) -> list[GuidanceItem]:
    """The items for these moments, in the policy's order."""
    if visit.rules is None:
        return []
    found = visit.rules.guidanceitems.filter(moment__in=moments)
    return [item for item in found if applies(item, visit)]


def departure_checks(visit: Visit) -> list[GuidanceItem]:
    """What a visitor ticks before leaving."""
    return [item for item in guidance(visit, "depart") if item.is_check]
