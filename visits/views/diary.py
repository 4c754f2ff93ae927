"""The diary: a week of visits, and the secret address at which a calendar fetches them."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from visits import diary
from visits.models import FeedKey

KEY = "diary_secret"


@require_GET
def page(request: StaffRequest) -> HttpResponse:
    """One week: `?week=2026-11-23`, any day of it; this week by default."""
    now = app_now()
    first = diary.monday(_asked(request) or london_day(now))
    secret = request.session.pop(KEY, "")
    context = {
        "now": now,
        "days": diary.week(request.user, first, now),
        "first": first,
        "last": first + dt.timedelta(days=6),
        "before": first - diary.WEEK,
        "after": first + diary.WEEK,
        "is_this_week": first == diary.monday(london_day(now)),
        "key": FeedKey.objects.filter(staff=request.user).first(),
        "address": request.build_absolute_uri(reverse("diary_feed", args=[secret])) if secret else "",
    }
    return render(request, "visits/diary/page.html", context)


def _asked(request: StaffRequest) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return day if 2000 < day.year < 2100 else None


@require_POST
def make_key(request: StaffRequest) -> HttpResponse:
    """A new secret address, shown once."""
    request.session[KEY] = diary.new_key(staff=request.user, now=app_now())
    messages.success(
        request, "Here is your calendar address. It is shown only now: copy it into your calendar."
    )
    return redirect("diary")


@require_POST
def drop_key(request: StaffRequest) -> HttpResponse:
    """No feed any more."""
    diary.stop(staff=request.user)
    messages.success(request, "Your calendar address answers no more.")
    return redirect("diary")


@require_GET
@login_not_required
def feed(request: StaffRequest, secret: str) -> HttpResponse:
    """The feed behind a secret address: calendars cannot sign in."""
    now = app_now()
    staff = diary.reader_of(secret, now=now)
    if staff is None:
        raise Http404
    reply = HttpResponse(diary.feed(staff, now), content_type="text/calendar; charset=utf-8")
    reply["Content-Disposition"] = 'inline; filename="home-visits.ics"'
    return reply
