"""An urgent visit: one page on a phone, sent at once; or on with all questions."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now, london_day
from homevisits.people.models import Pupil
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import Policy
from visits import transitions
from visits.forms.urgent import UrgentForm
from visits.models import Visit
from visits.prefill import schools_there, standing_warnings
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def urgent(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask now for a visit to this pupil."""
    now = app_now()
    visible = Pupil.objects.visible_to(request.user).on_roll(london_day(now))
    pupil = get_object_or_404(visible.select_related("school__trust", "household"), pk=pk)
    rules = Policy.objects.in_force(pupil.school)
    if rules is None:
        messages.warning(request, "This school has no home-visit policy in force. Ask your trust admin.")
        return redirect("visit_new")
    form = UrgentForm(pupil, request.user, rules, now, request.POST or None)
    if form.is_valid() and (done := _send(request, form)):
        return done
    context = {
        "form": form,
        "pupil": pupil,
        "home": pupil.household,
        "warnings": standing_warnings(pupil.household, by=request.user),
        "elsewhere": schools_there(pupil.household, pupil.school),
    }
    return render(request, "visits/request/urgent.html", context)


def _send(request: StaffRequest, form: UrgentForm) -> HttpResponse | None:
    """Send the request, or keep it as a draft to go on with; None when the gate misses something."""
    try:
        with transaction.atomic():
            visit = _draft(request, form)
            if request.POST.get("do") == "more":
                messages.success(request, f"{visit.ref} is kept as a draft. Go on with all questions.")
                return redirect("request", visit.ref)
            transitions.submit(visit=visit, by=request.user, now=form.now)
    except Refused as no:
        if no.unmet:
            form.refuse(no.unmet)
        else:
            form.add_error(None, no.sentence)
        return None
    return redirect("request_sent", visit.ref)


def _draft(request: StaffRequest, form: UrgentForm) -> Visit:
    visit = transitions.ask_for(by=request.user, pupils=[form.pupil], now=form.now)
    return transitions.keep_draft(
        visit=visit, by=request.user, now=form.now, values=form.values, party=form.party
    )
