"""The four times that a request starts from."""

import datetime as dt

import pytest

from homevisits.clock import local
from tests.cast import Cast
from tests.factories import visits as make
from visits.models import Visit
from visits.plan import Plan, plan_of, proposed, travel


def first(cast: Cast, now: dt.datetime) -> str:
    """The day and time on the wall that a new request of the cast's school proposes."""
    plan = proposed(Visit(school=cast.school, requested_by=cast.teacher), now)
    assert (plan.stay, plan.there, plan.back) == (cast.policy.default_visit_minutes, 15, 15)
    return f"{local(plan.start_at):%a %d %b %H:%M}"


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-11-26 09:07", "Thu 26 Nov 10:15"),
        ("2026-11-26 10:00", "Thu 26 Nov 11:00"),
        ("2026-11-26 13:30", "Thu 26 Nov 14:30"),
        ("2026-11-26 13:31", "Fri 27 Nov 10:00"),
        ("2026-11-26 06:00", "Thu 26 Nov 10:00"),
        ("2026-11-27 16:00", "Mon 30 Nov 10:00"),
        ("2026-12-24 16:00", "Tue 29 Dec 10:00"),
    ],
)
def test_proposal_lies_in_school_hours(cast: Cast, clock, now: str, start: str) -> None:
    assert first(cast, clock.set(now)) == start


def test_proposal_is_at_ten_on_the_wall_on_both_sides_of_a_clock_change(cast: Cast, clock) -> None:
    assert first(cast, clock.set("2026-10-23 16:00")) == "Mon 26 Oct 10:00"
    assert first(cast, clock.set("2027-03-26 16:00")) == "Tue 30 Mar 10:00"


def test_times_are_always_in_order(clock) -> None:
    start = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    times = Plan(start, stay=45, there=0, back=0).times
    assert times["depart_at"] <= times["start_at"] < times["end_at"] <= times["return_at"]
    assert times["end_at"] - times["start_at"] == dt.timedelta(minutes=45)


def test_travel_is_as_the_last_visit_to_this_home_planned_it(cast: Cast, clock) -> None:
    now = clock.set("2026-11-26 10:00")
    before = make.requested(cast, now=now)
    again = Visit(school=cast.school, household=before.household, requested_by=cast.teacher)
    elsewhere = Visit(school=cast.other_school, household=before.household, requested_by=cast.teacher)
    assert (travel(again), travel(elsewhere)) == ((10, 15), (15, 15))


def test_plan_of_a_visit_gives_back_its_times(cast: Cast, clock) -> None:
    visit = make.requested(cast, now=clock.set("2026-11-26 10:00"))
    plan = plan_of(visit)
    assert plan is not None
    assert plan.times == {
        name: getattr(visit, name) for name in ("depart_at", "start_at", "end_at", "return_at")
    }
    assert plan_of(Visit(start_at=visit.start_at)) is None
