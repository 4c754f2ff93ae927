"""Lessons at home: the list of series, one series, starting one, and the record of a session."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from homevisits.clock import app_now, london_day
from homevisits.look.forms import HouseForm
from homevisits.people.models import Pupil
from homevisits.people.signed_in import StaffRequest
from homevisits.trusts.choices import Paper
from homevisits.trusts.models import Policy
from visits import lessons, transitions
from visits.forms.lessons import (
    EndSeries,
    MisbehaviourForm,
    Sanctions,
    SeriesBriefing,
    SeriesForm,
    SessionForm,
)
from visits.models import TuitionSeries, TuitionSession, Visit
from visits.permissions import refusal
from visits.transitions import Refused
from visits.transitions.tutoring import may_brief, may_change


@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """Every series that this person sees."""
    return render(
        request, "visits/lessons/list.html", {"rows": lessons.listed(request.user), "now": app_now()}
    )


@require_http_methods(["GET", "POST"])
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """Start a series for a pupil."""
    now = app_now()
    visible = Pupil.objects.visible_to(request.user).on_roll(london_day(now))
    pupil = get_object_or_404(visible.select_related("school__trust", "household"), pk=pk)
    rules = Policy.objects.in_force(pupil.school)
    if rules is None or not rules.reasons.filter(is_series=True).exists():
        messages.warning(request, "The policy of this school has no reason for lessons at home.")
        return redirect("visit_new")
    form = SeriesForm(pupil, request.user, rules, now, request.POST or None)
    if form.is_valid():
        try:
            series = transitions.start_series(by=request.user, now=now, **form.said)
        except Refused as no:
            form.add_error(None, no.sentence)
        else:
            messages.success(
                request,
                f"{len(form.said['plans'])} sessions are made as drafts. Send them when they are right.",
            )
            return redirect("lessons_series", series.pk)
    return render(request, "visits/lessons/new.html", {"form": form, "pupil": pupil})


def series_or_404(request: StaffRequest, pk: int) -> TuitionSeries:
    found: TuitionSeries = get_object_or_404(
        lessons.visible(request.user).select_related("pupil", "tutor", "school__trust", "briefed_by"), pk=pk
    )
    return found


@require_GET
def series(request: StaffRequest, pk: int) -> HttpResponse:
    """One series: its sessions, its briefing, its letter, what happened."""
    return _shown(request, series_or_404(request, pk))


def _shown(request: StaffRequest, found: TuitionSeries, **forms: HouseForm) -> HttpResponse:
    kept = {
        "send": found.send,
        "medical": found.medical,
        "behaviour": found.behaviour,
        "nothing": found.nothing_more,
    }
    context = lessons.whole(found, app_now()) | {
        "may_brief": may_brief(found, request.user) and request.user.pk != found.tutor_id,
        "may_change": may_change(found, request.user),
        "briefing": SeriesBriefing(initial=kept),
        "sanctions": Sanctions(initial={"text": found.sanctions, "agreed_on": found.sanctions_agreed_on}),
        "ending": EndSeries(),
        "papers": found.school.papers.filter(kind=Paper.BEHAVIOUR, retired_at=None),
    }
    return render(request, "visits/lessons/series.html", context | forms)


def _act(
    request: StaffRequest,
    found: TuitionSeries,
    form: HouseForm,
    name: str,
    act: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Do it when the form is whole; else show the series with what was typed."""
    if not form.is_valid():
        return _shown(request, found, **{name: form})
    try:
        act()
    except Refused as no:
        form.add_error(None, no.sentence)
        return _shown(request, found, **{name: form})
    messages.success(request, done)
    return redirect("lessons_series", found.pk)


@require_POST
def brief(request: StaffRequest, pk: int) -> HttpResponse:
    """Write what tutors must know."""
    found, form = series_or_404(request, pk), SeriesBriefing(request.POST)
    return _act(
        request, found, form, "briefing",
        lambda: transitions.brief_series(series=found, by=request.user, now=app_now(), **form.cleaned_data),
        "The tutor is told that the briefing is there.",
    )  # fmt: skip


@require_POST
def agree(request: StaffRequest, pk: int) -> HttpResponse:
    """Write what was agreed with the parents."""
    found, form = series_or_404(request, pk), Sanctions(request.POST)
    return _act(
        request, found, form, "sanctions",
        lambda: transitions.agree_sanctions(series=found, by=request.user, now=app_now(), **form.cleaned_data),
        "Kept.",
    )  # fmt: skip


@require_POST
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """No more sessions."""
    found, form = series_or_404(request, pk), EndSeries(request.POST)
    return _act(
        request, found, form, "ending",
        lambda: transitions.end_series(series=found, by=request.user, now=app_now(), why=form.cleaned_data["why"]),
        "The sessions that lay ahead are cancelled.",
    )  # fmt: skip


@require_POST
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """Send every session that is a draft."""
    found = series_or_404(request, pk)
    sent = transitions.send_all(series=found, by=request.user, now=app_now())
    for visit, no in sent:
        if no:
            messages.warning(request, f"{visit.ref}: {no.sentence}")
    gone = sum(1 for _, no in sent if no is None)
    messages.success(request, f"{gone} of {len(sent)} sessions are sent.") if sent else messages.info(
        request, "No session of yours is a draft."
    )
    return redirect("lessons_series", found.pk)


@require_http_methods(["GET", "POST"])
def session(request: StaffRequest, ref: str) -> HttpResponse:
    """What one session was like; for those who went."""
    mine = Visit.objects.visible_to(request.user).filter(series__isnull=False, attendees__staff=request.user)
    visit = get_object_or_404(mine.select_related("series", "policy", "school"), ref=ref)
    if visit.rules is None or refusal(request.user, "write", visit, app_now()):
        raise Http404
    does = request.POST.get("do", "")
    kept = TuitionSession.objects.filter(visit=visit).first()
    start = {"room": visit.series.room if visit.series else "", "adult": visit.invited_by}
    form = SessionForm(
        visit.rules, request.POST if does == "save" else None, instance=kept, initial={} if kept else start
    )
    incident = MisbehaviourForm(request.POST if does == "report" else None, prefix="incident")
    try:
        if does == "save" and form.is_valid():
            transitions.write_session(visit=visit, by=request.user, now=app_now(), values=form.values)
            messages.success(request, "The lesson is kept with the record.")
            return redirect("record", visit.ref)
        if does == "report" and incident.is_valid():
            transitions.report_misbehaviour(
                visit=visit, by=request.user, now=app_now(), **incident.cleaned_data
            )
            messages.success(request, "The school is told.")
            return redirect("session", visit.ref)
    except Refused as no:
        (form if does == "save" else incident).add_error(None, no.sentence)
    papers = visit.school.papers.filter(kind=Paper.BEHAVIOUR, retired_at=None)
    context = {
        "visit": visit,
        "form": form,
        "incident": incident,
        "kept": kept,
        "papers": papers,
        "now": app_now(),
    }
    return render(request, "visits/lessons/session.html", context)
