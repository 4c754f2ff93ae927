"""The heartbeat for the bar, and the living page of the look."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from homevisits.look import samples
from homevisits.look.context import House


def heartbeat(request: HttpRequest) -> HttpResponse:
    """Seconds since the timers were last checked, in a header; nothing else."""
    age = House(request.user).heartbeat_age
    return HttpResponse(status=204, headers={"X-Heartbeat-Age": "" if age is None else age})


def look(request: HttpRequest, page: str = "parts") -> HttpResponse:
    """Every part in every state, with made-up people; in development and demo only."""
    if not (settings.DEBUG or settings.DEMO) or page not in samples.PAGES:
        raise Http404
    return render(request, f"look/{page}.html", samples.context(page))
