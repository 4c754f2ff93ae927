"""The page of an alarm, whichever app it belongs to, and what people do there."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.forms import NoteForm, ResolveForm
from homevisits.escalation.models import Alarm
from homevisits.escalation.pace import pace
from homevisits.escalation.picture import picture
from homevisits.escalation.registry import find_visible
from homevisits.notices import calling
from homevisits.people.models import Staff
from homevisits.people.signed_in import StaffRequest

logger = logging.getLogger(__name__)


def visible_or_404(request: StaffRequest, key: uuid.UUID) -> Alarm:
    """The alarm if this person may see it; one that they may not is not there."""
    alarm = find_visible(key, request.user)
    if alarm is None:
        raise Http404
    return alarm


def panel_of(request: StaffRequest, alarm: Alarm) -> str:
    """The subject's part of the page. A mistake in it must not take the alarm off the screen."""
    try:
        panel = alarm.panel(request.user)
        return render_to_string(*panel, request=request) if panel else ""
    except Exception:
        logger.exception("the panel of alarm %s cannot be shown", alarm.uuid)
        return ""


def shown(request: StaffRequest, alarm: Alarm, now: dt.datetime, **forms: Any) -> dict[str, Any]:
    """What the page needs; `forms` are those that came back with errors."""
    why_not = alarm.refusal(request.user, now=now)
    return {
        "alarm": alarm,
        "now": now,
        "picture": picture(alarm, now),
        "pace": pace(alarm),
        "panel": panel_of(request, alarm),
        "history": [
            {"at": event.happened_at, "text": event.sentence, "by": event.by} for event in alarm.history()
        ],
        "calls": calling.to_make(alarm.uuid, request.user) if alarm.is_open else (),
        "why_not": why_not,
        "may_act": alarm.is_open and not why_not,
        "why_not_resolve": alarm.resolve_refusal(request.user, now=now),
        "is_mine": alarm.owner_id == request.user.pk,
        "note_form": NoteForm(alarm),
        "resolve_form": ResolveForm(alarm),
    } | forms


@require_safe
def alarm_page(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """What it is, since when, who was told, what comes next, what to do."""
    alarm = visible_or_404(request, key)
    return render(request, "escalation/alarm.html", shown(request, alarm, app_now()))


def act(request: StaffRequest, do: Callable[[], object], alarm: Alarm, done: str) -> HttpResponse:
    """Do one thing and go back to the page, which says what happened or why it did not."""
    try:
        do()
    except alarms.Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, done)
    return redirect(alarm)


@require_POST
def own(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """ "I am dealing with this"."""
    alarm = visible_or_404(request, key)
    done = "You are dealing with this. Everybody who looks at the alarm sees that."
    return act(request, lambda: alarms.own(alarm=alarm, by=request.user, now=app_now()), alarm, done)


@require_POST
def let_go(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """ "I can no longer deal with this"."""
    alarm = visible_or_404(request, key)
    done = "The alarm is open again, and those who know of it are told."
    return act(request, lambda: alarms.let_go(alarm=alarm, by=request.user, now=app_now()), alarm, done)


def write_down(alarm: Alarm, by: Staff, lines: list[str]) -> None:
    """Each line of its own: all of them, or none."""
    with transaction.atomic():
        for line in lines:
            alarms.note(alarm=alarm, by=by, text=line, now=app_now())


@require_POST
def note(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """What somebody knows or did."""
    alarm = visible_or_404(request, key)
    form = NoteForm(alarm, request.POST)
    if form.is_valid():
        return act(request, partial(write_down, alarm, request.user, form.lines), alarm, "Written down.")
    context = shown(request, alarm, app_now(), note_form=form, form=form)
    return render(request, "escalation/alarm.html", context)


@require_POST
def resolve(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """The end of the alarm, with its outcome in words."""
    alarm = visible_or_404(request, key)
    form = ResolveForm(alarm, request.POST)
    if form.is_valid():
        end = lambda: alarms.resolve(alarm=alarm, by=request.user, now=app_now(), **form.cleaned_data)  # noqa: E731
        return act(request, end, alarm, "Resolved. Everybody who was told hears that it is over.")
    context = shown(request, alarm, app_now(), resolve_form=form, form=form)
    return render(request, "escalation/alarm.html", context)
