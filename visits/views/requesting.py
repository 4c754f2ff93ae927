"""Asking for a visit: the pupil, one step after the other, the answers to check, and what happened then."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from homevisits.clock import app_now
from homevisits.people.panels import drawn
from homevisits.people.signed_in import StaffRequest
from visits import gates, mending, telling, transitions
from visits.answers import answers
from visits.forms.asking import FORMS, Asking, StepForm
from visits.forms.asking.told import ToldForm
from visits.gates.checks import Check
from visits.models import Visit
from visits.prefill import standing_warnings
from visits.registry import REQUEST_PANELS
from visits.routes import deciders, is_exempt, missing
from visits.states import State
from visits.steps import CHECK, STEPS, after, before, number
from visits.transitions import Refused
from visits.transitions.handing import is_handed

StepView = Callable[Concatenate[StaffRequest, Visit, ...], HttpResponse]


def by_asker(view: StepView) -> Callable[..., HttpResponse]:
    """For the person who asks, while it is a draft; afterwards the visit's own page takes over."""

    @wraps(view)
    def wrapped(request: StaffRequest, ref: str, **kwargs: Any) -> HttpResponse:
        mine = Q(requested_by=request.user) | Q(asked_of=request.user)
        own = Visit.objects.visible_to(request.user).filter(mine)
        visit = get_object_or_404(own.select_related("school__trust", "policy", "household"), ref=ref)
        if is_handed(visit) and visit.asked_of_id != request.user.pk:
            messages.info(
                request, f"{visit.asked_of} completes this request. Take it back to go on yourself."
            )
            return redirect(visit)
        if visit.state != State.DRAFT:
            if request.method == "POST":
                messages.info(request, "This request was sent already. Change the visit from its page.")
            return redirect(visit)
        return view(request, visit, **kwargs)

    return wrapped


@require_GET
@by_asker
def request_visit(request: StaffRequest, visit: Visit) -> HttpResponse:
    """Go on with a draft: at the first step that misses something, else at the check of the answers."""
    open_ones = {check.fix for check in gates.blocking("submit", visit, app_now())}
    step = next((step for step in STEPS if step in open_ones), CHECK)
    return (
        redirect("request_check", visit.ref) if step == CHECK else redirect("request_step", visit.ref, step)
    )


