"""The heartbeat for the bar, and the living page of the look."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control

from homevisits.look import samples
from homevisits.look.brand import stylesheet
from homevisits.look.context import House


def heartbeat(request: HttpRequest) -> HttpResponse:
    """Seconds since the timers were last checked and what else is wrong, in headers; nothing else."""
    house = House(request.user)
    age = house.heartbeat_age
    headers = {"X-Heartbeat-Age": "" if age is None else age, "X-Trouble": house.trouble}
    return HttpResponse(status=204, headers=headers)


@cache_control(max_age=24 * 60 * 60, private=True)
def brand(request: HttpRequest, colour: str) -> HttpResponse:
    """The stylesheet of a trust's own colour."""
    sheet = stylesheet(colour)
    if sheet is None:
        raise Http404
    return HttpResponse(sheet, content_type="text/css")


def look(request: HttpRequest, page: str = "parts") -> HttpResponse:
    """Every part in every state, with made-up people; in development and demo only."""
    if not (settings.DEBUG or settings.DEMO) or page not in samples.PAGES:
        raise Http404
    return render(request, f"look/{page}.html", samples.context(page))
