"""What the tests of a visit share."""

import datetime as dt
from typing import Any

import pytest

from homevisits.notices.models import PushSubscription
from homevisits.people.models import Staff
from tests.cast import Cast
from tests.clock import Clock
from tests.notify import Pretend


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    """A school morning in winter, on a Thursday."""
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def phones(cast: Cast, clock: Clock, notify: Pretend, settings: Any) -> None:
    """Everybody of the cast can be reached by text and by an alert on their phone."""
    settings.VAPID_PRIVATE_KEY = "not used: nothing is sent"
    notify.account(cast.trust)
    for number, person in enumerate(cast.people.values()):
        Staff.objects.filter(pk=person.pk).update(mobile=f"+4477009003{number:02}")
        PushSubscription.objects.create(
            staff=person, endpoint=f"https://push.example/{person.pk}", label="Phone", created_at=clock.now
        )
