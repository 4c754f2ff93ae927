"""Calls and messages to a pupil's family: the log, and one more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now
from homevisits.people.models import Pupil
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.forms.attempts import ContactForm
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def attempts(request: StaffRequest, pk: int) -> HttpResponse:
    """Who rang whom, how, and what came of it; for those who see the pupil."""
    now = app_now()
    pupil = get_object_or_404(Pupil.objects.visible_to(request.user).select_related("school"), pk=pk)
    form = ContactForm(pupil, now, request.POST or None)
    if form.is_valid():
        try:
            transitions.note_contact(pupil=pupil, by=request.user, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(request, "Noted.")
            return redirect("attempts", pupil.pk)
    tried = pupil.contact_attempts.select_related("by", "whom__contact", "visit").order_by("-at", "-id")[:100]
    return render(request, "visits/attempts.html", {"pupil": pupil, "form": form, "tried": tried, "now": now})
