"""Changing a visit that was sent: the same steps, with a reason, and a word about the decisions that fall."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import telling, transitions
from visits.answers import answers
from visits.forms.asking import FORMS, Asking, StepForm
from visits.forms.asking.told import ToldForm
from visits.forms.changing import TimesForm, WhyChanged
from visits.models import Visit
from visits.permissions import refusal
from visits.prefill import standing_warnings
from visits.routes import missing, standing
from visits.states import State
from visits.steps import ABOUT_REASON, AMENDABLE, STEPS
from visits.transitions import Refused
from visits.views.requesting import note_attempt
from visits.views.visit import seen


def changeable(request: StaffRequest, ref: str, action: str, now: dt.datetime) -> tuple[Visit, bool]:
    """A visit that this person may change now, and whether they read why; else 404."""
    visit = seen(request, ref)
    if visit.state not in AMENDABLE or refusal(request.user, action, visit, now):
        raise Http404
    return visit, Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists()


@require_GET
def change(request: StaffRequest, ref: str) -> HttpResponse:
    """What can be changed: every answer with its button."""
    visit, reads_why = changeable(request, ref, "amend", app_now())
    context = {"visit": visit, "answers": answers(visit, reads_why=reads_why), "falling": falling(visit)}
    return render(request, "visits/request/change.html", context)


def falling(visit: Visit) -> list[str]:
    """The decisions that a real change would void, by name: "The visit, by M. Reid"."""
    return [f"{d.get_kind_display()}, by {d.decider.short_name}" for d in standing(visit).values()]


@require_http_methods(["GET", "POST"])
def change_step(request: StaffRequest, ref: str, step: str) -> HttpResponse:
    """One step of a visit that was sent."""
    now = app_now()
    visit, reads_why = changeable(request, ref, "amend", now)
    if step not in STEPS or (step in ABOUT_REASON and not reads_why):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = FORMS[step](Asking(visit, request.user, now, reads_why), data)
    why = WhyChanged(data)
    if data is not None and _is_amended(request, step, form, why):
        return _done(request, visit)
    return _shown(request, step, form, why)


def _is_amended(request: StaffRequest, step: str, form: StepForm, why: WhyChanged) -> bool:
    """Do what the button says; whether the visit was changed."""
    form.is_valid()
    parts, do = form.parts(), request.POST.get("do", "on")
    if isinstance(form, ToldForm) and (do == "attempt" or form.attempt.is_filled):
        note_attempt(request, form)
    if do in form.buttons:
        form.press(do)
        return False
    if not why.is_valid() or form.has_problems:
        return False
    return _amend(form, why.cleaned_data["reason"], parts)


def _amend(form: StepForm, reason: str, parts: dict[str, Any]) -> bool:
    asking = form.asking
    try:
        transitions.amend(
            visit=asking.visit, by=asking.staff, now=asking.now, values=form.values(), reason=reason, **parts
        )
    except Refused as no:
        if not form.refuse(no.unmet):
            form.add_error(None, no.sentence)
        return False
    return True


def _done(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Back to the visit, saying whether it has to be decided again."""
    fresh = Visit.objects.get(pk=visit.pk)
    if fresh.state == State.REQUESTED and missing(fresh):
        asked = telling.names(telling.waiting_deciders(fresh, app_now()))
        messages.success(request, f"The visit is changed. It waits for a decision: {asked}.")
    else:
        messages.success(request, "The visit is changed.")
    return redirect(fresh)


def _shown(request: StaffRequest, step: str, form: StepForm, why: WhyChanged) -> HttpResponse:
    visit = form.asking.visit
    context = {
        "visit": visit,
        "form": form,
        "why": why,
        "step": step,
        "now": form.asking.now,
        "back_url": f"{visit.get_absolute_url()}change/",
        "is_change": True,
        "falling": falling(visit),
        "tolerance": visit.rules.material_change_minutes if visit.rules else 0,
        "warnings": standing_warnings(visit.household, by=request.user) if step == "where" else [],
        "panels": [],
    }
    return render(request, f"visits/request/{step}.html", context)


@require_http_methods(["GET", "POST"])
def times(request: StaffRequest, ref: str) -> HttpResponse:
    """Other times before anybody leaves; the head is told, the CEO for the EWO."""
    now = app_now()
    visit, reads_why = changeable(request, ref, "retime", now)
    form = TimesForm(
        Asking(visit, request.user, now, reads_why), request.POST if request.method == "POST" else None
    )
    people = telling.told_of_changes(visit)
    told = telling.names(people) if people else ""
    if form.is_bound and form.is_valid() and _is_moved(form):
        messages.success(
            request, f"The times are changed. Told: {told}." if told else "The times are changed."
        )
        return redirect(visit)
    context = {
        "visit": visit,
        "form": form,
        "now": now,
        "falling": falling(visit),
        "tolerance": visit.rules.material_change_minutes if visit.rules else 0,
        "told": told,
    }
    return render(request, "visits/visit/times.html", context)


def _is_moved(form: TimesForm) -> bool:
    asking = form.asking
    try:
        transitions.retime(
            visit=asking.visit,
            by=asking.staff,
            now=asking.now,
            times=form.times,
            reason=form.cleaned_data["reason"],
        )
    except Refused as no:
        if not form.refuse(no.unmet):
            form.add_error(None, no.sentence)
        return False
    return True
