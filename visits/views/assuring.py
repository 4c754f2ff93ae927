"""What somebody assures: that they check on people, that arrangements are in place, that they looked at a visit."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.forms.briefing import LookedForm
from visits.models import Visit
from visits.states import State
from visits.transitions import Refused
from visits.views.acting import open_to

WATCHED = (State.REQUESTED, State.AUTHORISED, State.LOGGED, State.IN_PROGRESS)
PREPARED = (State.REQUESTED, State.AUTHORISED, State.LOGGED)
GONE = (State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED)


@require_http_methods(["GET", "POST"])
def contact(request: StaffRequest, ref: str) -> HttpResponse:
    """You check on these people: who they are, when they are due, and one button (TC-106)."""
    visit = open_to(request, ref, "acknowledge_contact", *WATCHED)
    if request.method == "POST":
        transitions.acknowledge_contact(visit=visit, by=request.user, now=app_now())
        messages.success(request, f"The people of {visit.ref} know that you check on them.")
        return redirect("contact_page", visit.ref)
    return render(request, "visits/visit/contact.html", {"visit": visit, "now": app_now()})


@require_POST
def safeguarding(request: StaffRequest, ref: str) -> HttpResponse:
    """The EWO confirms the safeguarding arrangements of a visit that needs no head (TC-060)."""
    visit = open_to(request, ref, "confirm_safeguarding", *PREPARED)
    try:
        transitions.confirm_safeguarding(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, "It is noted that safeguarding arrangements are in place.")
    return redirect(visit)


@require_http_methods(["GET", "POST"])
def looked_at(request: StaffRequest, ref: str) -> HttpResponse:
    """An emergency that went ahead without a decision, looked at afterwards."""
    visit: Visit = open_to(request, ref, "look_afterwards", *GONE)
    if not visit.is_undecided:
        raise Http404
    form = LookedForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            transitions.look_afterwards(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, f"What you found is kept with {visit.ref}.")
            return redirect("dashboard")
    return render(request, "visits/visit/looked_at.html", {"visit": visit, "form": form})
