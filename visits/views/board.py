"""The board of who is out: the page, and its rows alone for the poll."""

import datetime as dt
import hashlib

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from homevisits.clock import app_now
from homevisits.escalation.fallback import watched
from homevisits.escalation.signs import Signs
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import Policy, School
from visits.answering import answering, staff_sees
from visits.board.scope import has_board, schools
from visits.board.showing import board
from visits.board.tag import Tag, tag


def chosen_school(request: StaffRequest) -> School | None:
    """The school of `?school=`; 404 for somebody without a board and for a school that is not theirs."""
    if not has_board(request.user):
        raise Http404
    key = request.GET.get("school", "")
    found = schools(request.user).filter(pk=key).first() if key.isdecimal() else None
    if key and found is None:
        raise Http404
    return found


def read_tag(request: StaffRequest, school: School | None) -> Tag:
    """The state of this person's board, before it is drawn: what changes meanwhile shows at the next poll."""
    key = request.session.session_key or ""
    return tag(request.user, school, hashlib.sha256(key.encode()).hexdigest()[:16])


def signed(reply: HttpResponse, read: Tag, life: Signs) -> HttpResponse:
    """The signs of life on every reply, 304 included."""
    age = life.age
    reply["ETag"] = read.etag
    reply["X-Heartbeat-Age"] = "" if age is None else str(max(0, round(age)))
    reply["X-Trouble"] = life.trouble
    reply["X-Server-Now"] = read.now.astimezone(dt.UTC).isoformat()
    return reply


@require_GET
def page(request: StaffRequest) -> HttpResponse:
    life = watched()
    school = chosen_school(request)
    read = read_tag(request, school)
    ours = [{"name": s.name, "url": f"?school={s.pk}", "here": s == school} for s in schools(request.user)]
    shown = {
        "schools": ours,
        "everywhere": school is None,
        "etag": read.etag,
        "poll_url": f"/board/rows/?school={school.pk}" if school else "/board/rows/",
    }
    return signed(
        render(request, "visits/board/page.html", shown | board(request.user, read.visits, read.now)),
        read,
        life,
    )


@require_GET
def who_answers(request: StaffRequest) -> HttpResponse:
    """Who can answer now at one school: each step of its ladder, or that nobody can and it is skipped."""
    school = chosen_school(request) or schools(request.user).first()
    policy = Policy.objects.in_force(school) if school else None
    if school is None or policy is None:
        raise Http404
    now = app_now()
    shown = {
        "school": school,
        "schools": [
            {"name": s.name, "url": f"?school={s.pk}", "here": s == school} for s in schools(request.user)
        ],
        "steps": answering(school, policy, now),
        "now": now,
        "link": staff_sees(request.user, school),
    }
    return render(request, "visits/board/answering.html", shown)


@require_GET
def rows(request: StaffRequest) -> HttpResponse:
    """The rows alone, or 304 when nothing changed. Sweeps by itself when nobody else does."""
    life = watched()
    school = chosen_school(request)
    read = read_tag(request, school)
    unchanged = get_conditional_response(request, etag=read.etag)
    if unchanged is not None:
        return signed(unchanged, read, life)
    return signed(
        render(request, "visits/board/_rows.html", board(request.user, read.visits, read.now)), read, life
    )
