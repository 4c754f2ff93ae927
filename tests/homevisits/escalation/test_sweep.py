"""What one sweep does to what is due."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.clock import from_local
from homevisits.escalation import heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline

Arm = Callable[..., HouseDeadline]


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def told(**filters: Any) -> list[tuple[str, str]]:
    """Who was told what in the product, in order."""
    rows = Notice.objects.filter(channel="in_app", **filters).order_by("id")
    return [(row.recipient.last_name, row.subject) for row in rows.select_related("recipient")]


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def test_sweep_fires_what_is_due_and_tells_the_first_rung(house: House, due: Arm, now: dt.datetime) -> None:
    deadline = due(0)
    swept = sweep("test")
    deadline.refresh_from_db()
    alarm = house.alarms.get()
    assert (swept.fired, deadline.state, deadline.settled_at) == (1, "fired", now)
    assert (alarm.state, alarm.due_at, alarm.rung, alarm.next_at) == ("open", now, 1, now + minutes(10))
    assert told() == [("Office", "House is on fire")]


def test_sweep_leaves_what_is_due_a_moment_later(house: House, now: dt.datetime, due: Arm) -> None:
    due(0.001)
    assert (sweep("test").fired, house.alarms.count()) == (0, 0)


def test_sweep_twice_fires_once(house: House, due: Arm, now: dt.datetime) -> None:
    due(0)
    sweep("test")
    assert sweep("test").fired == 0
    assert (house.alarms.count(), len(told())) == (1, 1)


def test_sweep_writes_the_story(house: House, due: Arm, now: dt.datetime) -> None:
    due(0)
    sweep("test")
    assert [(e.kind, e.sentence) for e in house.events.all()] == [
        ("due", "return was due"),
        ("rung_told", "Step 1, Rung 1: told O. Office."),
    ]


def test_sweep_queues_each_channel_once_with_a_key_of_its_own(
    house: House, due: Arm, now: dt.datetime, office: Staff
) -> None:
    due(0)
    sweep("test")
    alarm = house.alarms.get()
    assert sorted(Notice.objects.values_list("key", "state", "is_urgent")) == [
        (f"{alarm.uuid}:1:0:{office.pk}:email", "queued", True),
        (f"{alarm.uuid}:1:0:{office.pk}:in_app", "sent", True),
    ]


def test_sweep_climbs_at_the_policys_minutes(house: House, due: Arm, clock: Clock, now: dt.datetime) -> None:
    due(0)
    sweep("test")
    clock.set(now + minutes(10) - dt.timedelta(milliseconds=1))
    assert sweep("test").climbed == 0
    clock.set(now + minutes(10))
    assert sweep("test").climbed == 1
    assert [who for who, _ in told()] == ["Office", "Head"]


@pytest.mark.clause("TC-119")
def test_late_sweep_climbs_every_rung_once_in_order_without_drift(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0)
    clock.set(now + minutes(13))
    sweep("test")
    alarm = house.alarms.get()
    assert [who for who, _ in told()] == ["Office", "Head"]
    assert (alarm.rung, alarm.next_at) == (2, now + minutes(20))


def test_late_notice_says_how_late_it_is(house: House, due: Arm, clock: Clock, now: dt.datetime) -> None:
    due(0)
    clock.set(now + minutes(12))
    sweep("test")
    bodies = Notice.objects.filter(channel="in_app").order_by("id").values_list("body", flat=True)
    assert [body.splitlines()[-1] for body in bodies] == [
        "This notice is 12 minutes late.",
        "This notice is 2 minutes late.",
    ]


def test_last_rung_repeats_until_somebody_resolves(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0)
    clock.set(now + minutes(20))
    sweep("test")
    assert house.alarms.get().next_at == now + minutes(25)
    for minute in (25, 30):
        clock.set(now + minutes(minute))
        sweep("test")
    alarm = house.alarms.get()
    assert (alarm.rung, alarm.round, alarm.next_at) == (3, 2, now + minutes(35))
    assert [who for who, _ in told()][2:] == ["Office", "Head", "Chief"] * 3


def test_missed_repeats_are_told_once_and_keep_their_grid(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0)
    clock.set(now + minutes(20))
    sweep("test")
    clock.set(now + minutes(42))
    sweep("test")
    alarm = house.alarms.get()
    assert (alarm.round, alarm.next_at) == (1, now + minutes(45))


def test_no_setting_turns_the_repeat_off(house: House, due: Arm, clock: Clock, now: dt.datetime) -> None:
    House.objects.update(repeat_minutes=0)
    due(0)
    clock.set(now + minutes(20))
    sweep("test")
    assert house.alarms.get().next_at == now + minutes(21)


def test_rung_with_nobody_is_skipped_at_once(house: House, due: Arm, now: dt.datetime, head: Staff) -> None:
    House.objects.update(ladder=[[0, []], [10, [head.pk]], [20, [head.pk]]])
    due(0)
    sweep("test")
    alarm = house.alarms.get()
    assert (alarm.rung, alarm.next_at) == (2, now + minutes(20))
    assert [e.sentence for e in house.events.all()][1:] == [
        "Nobody can answer at step 1, Rung 1: skipped.",
        "Step 2, Rung 2: told H. Head.",
    ]


def test_last_rung_with_nobody_is_asked_again(
    house: House, due: Arm, clock: Clock, now: dt.datetime, head: Staff
) -> None:
    House.objects.update(ladder=[[0, []]])
    due(0)
    sweep("test")
    House.objects.update(ladder=[[0, [head.pk]]])
    clock.set(now + minutes(5))
    sweep("test")
    assert [who for who, _ in told()] == ["Head"]


def test_alarm_without_a_next_time_is_looked_at_at_once(house: House, now: dt.datetime) -> None:
    HouseAlarm.objects.create(house=house, kind="fire", due_at=now, opened_at=now)
    assert sweep("test").climbed == 1


def test_prompt_comes_before_the_deadline_and_fires_nothing(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(5, prompt_at=now + minutes(1))
    clock.set(now + minutes(1))
    assert sweep("test").reminded == 1
    deadline = house.deadlines.get()
    assert (deadline.state, deadline.next_at, told()) == ("live", now + minutes(5), [("Office", "Soon")])
    clock.set(now + minutes(5))
    assert sweep("test").fired == 1


def test_prompt_that_comes_too_late_is_left_out(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(5, prompt_at=now + minutes(1))
    clock.set(now + minutes(6))
    sweep("test")
    assert told() == [("Office", "House is on fire")]


def test_reminder_nudges_a_finite_number_of_times(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0, "record", is_safety=False, nudges=3, nudge_minutes=10)
    for minute in range(0, 60, 10):
        clock.set(now + minutes(minute))
        sweep("test")
    assert told() == [("Office", "Remember")] * 3
    assert (house.deadlines.get().state, house.alarms.count()) == ("fired", 0)
    assert [e.kind for e in house.events.all()] == ["due"]


def test_late_reminder_nudges_once_for_all_it_missed(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0, "record", is_safety=False, nudges=3, nudge_minutes=10)
    clock.set(now + minutes(15))
    sweep("test")
    deadline = house.deadlines.get()
    assert (len(told()), deadline.nudges_left, deadline.next_at) == (1, 1, now + minutes(20))


def test_owner_gone_quiet_loses_the_alarm_and_the_rung_hears_of_it(
    house: House, due: Arm, clock: Clock, now: dt.datetime, office: Staff
) -> None:
    from homevisits.escalation.alarms import own

    due(0)
    sweep("test")
    own(alarm=house.alarms.get(), by=office, now=now)
    clock.set(now + minutes(9))
    assert sweep("test").reopened == 0
    clock.set(now + minutes(10))
    assert sweep("test").reopened == 1
    alarm = house.alarms.get()
    assert (alarm.state, alarm.owner, alarm.rung, alarm.next_at) == ("open", None, 2, now + minutes(20))
    assert told()[1:] == [("Office", "Open again: House is on fire"), ("Head", "House is on fire")]


def test_quiet_owner_on_the_last_rung_is_followed_by_its_repeats(
    house: House, due: Arm, clock: Clock, now: dt.datetime, office: Staff
) -> None:
    from homevisits.escalation.alarms import own

    due(0)
    clock.set(now + minutes(20))
    sweep("test")
    own(alarm=house.alarms.get(), by=office, now=now + minutes(21))
    clock.set(now + minutes(31))
    sweep("test")
    assert house.alarms.get().next_at == now + minutes(36)


@pytest.mark.parametrize(
    ("planned", "before", "after"),
    [
        ("2027-03-28 00:50", "2027-03-28 00:59", "2027-03-28 02:00"),  # 01:00 to 02:00 does not exist
        ("2027-10-31 00:50", "2027-10-31 00:59", "2027-10-31 01:00"),  # 01:00 to 02:00 comes twice
    ],
)
def test_clock_change_moves_no_rung(
    house: House, due: Arm, clock: Clock, planned: str, before: str, after: str
) -> None:
    def at(text: str) -> dt.datetime:
        naive = dt.datetime.fromisoformat(text)
        return from_local(naive.date(), naive.time())

    clock.set(at(planned))
    due(0)
    sweep("test")
    clock.set(at(before))
    assert sweep("test").climbed == 0
    clock.set(at(after))
    assert sweep("test").climbed == 1
    assert house.alarms.get().next_at == at(planned) + minutes(20)


def test_sweep_with_nothing_due_is_two_queries(house: House, due: Arm, now: dt.datetime) -> None:
    due(5)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        sweep("test")
    assert len(queries) == 2


def test_sweep_beats_after_a_full_cycle(clock: Clock) -> None:
    assert heartbeat.age() is None
    sweep("test")
    clock.advance(seconds=4)
    age = heartbeat.age()
    assert age is not None
    assert 4 <= age < 6


def test_sweep_out_of_time_does_not_beat(house: House, due: Arm, now: dt.datetime) -> None:
    due(0)
    swept = sweep("test", seconds=0)
    assert (swept.fired, swept.is_complete, heartbeat.age()) == (1, False, None)


def test_boards_own_sweep_is_no_sign_of_life(clock: Clock) -> None:
    sweep(heartbeat.BOARD)
    background, anybody = heartbeat.ages()
    assert background is None
    assert anybody is not None
