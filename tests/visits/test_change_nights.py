"""A visit on a night in which the clocks change: what is due stays as many minutes away as the policy says."""

import datetime as dt

import pytest

from tests.cast import Cast
from tests.clock import Clock
from tests.factories import visits as make

# Both at 01:00 UTC: the hour from one to two comes twice, or not at all.
NIGHTS = ["2026-10-25T00:00:00+00:00", "2027-03-28T00:00:00+00:00"]


@pytest.mark.clause("TC-119")
@pytest.mark.parametrize("night", NIGHTS)
def test_the_return_is_due_its_minutes_after_the_plan(cast: Cast, clock: Clock, night: str) -> None:
    """Planned for five minutes before the change, due ten after it."""
    now = clock.set(night)
    visit = make.out(cast, ooh_necessary="They work.", ooh_no_alternative="None")
    assert visit.policy.overdue_grace_minutes == 15
    due = visit.deadlines.get(kind="return", state="live")
    assert due.due_at - now == dt.timedelta(minutes=70)
    assert due.due_at.hour == 1
