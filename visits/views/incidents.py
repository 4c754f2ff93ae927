"""Reporting an incident, and reading what was reported."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import telling, transitions
from visits.forms.out import Reporting
from visits.incidents import REPORTED, read_by
from visits.models import Visit
from visits.permissions import refusal
from visits.states import WATCHED
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def incident(request: StaffRequest, ref: str) -> HttpResponse:
    """Say what happened; those who may read why the visit is made read what was said."""
    visible = Visit.objects.visible_to(request.user).filter(state__in=REPORTED)
    visit, now = get_object_or_404(visible.select_related("school", "policy"), ref=ref), app_now()
    may_report = refusal(request.user, "report_incident", visit, now) is None
    reads = Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists()
    if not (may_report or reads):
        raise Http404
    form = Reporting(request.POST or None) if may_report else None
    if form and form.is_valid():
        try:
            transitions.report_incident(visit=visit, by=request.user, now=now, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Reported. It is kept with your name and the time.")
            on_phone = visit.includes(request.user) and visit.state in WATCHED
            return redirect("out", visit.ref) if on_phone else redirect(visit)
    context = {
        "visit": visit,
        "now": now,
        "form": form,
        "goes": visit.includes(request.user),
        "readers": [person for person in telling.told_of_changes(visit) if person != request.user],
        "incidents": read_by(visit, request.user) if reads else [],
    }
    return render(request, "visits/visit/incident.html", context)
