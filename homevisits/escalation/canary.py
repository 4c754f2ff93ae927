"""The canary: a real deadline that goes the whole way once a minute, from the sweep to a sender.

It is swept as any other row is, and queues a notice to nobody (notices.trials). When none has come
through for LATE_AFTER seconds, something between a due time and a person's phone is broken, whatever
the heartbeat says.
"""

import datetime as dt
import math
import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from homevisits.clock import AppNow, app_now
from homevisits.escalation.models import Canary, CanaryAlarm, CanaryDeadline
from homevisits.people.models import Staff

KIND = "canary"
EVERY_MINUTES = 1
LATE_AFTER = 90.0
ONLY = 1
LOOKS_EVERY = 30.0


def ensure(*, now: dt.datetime) -> bool:
    """See that the canary flies; whether it had to be let out (again)."""
    if CanaryDeadline.objects.filter(state=CanaryDeadline.State.LIVE).exists():
        return False
    with transaction.atomic():
        Canary.objects.get_or_create(pk=ONLY)
        canary = Canary.objects.select_for_update().get(pk=ONLY)
        if canary.deadlines.filter(state=CanaryDeadline.State.LIVE).exists():
            return False
        CanaryAlarm.objects.all().delete()
        canary.deadlines.all().delete()
        canary.deadlines.create(
            kind=KIND,
            is_safety=False,
            due_at=now,
            next_at=now,
            created_at=now,
            nudges_left=CanaryDeadline.ENDLESS,
            nudge_minutes=EVERY_MINUTES,
        )
    return True


def restart() -> None:
    """Let it fly from now on: the time for which it waited was worked out by a clock that has been moved."""
    CanaryDeadline.objects.filter(state=CanaryDeadline.State.LIVE).update(next_at=AppNow())


_looked = -math.inf


def ensure_now_and_then() -> None:
    """`ensure` once in LOOKS_EVERY seconds: for a loop that turns much oftener."""
    global _looked
    if time.monotonic() - _looked > LOOKS_EVERY:
        ensure(now=app_now())
        _looked = time.monotonic()


def nobody(canary: Any) -> Iterable[Staff]:
    """Who is told when the canary itself cannot be processed: /healthz and the boards say it."""
    return ()
