"""After a visit: the next step when nobody was reached, whether the police look in, the talk when it was not safe."""

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from homevisits.audit.look import looked
from homevisits.clock import app_now
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.roles import LEADERS
from visits import debrief, next_step, transitions
from visits.following import NextStep
from visits.forms.following import DebriefForm, NextStepForm, WelfareForm
from visits.models import Visit
from visits.permissions import refusal
from visits.transitions import Refused


def unreached(request: StaffRequest, ref: str) -> Visit:
    """A visit that reached nobody, for somebody who reads why it was made; else 404."""
    readable = Visit.objects.visible_to(request.user).about_reason(request.user)
    visit = get_object_or_404(readable.select_related("school", "policy", "requested_by"), ref=ref)
    if next_step.since(visit) is None:
        raise Http404
    return visit


@require_http_methods(["GET", "POST"])
def following(request: StaffRequest, ref: str) -> HttpResponse:
    """Name what follows; what was named before, and what waits for a decision."""
    visit, now = unreached(request, ref), app_now()
    may = refusal(request.user, "next_step", visit, now) is None
    form = NextStepForm(request.POST if request.method == "POST" else None) if may else None
    if form and form.is_valid():
        try:
            draft = transitions.name_next_step(visit=visit, by=request.user, now=now, **form.told())
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return _onward(request, visit, draft, form.cleaned_data["choice"])
    return page(request, visit, form, None)


def _onward(request: StaffRequest, visit: Visit, draft: Visit | None, choice: str) -> HttpResponse:
    """To the second visit's request, to the log of calls, or back."""
    if draft:
        without = "decisions" if draft.start_at else "dates and decisions"
        messages.success(request, f"{draft.ref} is started like {visit.ref}, without its {without}.")
        return redirect("request_step", draft.ref, "reason")
    messages.success(request, "The next step is kept.")
    pupil = visit.pupils.first()
    if choice == NextStep.Choice.OTHER_WAYS and pupil:
        return redirect("attempts", pupil.pk)
    return redirect("next_step", visit.ref)


@require_POST
def welfare(request: StaffRequest, ref: str) -> HttpResponse:
    """Decide whether the police are asked to look in."""
    visit, now = unreached(request, ref), app_now()
    if refusal(request.user, "welfare", visit, now):
        raise Http404
    form = WelfareForm(request.POST)
    if form.is_valid():
        try:
            transitions.decide_welfare(visit=visit, by=request.user, now=now, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Decided. Whoever proposed it is told.")
            return redirect("next_step", visit.ref)
    return page(request, visit, None, form)


def page(
    request: StaffRequest, visit: Visit, form: NextStepForm | None, answering: WelfareForm | None
) -> HttpResponse:
    now = app_now()
    open_one = next_step.proposed(visit)
    may_decide = open_one and refusal(request.user, "welfare", visit, now) is None
    context = {
        "visit": visit,
        "now": now,
        "form": form,
        "steps": visit.next_steps.select_related("by", "answered_by"),
        "proposed": open_one,
        "answering": answering or (WelfareForm() if may_decide else None),
        "owners": next_step.owners(visit, now),
        "waits_since": next_step.waits_since(visit),
        "tried": next_step.tried(visit),
    }
    return render(request, "visits/visit/next_step.html", context)


@require_http_methods(["GET", "POST"])
def talk(request: StaffRequest, ref: str) -> HttpResponse:
    """The talk after a visit that was not safe: read by leaders and those who went, written by a leader."""
    visible = Visit.objects.visible_to(request.user).select_related("school", "policy")
    visit, now = get_object_or_404(visible, ref=ref), app_now()
    reads = visit.includes(request.user) or request.user.has_role(*LEADERS, school=visit.school)
    if not reads or debrief.since(visit) is None or _is_silent(visit, request.user):
        raise Http404
    form = None
    if refusal(request.user, "debrief", visit, now) is None:
        form = DebriefForm(now, request.POST if request.method == "POST" else None)
    if form and form.is_valid():
        try:
            transitions.hold_debrief(visit=visit, by=request.user, now=now, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Written down.")
            return redirect("debrief", visit.ref)
    looked(request.user, "debrief", visit.ref)
    waits = debrief.waits_since(visit)
    hours = visit.rules.debrief_hours if visit.rules else 0
    context = {
        "visit": visit,
        "now": now,
        "form": form,
        "rows": visit.debriefs.select_related("by"),
        "waits_since": waits,
        "due_at": waits + dt.timedelta(hours=hours) if waits else None,
        "holders": debrief.holders(visit),
    }
    return render(request, "visits/visit/debrief.html", context)


def _is_silent(visit: Visit, staff: Staff) -> bool:
    """Whether the page would tell somebody who goes of a silent alarm, before the talk in which they hear of it (PS-129)."""
    return visit.includes(staff) and debrief.is_secret(visit) and not visit.debriefs.exists()
