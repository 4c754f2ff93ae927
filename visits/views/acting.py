"""Acts on a visit that need a reason: cancel it, or say that they are not back after all."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import telling, transitions
from visits.forms.changing import CancelForm, DropForm, NotBackForm
from visits.models import Visit
from visits.permissions import refusal
from visits.states import MOVES, State
from visits.transitions import Refused
from visits.views.visit import seen


def open_to(request: StaffRequest, ref: str, action: str, *states: State) -> Visit:
    """A visit in one of these states on which this person may act now; else 404."""
    visit = seen(request, ref)
    if visit.state not in states or refusal(request.user, action, visit, app_now()):
        raise Http404
    return visit


@require_http_methods(["GET", "POST"])
def cancel(request: StaffRequest, ref: str) -> HttpResponse:
    """Cancel it, with a reason; for safety the head (CEO for the EWO) reads it in writing."""
    visit = seen(request, ref)
    if request.method == "GET" and visit.state == State.CANCELLED:
        return redirect("cancelled", visit.ref)
    visit = open_to(request, ref, "cancel", *MOVES["cancel"][0])
    form = _cancelling(visit, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.cancel(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            return redirect("cancelled", visit.ref)
    return render(request, "visits/visit/cancel.html", {"visit": visit, "form": form})


def _cancelling(visit: Visit, data: QueryDict | None) -> CancelForm | DropForm:
    """What is asked: of a visit that somebody was asked about, or of a draft."""
    if visit.submitted_at is None:
        return DropForm(data)
    return CancelForm(telling.names(telling.told_of_changes(visit)), data)


@require_POST
def resume(request: StaffRequest, ref: str) -> HttpResponse:
    """Every decision is in, and what was missing besides is there now: authorise it."""
    visit = open_to(request, ref, "amend", State.REQUESTED, State.AUTHORISED)
    try:
        visit = transitions.resume(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, f"{visit.ref} is authorised. {visit.school.desk_name} is told to log it.")
    return redirect(visit)


@require_GET
def cancelled(request: StaffRequest, ref: str) -> HttpResponse:
    """That it is cancelled, and who was told: what the outbox holds."""
    visit = seen(request, ref)
    event = visit.events.filter(kind="cancelled").order_by("-number").first()
    if visit.state != State.CANCELLED or event is None:
        raise Http404
    told = telling.told_at(visit, event.recorded_at)
    return render(request, "visits/visit/cancelled.html", {"visit": visit, "told": told})


@require_http_methods(["GET", "POST"])
def not_back(request: StaffRequest, ref: str) -> HttpResponse:
    """Undo a mistaken "back safe": the timers run again and the office and head are told."""
    visit = open_to(request, ref, "not_back", State.RETURNED_SAFE)
    form = NotBackForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.not_back_after_all(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.warning(request, f"{visit.ref} is out again. Its timers run, and the office was told.")
            return redirect(visit)
    return render(request, "visits/visit/not_back.html", {"visit": visit, "form": form})
