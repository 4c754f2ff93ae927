"""The attendance worklist, and what was agreed with families."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attendance import agreeing, proposing
from attendance.forms import ReviewForm, WaiveForm
from attendance.models import Agreement, Proposal
from attendance.panels import figures_of
from homevisits.clock import app_now, london_day
from homevisits.people.signed_in import StaffRequest
from visits.transitions import Refused


@require_GET
def worklist(request: StaffRequest) -> HttpResponse:
    """What the marks suggest, the longest absence first, with each pupil's figures."""
    found = Proposal.objects.visible_to(request.user).open()
    proposals = list(found.select_related("pupil__household", "school")[:200])
    shown = figures_of([proposal.pupil_id for proposal in proposals])
    rows = [(proposal, shown.get(proposal.pupil_id)) for proposal in proposals]
    lately = Proposal.objects.visible_to(request.user).exclude(state="open").order_by("-settled_at")
    context = {"rows": rows, "lately": lately.select_related("pupil", "settled_by", "visit")[:10]}
    return render(request, "attendance/worklist.html", context)


@require_POST
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Turn a suggestion into a prefilled request."""
    proposal = get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk)
    try:
        visit = proposing.ask(proposal=proposal, by=request.user, now=app_now())
    except (proposing.Refused, Refused) as refused:
        messages.error(request, str(refused))
        return redirect("attendance")
    messages.success(
        request, f"{visit.ref} is started with what is known. Nobody is asked until you send it."
    )
    return redirect("visit", visit.ref)


@require_http_methods(["GET", "POST"])
def waive(request: StaffRequest, pk: int) -> HttpResponse:
    """No visit, with a reason."""
    found = Proposal.objects.visible_to(request.user).select_related("pupil")
    proposal = get_object_or_404(found, pk=pk)
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            proposing.waive(proposal=proposal, by=request.user, now=app_now(), why=form.cleaned_data["why"])
            messages.success(request, "Taken off the list. The reason stays with the pupil.")
        except proposing.Refused as refused:
            messages.error(request, str(refused))
        return redirect("attendance")
    return render(request, "attendance/waive.html", {"proposal": proposal, "form": form})


@require_GET
def agreements(request: StaffRequest) -> HttpResponse:
    """What was agreed and is still running, the next review first."""
    found = Agreement.objects.visible_to(request.user).running()
    listed = found.select_related("action", "pupil", "owner", "visit")[:200]
    return render(
        request, "attendance/agreements.html", {"agreements": listed, "today": london_day(app_now())}
    )


@require_http_methods(["GET", "POST"])
def agreement(request: StaffRequest, pk: int) -> HttpResponse:
    """One agreement, and its review."""
    found = Agreement.objects.visible_to(request.user).select_related("action", "pupil", "owner", "visit")
    one = get_object_or_404(found, pk=pk)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agreeing.review(agreement=one, by=request.user, now=app_now(), **form.cleaned_data)
            messages.success(request, "Kept.")
            return redirect("agreements")
        except agreeing.Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "attendance/agreement.html", {"agreement": one, "form": form})
