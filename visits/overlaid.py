"""Tells those who ask and those who go that infection rules hold on the day of their visit (PS-140, PS-145)."""

import datetime as dt

from homevisits.clock import from_local
from homevisits.trusts.models import Overlay
from visits import telling
from visits.models import Visit
from visits.querysets import VisitQuerySet
from visits.states import OPEN, State

A_DAY = dt.timedelta(days=1)


def tell_of_overlay(overlay: Overlay, now: dt.datetime) -> None:
    """Each visit that is not over yet, asked for or out: at once for those who are on the way."""
    for visit in _ahead(overlay).select_related("school", "policy", "requested_by"):
        telling.tell(
            [*telling.askers(visit), *(a.staff for a in visit.party if a.staff)],
            visit,
            what="overlay",
            subject=f"{visit.ref}: infection rules hold on the day of this visit",
            body="Open the visit and read what they ask of it before anybody goes in.",
            now=now,
            urgent=visit.is_out,
        )


def _ahead(overlay: Overlay) -> VisitQuerySet:
    """The school's visits on these days that have not come back."""
    found = Visit.objects.filter(school=overlay.school_id, state__in=OPEN - {State.RETURNED_SAFE})
    found = found.filter(start_at__gte=from_local(overlay.starts_on, dt.time.min))
    if overlay.ends_on is None:
        return found
    return found.filter(start_at__lt=from_local(overlay.ends_on + A_DAY, dt.time.min))
