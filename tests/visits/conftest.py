"""What the tests of a visit share."""

import datetime as dt

import pytest

from tests.clock import Clock


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    """A school morning in winter, on a Thursday."""
    return clock.set("2026-11-26 10:00")
