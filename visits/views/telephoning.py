"""A decision given by telephone: somebody else types it in, the decider countersigns it."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import gates, mending, transitions
from visits.brief import Brief
from visits.facts import facts_hash
from visits.forms.deciding import Countersigning, Telephoned
from visits.models import Visit
from visits.permissions import refusal
from visits.states import State
from visits.transitions import Refused
from visits.views.authorising import require_fresh
from visits.waiting import open_ones


def telephone(request: StaffRequest, ref: str) -> HttpResponse:
    """Type in what somebody who decides said on the telephone. Shows who, where and when, never why."""
    brief = by_telephone(request, ref)
    visit = brief.visit
    form = Telephoned(brief, open_ones(visit), request.POST or None, initial={"seen": facts_hash(visit)})
    if request.method == "POST" and form.is_valid():
        try:
            transitions.answer(
                visit=visit, by=request.user, decider=form.decider, now=brief.now, **form.said()
            )
        except Refused as no:
            form.refuse(no.sentence)
        else:
            return redirect("decide_done", ref)
    stops = [
        check
        for check in gates.blocking("authorise", visit, brief.now)
        if not check.code.startswith("decision_")
    ]
    needs = mending.lines(stops, visit, request.user, brief.now)
    return render(
        request,
        "visits/decide/telephone.html",
        {"brief": brief, "visit": visit, "form": form, "needs": needs},
    )


def by_telephone(request: StaffRequest, ref: str) -> Brief:
    """The request, for somebody who may type in what was said; else 404."""
    visible = Visit.objects.visible_to(request.user).filter(state=State.REQUESTED)
    visit = get_object_or_404(visible.select_related("school__trust", "policy", "requested_by"), ref=ref)
    now = app_now()
    if refusal(request.user, "type_decision", visit, now):
        raise Http404
    return Brief(visit, request.user, now)


def countersign(request: StaffRequest, ref: str) -> HttpResponse:
    """Read what was typed in, and say whether it was so; as fresh a sign-in as for the decision itself."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("school"), ref=ref)
    found = visit.decisions.filter(decider=request.user).select_related("typed_by")
    typed, now = [decision for decision in found if decision.wants_countersigning], app_now()
    if not typed:
        raise Http404
    form = Countersigning(request.POST or None)
    if request.method == "POST" and form.is_valid():
        require_fresh(request, visit, now)
        said = form.cleaned_data
        try:
            transitions.countersign(
                visit=visit, by=request.user, now=now, agrees=said["agrees"] == "yes", reason=said["why"]
            )
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return redirect("decide_done", ref)
    context = {"visit": visit, "typed": typed, "form": form, "now": now}
    return render(request, "visits/decide/countersign.html", context)
