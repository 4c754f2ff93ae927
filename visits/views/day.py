"""The first page: the signed-in person's own day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from homevisits.clock import app_now
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from visits.day import Day
from visits.registry import DAY_PANELS


@require_GET
def day(request: StaffRequest) -> HttpResponse:
    """My visits, what waits for me, my drafts, what I asked for."""
    now = app_now()
    panels = drawn(DAY_PANELS, request, request.user, now)
    return render(
        request, "visits/day/page.html", {"day": Day(request.user, now), "now": now, "panels": panels}
    )
