"""Notices to nobody, once a minute: the proof that whatever is queued is also taken out and sent."""

import datetime as dt

from homevisits.clock import AppNow
from homevisits.notices.models import Trial

KEPT = dt.timedelta(hours=2)


def queue_trial(*, due_at: dt.datetime, now: dt.datetime) -> None:
    """Put a trial into the outbox, in the caller's transaction; those of long ago are forgotten."""
    Trial.objects.filter(due_at__lt=now - KEPT).delete()
    Trial.objects.create(due_at=due_at, queued_at=now)


def carry() -> int:
    """A sender has come to the end of its round: every trial that waits has gone. Says how many."""
    return Trial.objects.filter(sent_at=None).update(sent_at=AppNow())
