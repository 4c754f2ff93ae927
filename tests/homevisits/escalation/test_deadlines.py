"""Live deadlines follow what is wanted, and nothing else."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.escalation.deadlines import Wanted, arm
from homevisits.escalation.sweep import sweep
from homevisits.people.models import Staff
from tests.clock import Clock
from tests.escalation_house.models import House, HouseDeadline


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def states(house: House) -> dict[str, str]:
    return {row.kind: row.state for row in house.deadlines.all()}


def want(due_at: dt.datetime, kind: str = "return", **more: object) -> Wanted:
    return Wanted(kind, due_at, True, **more)  # type: ignore[arg-type]


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


def test_arm_inserts_what_is_new(house: House, now: dt.datetime) -> None:
    arm(HouseDeadline, house, [want(now + minutes(5), prompt_at=now + minutes(1))], now=now)
    row = house.deadlines.get()
    assert (row.state, row.due_at, row.next_at, row.created_at) == (
        "live", now + minutes(5), now + minutes(1), now,
    )  # fmt: skip


def test_arm_keeps_the_row_of_what_is_equal(house: House, now: dt.datetime) -> None:
    arm(HouseDeadline, house, [want(now + minutes(5))], now=now)
    first = house.deadlines.get()
    arm(HouseDeadline, house, [want(now + minutes(5))], now=now + minutes(1))
    assert (house.deadlines.get().pk, house.deadlines.get().created_at) == (first.pk, now)


def test_arm_retimes_what_moved(house: House, now: dt.datetime) -> None:
    arm(HouseDeadline, house, [want(now + minutes(5))], now=now)
    first = house.deadlines.get()
    arm(HouseDeadline, house, [want(now + minutes(9))], now=now)
    row = house.deadlines.get()
    assert (row.pk, row.due_at, row.next_at) == (first.pk, now + minutes(9), now + minutes(9))


def test_arm_clears_what_is_unwanted_and_marks_what_was_met(house: House, now: dt.datetime) -> None:
    arm(HouseDeadline, house, [want(now + minutes(5)), want(now + minutes(6), "check_in")], now=now)
    arm(HouseDeadline, house, [], now=now, met={"check_in"})
    assert states(house) == {"return": "cleared", "check_in": "met"}


def test_arm_keeps_one_live_row_for_each_person(
    house: House, office: Staff, head: Staff, now: dt.datetime
) -> None:
    both = [want(now + minutes(5), "check_in", extra={"person": person}) for person in (office, head)]
    arm(HouseDeadline, house, both, now=now)
    arm(HouseDeadline, house, both[:1], now=now, met={"check_in"})
    assert {(row.person, row.state) for row in house.deadlines.all()} == {(office, "live"), (head, "met")}


def test_arm_brings_a_fired_deadline_back_only_for_later(
    house: House, clock: Clock, now: dt.datetime
) -> None:
    arm(HouseDeadline, house, [want(now)], now=now)
    sweep("test")
    arm(HouseDeadline, house, [want(now)], now=now)
    assert [row.state for row in house.deadlines.all()] == ["fired"]
    arm(HouseDeadline, house, [want(now + minutes(30))], now=now)
    assert sorted(row.state for row in house.deadlines.all()) == ["fired", "live"]


def test_arm_does_not_prompt_twice_when_only_the_due_time_moves(
    house: House, clock: Clock, now: dt.datetime
) -> None:
    prompt = now + minutes(1)
    arm(HouseDeadline, house, [want(now + minutes(5), prompt_at=prompt)], now=now)
    clock.advance(minutes=2)
    sweep("test")
    arm(HouseDeadline, house, [want(now + minutes(9), prompt_at=prompt)], now=app_now())
    assert house.deadlines.get().next_at == now + minutes(9)


def test_arm_prompts_again_when_the_prompt_moves(house: House, clock: Clock, now: dt.datetime) -> None:
    arm(HouseDeadline, house, [want(now + minutes(5), prompt_at=now + minutes(1))], now=now)
    clock.advance(minutes=2)
    sweep("test")
    arm(HouseDeadline, house, [want(now + minutes(9), prompt_at=now + minutes(4))], now=app_now())
    assert house.deadlines.get().next_at == now + minutes(4)


def test_arm_leaves_used_nudges_used(house: House, clock: Clock, now: dt.datetime) -> None:
    reminder = [Wanted("record", now, False, nudges=3, nudge_minutes=10)]
    arm(HouseDeadline, house, reminder, now=now)
    sweep("test")
    arm(HouseDeadline, house, reminder, now=now)
    assert house.deadlines.get().nudges_left == 2
