"""Which reminders of the policy belong to a visit at a moment."""

import re
from collections.abc import Callable

from homevisits.people.models import Staff
from homevisits.trusts.choices import IdShown
from homevisits.trusts.models import Policy
from homevisits.trusts.parts import GuidanceItem
from visits.infection import overlay_of
from visits.models import Attendee, Visit

Only = GuidanceItem.Only
DISTANCE = re.compile(r"\b\d+ metres?\b")


def is_first_visit(visit: Visit, staff: Staff | None = None) -> bool:
    """Whether nobody of the party (or this person) has been in this home before (TC-108)."""
    if visit.household_id is None:
        return True
    people = [staff.pk] if staff else [a.staff_id for a in visit.party if a.staff_id]
    before = Visit.objects.filter(household=visit.household_id, attendees__staff__in=people)
    return not before.exclude(pk=visit.pk).filter(arrived_at__isnull=False).exists()


def applies(item: GuidanceItem, visit: Visit) -> bool:
    """Whether an item fits who goes, how, why, and what the policy asks for."""
    return WHEN[Only(item.only)](visit)


def shows_card(visit: Visit) -> bool:
    """Whether the identity card is shown at this door (TC-108)."""
    shown = visit.rules.id_card_shown if visit.rules else IdShown.NEVER
    return shown == IdShown.ALWAYS or (shown == IdShown.FIRST and is_first_visit(visit))


WHEN: dict[str, Callable[[Visit], bool]] = {
    Only.ALWAYS: lambda visit: True,
    Only.LONE: lambda visit: visit.is_lone,
    Only.PAIR: lambda visit: len(visit.counted_party) > 1,
    Only.DRIVING: lambda visit: any(a.travel == Attendee.Travel.DRIVES for a in visit.party),
    Only.FIRST: is_first_visit,
    Only.ID_CARD: lambda visit: bool(visit.rules and visit.rules.id_card_carried),
    Only.LANYARD: lambda visit: bool(visit.rules and visit.rules.id_no_lanyard),
    Only.ID_SHOWN: shows_card,
    Only.OVERLAY: lambda visit: overlay_of(visit) is not None,
    Only.TUTORING: lambda visit: visit.series_id is not None,
    Only.WELFARE: lambda visit: bool(visit.reason and visit.reason.is_welfare),
    Only.ATTENDANCE: lambda visit: bool(visit.reason and visit.reason.is_attendance),
    Only.EWO: lambda visit: visit.has_ewo,
}


def guidance(visit: Visit, *moments: str) -> list[GuidanceItem]:
    """The items for these moments, in the policy's order."""
    if visit.rules is None:
        return []
    found = visit.rules.guidanceitems.filter(moment__in=moments)
    return [_worded(item, visit.rules) for item in found if applies(item, visit)]


def shown_text(item: GuidanceItem) -> str:
    """An item as people read it, with the policy's own distance in the infection rules (PS-144)."""
    if item.only != Only.OVERLAY:
        return item.text
    metres = item.policy.overlay_distance_metres
    return DISTANCE.sub(f"{metres} metre{'' if metres == 1 else 's'}", item.text)


def _worded(item: GuidanceItem, rules: Policy) -> GuidanceItem:
    item.policy = rules
    item.text = shown_text(item)
    return item


def departure_checks(visit: Visit) -> list[GuidanceItem]:
    """What a visitor ticks before leaving."""
    return [item for item in guidance(visit, "depart") if item.is_check]
