"""Which infection rules hold for a visit."""

from homevisits.clock import london_day
from homevisits.trusts.models import Overlay
from visits.models import Visit


def overlay_of(visit: Visit) -> Overlay | None:
    """The school's overlay on the day of the visit; None when none is switched on (PS-140)."""
    if visit.start_at is None:
        return None
    return Overlay.objects.on(london_day(visit.start_at)).filter(school=visit.school_id).first()
