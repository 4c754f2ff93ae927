"""Handing over the desk: what I hold, whom I ask, and what I am asked to take over."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.duty import on_duty
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.models import School
from visits import transitions
from visits.board.scope import has_board, schools
from visits.forms.passing import HandoverForm
from visits.passing_on import Handover, held, takers, waiting
from visits.transitions import Refused


def chosen(request: StaffRequest) -> School:
    """The school of `?school=`, else the first at which this person watches; 404 for somebody without a board."""
    if not has_board(request.user):
        raise Http404
    ours, key = schools(request.user), request.GET.get("school", "")
    found = ours.filter(pk=key).first() if key.isdecimal() else None if key else ours.first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def handover(request: StaffRequest) -> HttpResponse:
    """What I hold and the form that hands it on; what I am asked to take."""
    if waiting(request.user, app_now()) and not has_board(request.user):
        return render(request, "visits/desk/handover.html", {"asked": _asked(request), "now": app_now()})
    school, now = chosen(request), app_now()
    form = HandoverForm(takers(request.user, school, now), request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            transitions.offer_desk(school=school, by=request.user, now=now, **form.cleaned_data)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(
                request, f"{form.cleaned_data['taker']} is asked. Until they accept you keep it."
            )
            return redirect(request.get_full_path())
    context = {
        "school": school,
        "schools": [
            {"name": s.name, "url": f"?school={s.pk}", "here": s == school} for s in schools(request.user)
        ],
        "held": held(request.user, school),
        "form": form,
        "asked": _asked(request),
        "given": [one for one in request.user.handovers_given.all()[:3] if one.is_open(now)],
        "on_duty": on_duty(school, now),
        "now": now,
    }
    return render(request, "visits/desk/handover.html", context)


def _asked(request: StaffRequest) -> list[dict[str, object]]:
    """What each of them would hand over: nothing about a visit on which this person goes."""
    rows = waiting(request.user, app_now())
    return [{"row": row, "held": held(row.giver, row.school).without(request.user)} for row in rows]


ANSWERS: dict[str, tuple[Callable[..., Handover], str]] = {
    "accept": (transitions.accept_desk, "You hold the desk now. Whoever handed it over is told."),
    "decline": (transitions.decline_desk, "They keep what they hold, and are told."),
}


@require_POST
def answer(request: StaffRequest, pk: int, what: str) -> HttpResponse:
    """Accept a handover, or decline it."""
    row = get_object_or_404(Handover, pk=pk, taker=request.user)
    if what not in ANSWERS:
        raise Http404
    act, done = ANSWERS[what]
    try:
        act(handover=row, by=request.user, now=app_now())
    except Refused as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, done)
    return redirect("board") if has_board(request.user) else redirect("day")
