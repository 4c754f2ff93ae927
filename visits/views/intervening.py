"""The record of a physical intervention: written by who was there, read by the head."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.choices import Paper
from visits import transitions
from visits.forms.intervening import InterventionForm
from visits.models import Visit
from visits.permissions import refusal
from visits.states import State
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def intervention(request: StaffRequest, ref: str) -> HttpResponse:
    """Write one, and read those that are written."""
    readable = Visit.objects.visible_to(request.user).about_reason(request.user)
    visit = get_object_or_404(readable.select_related("school", "policy"), ref=ref)
    now = app_now()
    open_still = visit.state in {State.IN_PROGRESS, State.RETURNED_SAFE}
    may_write = open_still and refusal(request.user, "write", visit, now) is None
    if not (may_write or visit.interventions.exists()):
        raise Http404
    form = InterventionForm(now, request.user.get_full_name(), request.POST or None) if may_write else None
    if form and form.is_valid():
        try:
            transitions.write_intervention(visit=visit, by=request.user, now=now, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "It is written down, and the head is told.")
            return redirect("intervention", visit.ref)
    transitions.read_interventions(visit=visit, by=request.user, now=now)
    rules = visit.rules
    context = {
        "visit": visit,
        "now": now,
        "form": form,
        "rows": visit.interventions.select_related("written_by", "read_by"),
        "papers": rules.linkedpolicys.filter(kind=Paper.INTERVENTION) if rules else [],
    }
    return render(request, "visits/recording/intervention.html", context)
