"""Visits that took place without approval: reporting one, and the list of all that are known."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from homevisits.clock import app_now, london_day
from homevisits.people.models import Pupil
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import Policy
from visits import transitions, unapproved
from visits.forms.afterwards import AfterwardsForm
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def report(request: StaffRequest, pk: int) -> HttpResponse:
    """Report a visit to this pupil that nobody was asked about."""
    now = app_now()
    visible = Pupil.objects.visible_to(request.user).on_roll(london_day(now))
    pupil = get_object_or_404(visible.select_related("school__trust", "household"), pk=pk)
    rules = Policy.objects.in_force(pupil.school)
    if rules is None:
        messages.warning(request, "This school has no home-visit policy in force. Ask your trust admin.")
        return redirect("visit_new")
    form = AfterwardsForm(pupil, request.user, rules, now, request.POST or None)
    if form.is_valid() and (done := _report(request, form)):
        return done
    return render(request, "visits/request/afterwards.html", {"form": form, "pupil": pupil})


def _report(request: StaffRequest, form: AfterwardsForm) -> HttpResponse | None:
    try:
        visit = transitions.report_afterwards(
            by=request.user,
            pupils=[form.pupil],
            now=form.now,
            values=form.values,
            party=form.party,
            why=form.cleaned_data["why"],
        )
    except Refused as no:
        if no.unmet:
            form.refuse(no.unmet)
        else:
            form.add_error(None, no.sentence)
        return None
    return redirect("request_sent", visit.ref)


@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """All that are known, for those who answer for them."""
    if not unapproved.reads(request.user):
        raise Http404
    now = app_now()
    return render(
        request, "visits/decide/unapproved.html", {"found": unapproved.found(request.user, now), "now": now}
    )
