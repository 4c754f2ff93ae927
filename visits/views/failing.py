"""When a visitor's message cannot be kept, the page says so, with the number to ring instead."""

import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.views import defaults

from homevisits.people.signed_in import StaffRequest
from visits.models import Visit
from visits.transitions.claims import claimed
from visits.views.keeping import opens_offline

logger = logging.getLogger(__name__)
COOKIE = "office"
A_DAY = 24 * 60 * 60
PHONE_PAGE = re.compile(r"^/visits/[^/]+/out/")


def by_visitor[**P](
    view: Callable[Concatenate[StaffRequest, Visit, P], HttpResponse],
) -> Callable[Concatenate[StaffRequest, str, P], HttpResponse]:
    """For those who go: others who may see the visit are led to its page; what fails says that it failed."""

    @wraps(view)
    def wrapped(request: StaffRequest, ref: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visible = Visit.objects.visible_to(request.user).select_related(
            "school__trust", "policy", "household"
        )
        visit = get_object_or_404(visible, ref=ref)
        if not visit.includes(request.user):
            return redirect(visit)
        try:
            with claimed(request.POST.get("said_at", "")):
                return opens_offline(view(request, visit, *args, **kwargs), request, visit)
        except DatabaseError:
            logger.exception("a message from a phone page was not kept")
            return not_recorded(str(visit.school.phone), visit.school.desk_name, request.path)

    return wrapped


def not_recorded(phone: str, desk: str, path: str) -> HttpResponse:
    """NOT recorded, ring the office. Drawn without the database, which may be what failed."""
    page = PHONE_PAGE.match(path)
    context = {"phone": phone, "desk": desk, "again": page.group() if page else "/"}
    return HttpResponse(render_to_string("visits/out/not_recorded.html", context), status=503)


def remember_office(response: HttpResponse, visit: Visit) -> HttpResponse:
    """Leave the office's number with the browser, for the page that has no database to ask."""
    value = signing.dumps([str(visit.school.phone), visit.school.desk_name], salt=COOKIE)
    response.set_cookie(
        COOKIE,
        value,
        max_age=A_DAY,
        path=f"/visits/{visit.ref}/out/",
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """The last page of all: on a phone page it says that nothing was recorded."""
    if not PHONE_PAGE.match(request.path):
        return defaults.server_error(request)
    try:
        phone, desk = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=A_DAY)
    except signing.BadSignature:
        phone, desk = "", "The school office"
    return not_recorded(phone, desk, request.path)
