"""Asking a colleague to make a visit, and handing it back (TC-184)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.forms.briefing import ColleagueForm, HandBackForm
from visits.states import State
from visits.transitions import Refused
from visits.transitions.handing import is_handed
from visits.views.acting import open_to


@require_http_methods(["GET", "POST"])
def colleague(request: StaffRequest, ref: str) -> HttpResponse:
    """Ask somebody to make this visit: they complete the request and send it."""
    visit = open_to(request, ref, "ask_colleague", State.DRAFT)
    people = Staff.objects.visible_to(request.user).active().exclude(pk=request.user.pk)
    form = ColleagueForm(people, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.ask_colleague(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, f"{form.cleaned_data['staff']} is told, and finds it on their day.")
            return redirect(visit)
    return render(request, "visits/visit/colleague.html", {"visit": visit, "form": form})


@require_http_methods(["GET", "POST"])
def hand_back(request: StaffRequest, ref: str) -> HttpResponse:
    """Hand a visit back to whoever asked, with a reason; or take it back."""
    visit = open_to(request, ref, "hand_back", State.DRAFT)
    if not is_handed(visit):
        raise Http404
    form = HandBackForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.hand_back(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, f"{visit.ref} is {visit.requested_by.short_name}’s draft again.")
            return redirect("day")
    return render(request, "visits/visit/hand_back.html", {"visit": visit, "form": form})
