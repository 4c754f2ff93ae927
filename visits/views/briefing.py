"""The briefing of a visit: given by those whom the policy names, read by those who go; and the EWO's background."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import telling, transitions
from visits.background import backgrounds, known, waits_for_ewo
from visits.briefing import Briefed, briefings, may_brief, of_visitor, who_briefs
from visits.forms.briefing import BackgroundForm, BriefForm
from visits.models import Visit
from visits.permissions import refusal
from visits.states import State
from visits.transitions import Refused
from visits.transitions.briefing import BEFORE
from visits.views.acting import open_to
from visits.views.visit import seen


def briefed_visit(request: StaffRequest, ref: str) -> tuple[Visit, list[Briefed]]:
    """A visit that is prepared, and those whom this person briefs; 404 for who neither briefs nor goes."""
    visit = seen(request, ref)
    mine = [one for one in briefings(visit) if may_brief(request.user, visit, one.staff)]
    readable = Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists()
    if visit.state not in BEFORE or not readable or not (mine or of_visitor(visit, request.user)):
        raise Http404
    return visit, mine


@require_http_methods(["GET", "POST"])
def briefing(request: StaffRequest, ref: str) -> HttpResponse:
    """Read one's own briefing; brief those whom one briefs."""
    visit, mine = briefed_visit(request, ref)
    now = app_now()
    data = request.POST if request.method == "POST" else None
    form = BriefForm(mine, known(visit, request.user) if mine else "", data) if mine else None
    if form is None or not (form.is_bound and form.is_valid()):
        return _shown(request, visit, mine, form, now)
    try:
        transitions.brief(
            visit=visit, by=request.user, now=now, staff=form.chosen, words=form.cleaned_data["words"]
        )
    except Refused as no:
        form.add_error(None, no.sentence)
        return _shown(request, visit, mine, form, now)
    names = ", ".join(person.short_name for person in form.chosen)
    messages.success(request, f"{names} is told to read the briefing and confirm it before leaving.")
    return redirect("briefing", visit.ref)


def _shown(
    request: StaffRequest, visit: Visit, mine: list[Briefed], form: BriefForm | None, now: dt.datetime
) -> HttpResponse:
    own = of_visitor(visit, request.user)
    context: dict[str, Any] = {
        "visit": visit,
        "now": now,
        "own": own,
        "who": who_briefs(visit, request.user) if own else "",
        "form": form,
        "points": _points(mine),
        "ewo_waits": waits_for_ewo(visit),
        "backgrounds": backgrounds(visit),
        "may_ask": refusal(request.user, "ask_background", visit, now) is None,
    }
    return render(request, "visits/briefing/page.html", context)


def _points(mine: list[Briefed]) -> list[tuple[str, list[Any]]]:
    """The points that one goes through with those whom one briefs, list by list."""
    lists: dict[str, list[Any]] = {}
    for one in mine:
        lists.setdefault("The EWO" if one.staff.is_ewo else "Staff", one.points)
    return list(lists.items())


@require_POST
def read(request: StaffRequest, ref: str) -> HttpResponse:
    """I have read it: one tap, from the briefing, the day or the phone page."""
    visit = open_to(request, ref, "acknowledge_briefing", *BEFORE)
    try:
        transitions.acknowledge_briefing(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, "You have confirmed your briefing.")
    return redirect("out" if request.POST.get("next") == "out" else "visit", visit.ref)


@require_POST
def ask_background(request: StaffRequest, ref: str) -> HttpResponse:
    """Ask the EWO what visitors should know (TC-062)."""
    visit = open_to(request, ref, "ask_background", State.DRAFT, *BEFORE)
    try:
        asked = transitions.ask_for_background(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, f"{telling.names(asked)} was asked what visitors should know.")
    return redirect(visit)


@require_http_methods(["GET", "POST"])
def background(request: StaffRequest, ref: str) -> HttpResponse:
    """The EWO's answer, which stands in the briefing of those who go (TC-062)."""
    visit = open_to(request, ref, "give_background", *BEFORE)
    form = BackgroundForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.give_background(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Those who go and those who brief them are told.")
            return redirect(visit)
    context = {"visit": visit, "form": form, "backgrounds": backgrounds(visit)}
    return render(request, "visits/briefing/background.html", context)
