"""The office's screens: its list, and the log of a visit. Who, where and when; never why."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from visits import gates, mending, paper, transitions
from visits.board.scope import duties, schools, watches_by_role
from visits.desk import worklist
from visits.forms.office import LogForm, PersonLog
from visits.models import Visit
from visits.permissions import refusal
from visits.rotation import due, may_set_word
from visits.states import State
from visits.transitions import Refused

LOGGABLE = [State.REQUESTED, State.AUTHORISED, State.LOGGED]


@require_GET
def desk(request: StaffRequest) -> HttpResponse:
    """What the office has to do, in the order in which it has to be done."""
    if not (watches_by_role(request.user) or duties(request.user).exists()):
        raise Http404
    now = app_now()
    theirs = [school for school in schools(request.user) if may_set_word(request.user, school)]
    words = due(theirs, london_day(now))
    context = {"work": worklist(request.user, now), "now": now, "words": words}
    return render(request, "visits/desk/page.html", context)


def loggable(request: StaffRequest, ref: str) -> Visit:
    """The visit for somebody who may fill in its log; else 404."""
    visible = Visit.objects.visible_to(request.user).filter(state__in=LOGGABLE)
    visit = get_object_or_404(visible.select_related("school__trust", "policy", "checkin_colleague"), ref=ref)
    if refusal(request.user, "plan_log", visit, app_now()):
        raise Http404
    return visit


def log(request: StaffRequest, ref: str) -> HttpResponse:
    """Phones, cars, who calls, the code word; then the visit is logged, or kept for later."""
    visit, now = loggable(request, ref), app_now()
    is_logging = request.POST.get("do") == "log"
    data = request.POST if request.method == "POST" else None
    form = LogForm(visit, request.user, now, data, is_logging=is_logging)
    people = [PersonLog(attendee, data, is_logging=is_logging) for attendee in party_of(visit)]
    valid = data is not None and all([form.is_valid(), *(person.is_valid() for person in people)])
    if not valid:
        return log_page(request, visit, form, people, now)
    do = transitions.log if is_logging else transitions.keep_log
    facts = {person.attendee.pk: person.said() for person in people}
    try:
        do(
            visit=visit,
            by=request.user,
            now=now,
            values=form.said(),
            people=facts,
            word=form.agreed,
            extras=form.answered,
        )
    except Refused as no:
        form.add_error(None, no.sentence)
        return log_page(request, visit, form, people, now, refused=no)
    return kept(request, visit, is_logging=is_logging)


def party_of(visit: Visit) -> list[Any]:
    """The party, each knowing the visit that was read."""
    for attendee in visit.party:
        attendee.visit = visit
    return visit.party


def kept(request: StaffRequest, visit: Visit, *, is_logging: bool) -> HttpResponse:
    """What happened, and on to the next thing."""
    if not is_logging:
        messages.success(request, f"What you filled in for {visit.ref} is kept. The visit is not logged yet.")
        return redirect("desk_log", visit.ref)
    leaves = f" They leave at {paper.clock(visit.depart_at)}." if visit.depart_at else ""
    messages.success(request, f"{visit.ref} is logged.{leaves} From now on its return is watched.")
    is_desk = watches_by_role(request.user) or duties(request.user).exists()
    return redirect("desk") if is_desk else redirect(visit)


def log_page(
    request: StaffRequest,
    visit: Visit,
    form: LogForm,
    people: list[PersonLog],
    now: dt.datetime,
    refused: Refused | None = None,
) -> HttpResponse:
    checks = refused.unmet if refused and refused.unmet else gates.checks("log", visit, now)
    lines = mending.lines(checks, visit, request.user, now)
    context = {
        "visit": visit,
        "form": form,
        "people": people,
        "people_wrong": any(person.errors for person in people) and not form.errors,
        "now": now,
        "needs": [{**one, "fix_url": "" if "/log/" in one["fix_url"] else one["fix_url"]} for one in lines],
        "why_not": refusal(request.user, "log", visit, now) or too_early(visit),
    }
    return render(request, "visits/desk/log.html", context, status=409 if refused else 200)


def too_early(visit: Visit) -> str:
    """Why a visit cannot be logged as it stands, whoever asks."""
    if visit.state == State.REQUESTED:
        return "The visit is not authorised yet. You can fill this in and keep it."
    return (
        ""
        if visit.state == State.AUTHORISED
        else "The visit is logged already. You can still change what is written here."
    )
