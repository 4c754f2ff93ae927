"""What the tests of upkeep share: a new version of the cast's policy, published by its admin."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from homevisits.escalation.sweep import sweep
from homevisits.trusts import publishing
from homevisits.trusts.models import Policy, School
from tests.cast import Cast
from tests.clock import Clock

Publish = Callable[..., Policy]


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    """A school morning in winter, on a Thursday."""
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def new_version(cast: Cast, now: dt.datetime) -> Publish:
    """Publish the next version with other values: `new_version(wait_minutes=10)`."""

    def publish(
        school: School | None = None, at: dt.datetime = now, note: str = "Shorter wait.", **values: Any
    ) -> Policy:
        draft = publishing.start_draft(
            trust=cast.trust, school=school, by=cast.admin, now=at, based_on=cast.policy
        )
        if values:
            draft = publishing.save_draft(policy=draft, by=cast.admin, now=at, values=values)
        return publishing.publish(policy=draft, by=cast.admin, now=at, note=note)

    return publish


@pytest.fixture
def at(clock: Clock) -> Callable[[str], dt.datetime]:
    """Let time pass to a moment at school, and have the timers look."""

    def move(moment: str) -> dt.datetime:
        then = clock.set(moment)
        sweep("test")
        return then

    return move
