"""A served product on a school morning, and people who sit at their screens."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from homevisits.clock import app_now, from_local
from tests.browser.screens import Screens
from tests.clock import Clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

SCHOOL_MORNING = from_local(dt.date(2026, 11, 26), dt.time(10, 0))


@pytest.fixture
def morning(transactional_db: None, clock: Clock) -> Clock:
    """It is Thursday 26 November 2026, ten o'clock, and time goes on: whenever the tests run."""
    clock.advance(seconds=(SCHOOL_MORNING - app_now()).total_seconds())
    return clock


@pytest.fixture
def screens(chromium: "Browser", live_server: "LiveServer", morning: Clock) -> Iterator[Screens]:
    """Everybody's own browser on the served product."""
    screens = Screens(chromium, live_server.url)
    yield screens
    screens.close()
