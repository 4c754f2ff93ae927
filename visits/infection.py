"""Which infection rules hold for a visit. They are read live: they add to the policy and take nothing from it."""

import datetime as dt

from homevisits.batches import once
from homevisits.clock import london_day
from homevisits.trusts.choices import OverlayEntry
from homevisits.trusts.models import Overlay
from visits.models import Visit


def overlay_of(visit: Visit) -> Overlay | None:
    """The school's overlay on the day of the visit; None when none is switched on (PS-140)."""
    if visit.start_at is None:
        return None
    school, day = visit.school_id, london_day(visit.start_at)
    return once(("overlay", school, day), lambda: Overlay.objects.on(day).filter(school=school).first())


def overlay_on_entry(visit: Visit) -> Overlay | None:
    """What held when they went in: rules that began or ended later change nothing about it (PS-146)."""
    if visit.entered_at is None:
        return None
    return Overlay.objects.at(visit.entered_at).filter(school=visit.school_id).first()


def overlay_for_request(visit: Visit, today: dt.date) -> Overlay | None:
    """The same while no day is chosen yet: the overlay of today."""
    if visit.start_at is not None:
        return overlay_of(visit)
    return Overlay.objects.on(today).filter(school=visit.school_id).first()


def may_enter_for_life(visit: Visit) -> bool:
    """Whether a life at risk opens the door (PS-146)."""
    return visit.rules is None or visit.rules.overlay_entry == OverlayEntry.LIFE_AT_RISK


def entry_objection(visit: Visit) -> str:
    """Why nobody goes in today, and what to do instead; "" when they may."""
    if overlay_of(visit) is not None:
        if may_enter_for_life(visit):
            return "Stay on the doorstep: the infection rules hold. Go in only when a life is at risk, and say why."
        return "Stay on the doorstep: the infection rules hold, and nobody goes in. In danger ring 999."
    if visit.reason and visit.reason.doorstep_only:
        return "Stay on the doorstep: that is how a visit for this reason is made."
    return ""


def wants_symptoms(visit: Visit) -> bool:
    """Whether the request says if anybody at the home has symptoms (CS-082)."""
    return bool(visit.rules and visit.rules.overlay_ask_symptoms and overlay_of(visit))


def has_symptoms(visit: Visit) -> bool:
    """Whether whoever decides has to look at symptoms at the home (CS-083)."""
    return visit.symptoms == "yes" and wants_symptoms(visit)
