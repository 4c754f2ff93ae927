"""Many alarms of one moment: as each would be alone, and for a fraction of the statements."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.audit.verify import faults
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.visits.alarming import due_again
from visits.models import VisitAlarm, VisitDeadline, VisitEvent

ALONE, MANY = 1, 12


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def due_at_once(cast: Cast, clock: Clock, now: dt.datetime, number: int) -> list[int]:
    """So many visits whose return is due; fires them all and gives back their keys."""
    visits = [make.out(cast, now=now) for _ in range(number)]
    clock.set(max(visit.return_due_at for visit in visits))
    return [visit.pk for visit in visits]


@pytest.mark.parametrize("cast", ["three_counties", "poulton_le_sands"], indirect=True)
def test_many_at_once_are_told_like_one_alone(cast: Cast, clock: Clock, now: dt.datetime) -> None:
    due_at_once(cast, clock, now, MANY)
    assert sweep("test").fired >= MANY
    overdue = VisitAlarm.objects.filter(kind="overdue")
    assert overdue.count() == MANY
    told = {
        tuple(
            Notice.objects.filter(alarm=alarm.uuid)
            .order_by("recipient", "channel")
            .values_list("recipient", "channel")
        )
        for alarm in overdue
    }
    assert len(told) == 1
    assert told != {()}
    stories = {
        tuple(VisitEvent.objects.filter(detail__alarm=str(a.uuid)).values_list("kind", flat=True))
        for a in overdue
    }
    assert stories == {("rung_told",)}
    assert not list(faults())


@pytest.mark.parametrize("kind", ["return", "check_in"])
def test_an_alarm_among_many_costs_few_statements(
    cast: Cast, clock: Clock, now: dt.datetime, kind: str
) -> None:
    def statements(number: int) -> int:
        for _ in range(number):
            make.out(cast, now=clock.now)
        VisitDeadline.objects.exclude(kind=kind).update(state="cleared")
        clock.set(VisitDeadline.objects.filter(state="live").latest("due_at").due_at)
        with CaptureQueriesContext(connection) as asked:
            assert sweep("test").fired
        return len(asked)

    alone = statements(ALONE)
    assert statements(MANY) - alone < 3 * MANY


def test_an_alarm_that_climbs_as_its_deadline_is_due_again_tells_each_step_once(
    cast: Cast, clock: Clock, now: dt.datetime
) -> None:
    alarm = due_again(cast, clock)
    visit = alarm.visit
    clock.set(visit.return_due_at + dt.timedelta(minutes=5))  # nothing swept meanwhile
    assert not sweep("test").skipped
    told = visit.events.filter(kind="rung_told", detail__alarm=str(alarm.uuid))
    steps = list(told.order_by("number").values_list("detail__rung", flat=True))
    assert len(steps) > 2
    assert len(steps) == len(set(steps)), steps


def test_second_deadline_of_a_visit_finds_what_the_first_one_opened(
    cast: Cast, clock: Clock, now: dt.datetime
) -> None:
    """A check-in and the return pass in one sweep: two alarms about two things, and the silent word stays apart."""
    visit = make.out(cast, now=now)
    clock.set(visit.return_due_at + dt.timedelta(hours=2))
    sweep("test")
    kinds = list(visit.alarms.order_by("kind").values_list("kind", "attendee"))
    assert len(kinds) == len(set(kinds)) > 1
