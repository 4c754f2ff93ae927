"""Every timer of a visit: moved by its minutes, and by nothing else."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from tests.visits.settings.timers import asked_at, due_at
from visits import transitions
from visits.models import Visit
from visits.plan import proposed
from visits.transitions import Refused

on = pytest.mark.parametrize


@pytest.mark.turns(
    "departure_grace_minutes",
    "arrival_grace_minutes",
    "checkin_after_start_minutes",
    "checkin_answer_minutes",
    "overdue_grace_minutes",
)
@on(
    ("setting", "state", "kind", "counts_from"),
    [
        ("departure_grace_minutes", "logged", "departure", "depart_at"),
        ("arrival_grace_minutes", "in_progress", "arrival", "start_at"),
        ("overdue_grace_minutes", "logged", "return", "return_at"),
        ("overdue_grace_minutes", "in_progress", "return", "return_at"),
    ],
)
def test_a_deadline_counts_its_minutes_from_the_plan(
    cast: Cast, now, setting: str, state: str, kind: str, counts_from: str
) -> None:
    visit = make.in_state(cast, state, now=now)
    planned = getattr(visit, counts_from)
    due = [due_at(visit, kind, **{setting: number}) for number in (7, 12)]
    assert due == [[planned + make.minutes(7)], [planned + make.minutes(12)]]


@pytest.mark.turns("checkin_after_start_minutes", "checkin_answer_minutes")
@on(("after", "answer"), [(10, 5), (10, 8), (15, 5)])
def test_a_call_is_due_after_the_start_and_an_alarm_after_that(
    cast: Cast, now, after: int, answer: int
) -> None:
    visit = make.out(cast, now=now)
    settings = {"checkin_after_start_minutes": after, "checkin_answer_minutes": answer}
    prompt = visit.start_at + make.minutes(after)
    assert asked_at(visit, "check_in", **settings) == [prompt] * 2
    assert due_at(visit, "check_in", **settings) == [prompt + make.minutes(answer)] * 2


@pytest.mark.turns("checkin_after_start_minutes")
def test_without_a_check_in_nobody_is_rung(cast: Cast, now) -> None:
    assert due_at(make.out(cast, now=now), "check_in", checkin_after_start_minutes=0) == []


@pytest.mark.turns("wait_minutes")
@on("minutes", [10, 20])
def test_waiting_at_the_door_ends(cast: Cast, now, minutes: int) -> None:
    visit = make.out(cast, now=now)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=now)
    assert due_at(visit, "wait", wait_minutes=minutes) == [visit.start_at + make.minutes(minutes)]


@pytest.mark.turns("wait_ends_visit")
@on(("ends", "words"), [(True, "Then the visit is cancelled"), (False, "Then say “Nobody in” and leave")])
def test_after_the_wait_the_visit_is_cancelled_or_they_are_advised(cast: Cast, now, ends, words: str) -> None:
    visit = pinned(make.out(cast, now=now), version(cast, wait_ends_visit=ends))
    transitions.say_waiting(visit=visit, by=cast.teacher, now=now)
    assert words in browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()


@pytest.mark.turns("default_visit_minutes")
@on("minutes", [30, 60])
def test_a_new_request_lasts_as_long_as_visits_usually_do(cast: Cast, now, minutes: int) -> None:
    version(cast, default_visit_minutes=minutes)
    plan = proposed(Visit(school=cast.school, requested_by=cast.teacher), now)
    assert plan.times["end_at"] - plan.start_at == make.minutes(minutes)


@pytest.mark.turns("extension_max_minutes")
@on(("most", "is_given"), [(20, False), (30, True)])
def test_more_time_in_one_go_is_limited(cast: Cast, now, most: int, is_given: bool) -> None:
    visit = pinned(make.out(cast, now=now), version(cast, extension_max_minutes=most))
    assert more_time(cast, visit, now) == is_given


@pytest.mark.turns("extension_max_times")
@on(("times", "is_given"), [(1, False), (2, True)])
def test_more_time_may_be_asked_for_a_few_times(cast: Cast, now, times: int, is_given: bool) -> None:
    visit = pinned(make.out(cast, now=now), version(cast, extension_max_times=times))
    assert more_time(cast, visit, now)
    assert more_time(cast, make.fresh(visit), now + make.minutes(1)) == is_given


def more_time(cast: Cast, visit: Visit, now: dt.datetime) -> bool:
    """Whether those who are out may give themselves 25 minutes more."""
    try:
        transitions.extend(visit=visit, by=cast.teacher, now=now, minutes=25, reason="A long talk.")
    except Refused:
        return False
    return True


@pytest.mark.turns("owner_quiet_minutes")
@on(("quiet", "state"), [(5, "open"), (10, "owned")])
def test_whoever_took_an_alarm_and_is_silent_loses_it(cast: Cast, clock, now, quiet: int, state: str) -> None:
    visit = pinned(make.out(cast, now=now), version(cast, owner_quiet_minutes=quiet))
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarms.own(alarm=visit.alarms.get(), by=cast.head, now=now)
    clock.advance(minutes=7)
    sweep("test")
    assert visit.alarms.get(kind="help").state == state


@pytest.mark.turns("last_step_repeat_minutes")
@on(("every", "is_told_again"), [(5, True), (10, False)])
def test_the_last_step_repeats(cast: Cast, clock, now, every: int, is_told_again: bool) -> None:
    visit = pinned(make.out(cast, now=now), version(cast, last_step_repeat_minutes=every))
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    notices = Notice.objects.filter(alarm=visit.alarms.get().uuid)
    for _ in range(3):  # up to the last step
        clock.advance(minutes=10)
        sweep("test")
    before = notices.count()
    clock.advance(minutes=7)
    sweep("test")
    assert (notices.count() > before) == is_told_again


@pytest.mark.turns("record_due_hours")
@on("hours", [4, 24])
def test_the_record_is_due(cast: Cast, now, hours: int) -> None:
    visit = make.returned(cast, now=now)
    assert due_at(visit, "record", record_due_hours=hours) == [now + dt.timedelta(hours=hours)]


def test_a_timer_is_moved_by_no_other_setting(cast: Cast, now) -> None:
    visit = make.out(cast, now=now)
    others = {"departure_grace_minutes": 1, "checkin_answer_minutes": 1, "wait_minutes": 1}
    assert due_at(visit, "return", **others) == [visit.return_due_at]
