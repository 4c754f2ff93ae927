"""The authoriser's screens: what waits, one request with everything on one page, and the decision."""

import datetime as dt
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from homevisits.clock import app_now
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from homevisits.people.signin import is_fresh
from visits import telling, transitions, unapproved
from visits.brief import Brief
from visits.briefing import to_brief
from visits.drilling.results import of_day as drills_of_day
from visits.facts import facts_hash
from visits.forms.deciding import Deciding
from visits.models import Visit
from visits.permissions import refusal
from visits.registry import DECISION_PANELS
from visits.routes import missing
from visits.states import State
from visits.story import Decision
from visits.transitions import Refused
from visits.waiting import Waiting, decided_lately, to_countersign, waiting


def request_of(request: StaffRequest, ref: str) -> Visit:
    """A request whose reason this person may read, with all that a page of it asks; else 404."""
    readable = Visit.objects.visible_to(request.user).about_reason(request.user).exclude(state=State.DRAFT)
    whole = readable.select_related(
        "school__trust", "policy", "requested_by", "household", "risk__assessed_by"
    ).defer("risk__content")
    return get_object_or_404(whole, ref=ref)


def queued(found: list[Waiting], chosen: Visit | None, now: dt.datetime) -> list[dict[str, Any]]:
    """The requests that wait for this person, as the list at the left shows them."""
    return [
        {
            "ref": one.visit.ref,
            "title": one.title,
            "sub": one.sub,
            "pill": one.pill(now),
            "here": one.visit == chosen,
        }
        for one in found
    ]


def elsewhere(found: list[Waiting]) -> list[dict[str, Any]]:
    """Those that wait for somebody else, and for whom."""
    return [
        {
            "ref": one.visit.ref,
            "title": one.title,
            "who": " and ".join(dict.fromkeys(need.who for need in one.others)),
        }
        for one in found
    ]


def desk_of(request: StaffRequest, now: dt.datetime) -> dict[str, Any]:
    """Everything at the left: what waits, what is to countersign, what was decided lately."""
    found = waiting(request.user, now)
    return {
        "mine": [one for one in found if one.mine],
        "others": elsewhere([one for one in found if one.others and not one.mine]),
        "countersign": to_countersign(request.user),
        "lately": decided_lately(request.user, now),
        "reads_unapproved": unapproved.reads(request.user),
    }


def shown(
    request: StaffRequest,
    visit: Visit | None,
    *,
    explicit: bool = True,
    form: Deciding | None = None,
    status: int = 200,
) -> HttpResponse:
    """The list at the left and one request at the right; a phone has room for one of the two."""
    now = app_now()
    desk = desk_of(request, now)
    if not (desk["mine"] or desk["countersign"] or visit or request.user.is_leader):
        raise Http404
    chosen = visit or (request_of(request, desk["mine"][0].visit.ref) if desk["mine"] else None)
    detail = detailed(request, chosen, form, now) if chosen else {}
    context = {
        **desk,
        "queue": queued(desk["mine"], chosen, now),
        "explicit": explicit and chosen,
        "beside": drawn([drills_of_day], request, request.user, now),
        "now": now,
    }
    return render(request, "visits/decide/page.html", context | detail, status=status)


def detailed(request: StaffRequest, visit: Visit, form: Deciding | None, now: dt.datetime) -> dict[str, Any]:
    """One request with everything needed to decide on it."""
    brief = Brief(visit, request.user, now)
    seen = facts_hash(visit)
    if brief.needs and form is None:
        form = Deciding(brief, brief.needs)
        form.initial = {**form.started, "seen": seen}
    return {
        "visit": visit,
        "brief": brief,
        "form": form,
        "panels": drawn(DECISION_PANELS, request, visit, request.user),
        "may_ask_dsl": refusal(request.user, "ask_dsl", visit, now) is None,
        "may_type": visit.state == State.REQUESTED
        and refusal(request.user, "type_decision", visit, now) is None,
    }


