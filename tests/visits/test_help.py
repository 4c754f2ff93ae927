"""Asking for help; and what comes again: help, a due time, the calls to somebody who was found."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.clock import local
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned, turned
from tests.visits.alarming import told
from visits import transitions
from visits.models import Visit, VisitDeadline
from visits.safety import Due
from visits.transitions.door import rearm


def test_help_tells_the_first_two_steps_at_once(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    assert told(visit, kind="help") == {"office", "head"}


def test_help_asked_twice_is_one_alarm(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    for _ in range(2):
        transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    assert visit.alarms.filter(kind="help").count() == 1


def test_each_who_asks_for_help_has_an_alarm_of_their_own(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.teacher, party=[cast.teacher, cast.ewo])
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    first = visit.alarms.get()
    alarms.own(alarm=first, by=cast.office, now=clock.now)
    transitions.ask_for_help(visit=visit, by=cast.ewo, now=clock.advance(minutes=1))
    second = visit.alarms.exclude(pk=first.pk).get()
    assert (second.attendee.staff, second.state, second.rung) == (cast.ewo, "open", 1)
    assert {n.recipient for n in Notice.objects.filter(alarm=second.uuid)} >= {cast.office, cast.head}
    alarms.resolve(alarm=first, by=cast.office, outcome="false", resolution="Spoke to her", now=clock.now)
    assert visit.alarms.unresolved().get() == second
    page = browser(cast.office).get(second.get_absolute_url()).content.decode()
    assert reverse("desk_call", args=[visit.ref, second.attendee.pk]) in page


def test_who_was_found_after_a_missed_call_is_called_again(cast: Cast, clock, now) -> None:
    visit = pinned(make.out(cast, now=now), turned(cast, checkin_repeat_minutes=20))
    later = {"end_at": now + dt.timedelta(hours=3), "return_at": now + dt.timedelta(hours=4)}
    Visit.objects.filter(pk=visit.pk).update(**later)
    rearm(visit, now=now)
    calls = VisitDeadline.objects.filter(visit=visit, kind=Due.CHECK_IN, state="live")
    first = calls.filter(attendee__staff=cast.teacher).get()
    transitions.check_in(visit=visit, by=cast.colleague, now=clock.set(first.prompt_at))
    clock.set(first.due_at)
    sweep("test")
    alarm = visit.alarms.get(kind="missed_check_in")
    found = clock.advance(minutes=7)
    alarms.resolve(alarm=alarm, by=cast.office, outcome="late", resolution="Spoke to her", now=found)
    again = calls.filter(attendee__staff=cast.teacher).get()
    assert again.prompt_at == found + dt.timedelta(minutes=20)
    shown = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert f"{local(again.prompt_at):%H:%M}" in shown
    clock.set(again.due_at)
    sweep("test")
    assert visit.alarms.unresolved().filter(kind="missed_check_in", attendee=again.attendee).exists()


@pytest.mark.parametrize(
    ("kind", "again"), [("overdue", "Return was due again."), ("help", "Help was asked for again.")]
)
def test_the_owner_of_an_alarm_hears_what_came_again(cast: Cast, clock, now, kind: str, again: str) -> None:
    # In the product alone: e-mail comes all the same.
    in_product = turned(cast, lambda draft: draft.laddersteps.update(channels=["in_app"]))
    visit = pinned(make.out(cast, now=now), in_product)
    clock.set(visit.return_due_at)
    if kind == "help":
        transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    else:
        sweep("test")
    alarm = visit.alarms.get(kind=kind)
    alarms.own(alarm=alarm, by=cast.head, now=clock.now)
    if kind == "help":
        transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.advance(minutes=1))
    else:
        transitions.extend(visit=visit, by=cast.office, now=clock.now, minutes=10, reason="Traffic")
        clock.set(make.fresh(visit).return_due_at)
        alarms.renew(alarm=alarm, by=cast.head, now=clock.now)
        sweep("test")
    told_again = Notice.objects.filter(alarm=alarm.uuid, subject__contains="Again: ")
    assert {(n.recipient, n.channel) for n in told_again} >= {(cast.head, "in_app"), (cast.head, "email")}
    assert all(n.body.startswith(again) for n in told_again)
