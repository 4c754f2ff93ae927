"""The letter to the parents, and the notes of what they were told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from homevisits.clock import app_now
from homevisits.people.signed_in import StaffRequest
from visits import transitions
from visits.forms.letters import LetterForm, ToldParentsForm
from visits.letters import may_have_letter, nothing_in_writing
from visits.models import Visit
from visits.permissions import refusal
from visits.transitions import Refused


@require_http_methods(["GET", "POST"])
def letter(request: StaffRequest, ref: str) -> HttpResponse:
    """Word the letter, open it, and note that it or something else reached the parents."""
    visible = Visit.objects.visible_to(request.user).exclude(state="draft")
    visit = get_object_or_404(visible.select_related("school__trust", "policy", "series"), ref=ref)
    reads_why = Visit.objects.about_reason(request.user).filter(pk=visit.pk).exists()
    now = app_now()
    does = request.POST.get("do", "")
    wording = LetterForm(visit, request.POST if does == "word" else None)
    told = ToldParentsForm(
        visit, now, request.POST if does == "told" else None, what=request.GET.get("what", "letter")
    )
    if does == "word" and reads_why and wording.is_valid() and (done := _word(request, visit, wording)):
        return done
    if does == "told" and told.is_valid() and (done := _told(request, visit, told)):
        return done
    return render(request, "visits/visit/letter.html", {
        "visit": visit, "now": now, "wording": wording, "told": told,
        "has_letter": may_have_letter(visit),
            "reads_why": reads_why,
        "never": nothing_in_writing(visit),
        "may": refusal(request.user, "amend", visit, now) is None,
        "notes": visit.parents_told.select_related("told_by").order_by("-told_at"),
    })  # fmt: skip


def _word(request: StaffRequest, visit: Visit, form: LetterForm) -> HttpResponse | None:
    try:
        transitions.word_letter(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
    except Refused as no:
        form.add_error(None, no.sentence)
        return None
    return redirect("letter_pdf", visit.ref)


def _told(request: StaffRequest, visit: Visit, form: ToldParentsForm) -> HttpResponse | None:
    try:
        transitions.told_parents(visit=visit, by=request.user, now=app_now(), **form.cleaned_data)
    except Refused as no:
        form.add_error(None, no.sentence)
        return None
    messages.success(request, "Noted.")
    return redirect("letter", visit.ref)