@require_http_methods(["GET", "POST"])
@by_asker
def step(request: StaffRequest, visit: Visit, step: str) -> HttpResponse:
    """One step: what was typed well is kept, whatever the button says."""
    if step not in FORMS:
        raise Http404
    asking = Asking(visit, request.user, app_now())
    form = FORMS[step](asking, request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _shown(request, step, form)
    form.is_valid()
    try:
        asking.visit = transitions.keep_draft(
            visit=visit, by=request.user, now=asking.now, values=form.values(), **form.parts()
        )
    except Refused as no:
        form.add_error(None, no.sentence)
        return _shown(request, step, form)
    return _kept(request, step, form)


def _kept(request: StaffRequest, step: str, form: StepForm) -> HttpResponse:
    """The draft is kept: now do what the button says."""
    do = request.POST.get("do", "on")
    if isinstance(form, ToldForm) and (do == "attempt" or form.attempt.is_filled):
        note_attempt(request, form)
    if do == "later":
        messages.success(request, f"{form.asking.visit.ref} is kept as a draft. Go on with it when you can.")
        return redirect("day")
    if do in form.buttons:
        form.press(do)
        return _shown(request, step, form)
    if form.has_problems or form.refuse(_open(step, form)):
        return _shown(request, step, form)
    if request.GET.get("from") == CHECK:
        return redirect("request_check", form.asking.visit.ref)
    return redirect(_address(form.asking.visit, after(step)))


def note_attempt(request: StaffRequest, form: ToldForm) -> None:
    """Note the call or message of the row, or say what it misses."""
    form.attempt.is_valid()
    if form.attempt.demand():
        asking = form.asking
        transitions.note_attempt(visit=asking.visit, by=request.user, now=asking.now, **form.attempt.said())
        form.forget_attempt()


def _open(step: str, form: StepForm) -> list[Check]:
    """What the gate misses of this step, as the draft stands now."""
    checks = gates.blocking("submit", Visit.objects.get(pk=form.asking.visit.pk), form.asking.now)
    return [check for check in checks if check.fix == step and check.code not in form.waits]


def _address(visit: Visit, step: str) -> str:
    if step == CHECK:
        return reverse("request_check", args=[visit.ref])
    return reverse("request_step", args=[visit.ref, step])


def _shown(request: StaffRequest, step: str, form: StepForm) -> HttpResponse:
    """The step with its form, and what upper floors know of the pupils."""
    visit = form.asking.visit
    is_from_check = request.GET.get("from") == CHECK
    back = CHECK if is_from_check else before(step)
    home = visit.household
    context = {
        "visit": visit,
        "form": form,
        "step": step,
        "now": form.asking.now,
        "number": number(step),
        "total": len(STEPS) + 1,
        "back_url": _address(visit, back) if back else reverse("day"),
        "is_last": is_from_check,
        "warnings": standing_warnings(home, by=request.user) if step == "where" else [],
        "panels": pupil_panels(request, form.asking) if step == "reason" else [],
    }
    return render(request, f"visits/request/{step}.html", context)


@require_http_methods(["GET", "POST"])
@by_asker
def check(request: StaffRequest, visit: Visit) -> HttpResponse:
    """All answers to read once more; sending them asks the gate."""
    now = app_now()
    if request.method != "POST":
        return _checked(request, visit, now)
    try:
        sent = transitions.submit(visit=visit, by=request.user, now=now)
    except Refused as no:
        return _checked(request, visit, now, no.unmet or [Check("sent", "blocks", no.sentence)])
    return redirect("request_sent", sent.ref)


def _checked(
    request: StaffRequest, visit: Visit, now: dt.datetime, refused: Sequence[Check] = ()
) -> HttpResponse:
    """The answers, what is still needed, and who will be asked."""
    unmet = gates.unmet("submit", visit, now)
    context = {
        "visit": visit,
        "now": now,
        "total": len(STEPS) + 1,
        "answers": answers(visit),
        "lines": mending.lines(unmet, visit, request.user, now),
        "refused": mending.lines(refused, visit, request.user, now),
        "asked": _asked(visit, now),
        "is_exempt": is_exempt(visit),
    }
    return render(request, "visits/request/check.html", context)


def _asked(visit: Visit, now: dt.datetime) -> list[dict[str, str]]:
    """Who will be asked for each decision, by name."""
    return [
        {"what": need.sentence, "who": telling.names(deciders(need, visit, now)), "roles": need.who}
        for need in missing(visit)
    ]


def _asked_by_name(visit: Visit, now: dt.datetime) -> dict[str, str]:
    """For each person or set of people, all that they are asked."""
    found: dict[str, list[str]] = {}
    for one in _asked(visit, now):
        found.setdefault(one["who"], []).append(f"{one['what'][:1].lower()}{one['what'][1:]}")
    return {who: " and ".join(what) for who, what in found.items()}


@require_GET
def sent(request: StaffRequest, ref: str) -> HttpResponse:
    """What happened, who was asked, what comes next."""
    own = Visit.objects.visible_to(request.user).filter(requested_by=request.user, submitted_at__isnull=False)
    visit = get_object_or_404(own.select_related("school", "policy"), ref=ref)
    if visit.state == State.DRAFT or visit.submitted_at is None:
        return redirect("request", visit.ref)
    now = app_now()
    told = telling.told_at(visit, visit.submitted_at)
    context = {
        "visit": visit,
        "now": now,
        "told": told,
        "is_exempt": is_exempt(visit),
        "waits": _asked_by_name(visit, now),
    }
    return render(request, "visits/request/sent.html", context)


@require_POST
def again(request: StaffRequest, ref: str) -> HttpResponse:
    """A draft like this visit: never its dates, never its decisions."""
    visible = Visit.objects.visible_to(request.user).about_reason(request.user)
    visit = get_object_or_404(visible.select_related("school"), ref=ref)
    try:
        draft = transitions.ask_again(visit=visit, by=request.user, now=app_now())
    except Refused as no:
        messages.warning(request, no.sentence)
        return redirect(visit)
    messages.success(request, f"{draft.ref} is started like {visit.ref}, without its dates and decisions.")
    return redirect("request_step", draft.ref, "reason")


def pupil_panels(request: StaffRequest, asking: Asking) -> list[Any]:
    """What upper floors know of each pupil: attendance, for one."""
    return [panel for pupil in asking.pupils for panel in drawn(REQUEST_PANELS, request, pupil, request.user)]
