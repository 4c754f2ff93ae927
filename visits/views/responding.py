"""For whoever answers an alarm: the sheet to read out to the police, and what was decided about them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.audit.look import looked
from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import police, responders, transitions
from visits.forms.policing import PoliceForm
from visits.models import Visit
from visits.permissions import refusal
from visits.story import Document
from visits.transitions import Refused
from visits.views.papers import copy_for


def answered_by(request: StaffRequest, ref: str) -> Visit:
    """A visit that is watched or has an open alarm, for somebody who may answer an alarm about it; else 404."""
    ours = Visit.objects.filter(school__trust_id=request.user.trust_id).needing_answers()
    visit = get_object_or_404(ours.select_related("school__trust", "policy", "household", "risk"), ref=ref)
    if refusal(request.user, "respond", visit, app_now()):
        raise Http404
    return visit


@require_GET
@never_cache
def sheet(request: StaffRequest, ref: str) -> HttpResponse:
    """The sheet as a plain page: it needs nothing but this page. The reading is noted."""
    visit = answered_by(request, ref)
    looked(request.user, "responders", visit.ref)
    context = {
        "visit": visit,
        "parts": responders.parts(visit, request.user),
        "numbers": responders.numbers(visit),
        "now": app_now(),
        "alarm": police.in_question(visit, app_now()),
    }
    return render(request, "visits/alarm/responders.html", context)


@require_http_methods(["GET", "POST"])
def sheet_pdf(request: StaffRequest, ref: str) -> HttpResponse:
    """The same on paper."""
    visit = answered_by(request, ref)
    looked(request.user, "responders_pdf", visit.ref)
    return copy_for(request, visit, Document.Kind.RESPONDERS)


@require_http_methods(["GET", "POST"])
def decide(request: StaffRequest, ref: str) -> HttpResponse:
    """What was decided about the police; the address names the alarm where a visit has several."""
    visit, now = answered_by(request, ref), app_now()
    alarm = police.in_question(visit, now, request.GET.get("alarm", ""))
    if alarm is None:
        raise Http404
    number = visit.rules.police_number if visit.rules else ""
    people = police.deciders(alarm, now)
    form = PoliceForm(people, request.user, number, now, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            transitions.decide_police(visit=visit, alarm=alarm, by=request.user, now=now, **form.told())
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Written down, with who decided and when.")
            return redirect(alarm)
    context = {"visit": visit, "alarm": alarm, "form": form, "people": people}
    return render(request, "visits/alarm/police.html", context)