@require_GET
def dashboard(request: StaffRequest) -> HttpResponse:
    """What waits for this person; `?visit=` opens one."""
    ref = request.GET.get("visit", "")
    visit = request_of(request, ref) if ref else None
    return shown(request, visit, explicit=bool(ref))


def require_fresh(request: StaffRequest, visit: Visit, now: dt.datetime) -> None:
    """Ask for the password again where the policy wants it fresh; what was typed is sent on afterwards."""
    minutes = visit.rules.fresh_sign_in_minutes if visit.rules else 0
    if minutes and not is_fresh(request, dt.timedelta(minutes=minutes), now):
        raise ReauthenticationRequired


def decide(request: StaffRequest, ref: str) -> HttpResponse:
    """One request, and the answer to it."""
    visit = request_of(request, ref)
    if request.method != "POST":
        return shown(request, visit)
    brief = Brief(visit, request.user, app_now())
    form = Deciding(brief, brief.needs, request.POST)
    if not (form.is_outdated or form.is_valid()):
        return shown(request, visit, form=form)
    require_fresh(request, visit, brief.now)
    try:
        transitions.answer(visit=visit, by=request.user, now=brief.now, **form.said())
    except Refused as no:
        form.refuse(no.sentence)
        return shown(request, request_of(request, ref), form=form, status=409)
    if form.wants_series:
        _answer_series(request, visit, form, brief.now)
    return redirect("decide_done", ref)


def _answer_series(request: StaffRequest, visit: Visit, form: Deciding, now: dt.datetime) -> None:
    """Give the same answer to the other lessons; say how many, and which not and why."""
    answered = transitions.answer_all(visit=visit, by=request.user, now=now, **form.said())
    for other, no in answered:
        if no:
            messages.warning(request, f"{other.ref} still waits: {no.sentence}")
    done = sum(1 for _, no in answered if no is None)
    messages.success(request, f"{done} of {len(answered)} other lessons of this series have the same answer.")


@require_GET
def done(request: StaffRequest, ref: str) -> HttpResponse:
    """What became of it, who was told, and what waits next."""
    decision = own_decision(request, ref)
    visit, now = decision.visit, app_now()
    waits = [one for one in waiting(request.user, now) if one.mine]
    context = {
        "visit": visit,
        "decision": decision,
        "title": title_of(visit, decision),
        "told": telling.told_at(visit, decision.decided_at),
        "missing": missing(visit) if visit.state == State.REQUESTED else [],
        "queue": queued(waits, None, now),
        "to_brief": to_brief(request.user, visit) if visit.state == State.AUTHORISED else [],
    }
    return render(request, "visits/decide/done.html", context | {"now": now})


def own_decision(request: StaffRequest, ref: str) -> Decision:
    """The last answer that this person gave or typed in; it stays theirs to read when the request went back."""
    mine = Q(decider=request.user) | Q(typed_by=request.user)
    found = Decision.objects.filter(mine, visit__ref=ref, visit__school__trust_id=request.user.trust_id)
    decision = found.select_related("visit__school", "decider").order_by("-decided_at", "-pk").first()
    if decision is None:
        raise Http404
    return decision


def title_of(visit: Visit, decision: Decision) -> str:
    """ "HV-9QTR is authorised": what the decision did."""
    if visit.state == State.REQUESTED and decision.stands:
        return f"{visit.ref}: your answer is kept"
    ends = {State.DRAFT: "returned for changes"}
    return f"{visit.ref} is {ends.get(State(visit.state), visit.get_state_display().lower())}"


@require_POST
def ask_dsl(request: StaffRequest, ref: str) -> HttpResponse:
    """Ask the DSL for a view, and go on."""
    try:
        asked = transitions.ask_dsl(visit=request_of(request, ref), by=request.user, now=app_now())
        messages.success(
            request, f"{telling.names(asked)} was asked for a view." if asked else "There is no DSL to ask."
        )
    except Refused as no:
        messages.error(request, no.sentence)
    return redirect("decide", ref)
