"""Papers that are made once by whoever is alive, and kept: a row each, under a lease.

A worker makes them. When none answers, the page that waits makes its own in the background: the
lease on the row, taken by one conditional update, sees to it that a copy is made once.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, models
from django.db.models import Q
from kombu.exceptions import KombuError

from homevisits import celery_app

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=45)
PATIENCE = dt.timedelta(seconds=3)
AT_ONCE = 2
_hands = threading.BoundedSemaphore(AT_ONCE)


class Made(models.Model):
    """A PDF that somebody asked for: waiting, being made, ready or failed."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be made"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"

    asked_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    started_at = models.DateTimeField("somebody is making it since", null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


def hand_over(task: str, key: int) -> None:
    """Tell the workers. Nobody listening is no harm: whoever looks next makes the copy."""
    try:
        celery_app.send_task(task, args=[key], retry=False)
    except (KombuError, OSError):
        logger.warning("no broker: %s %s waits for its page", task, key)


def lease(table: type[models.Model], key: int, now: dt.datetime) -> bool:
    """Whether this process makes it: it waits, or whoever began has been gone for too long."""
    abandoned = Q(state=Made.State.MAKING, started_at__lt=now - LEASE)
    open_ones = table._default_manager.filter(Q(state=Made.State.QUEUED) | abandoned, pk=key)
    return open_ones.update(state=Made.State.MAKING, started_at=now) == 1


def settle(table: type[models.Model], key: int, started: dt.datetime, **columns: Any) -> None:
    """Write the result, unless the lease has passed to somebody else."""
    mine = table._default_manager.filter(pk=key, state=Made.State.MAKING, started_at=started)
    mine.update(**columns)


def make_if_left(copy: Any, make: Callable[[int], None], *, now: dt.datetime) -> bool:
    """Make a copy here, behind the page that waits for it, when no worker has; whether it was begun."""
    left = copy.state == Made.State.QUEUED and now - copy.asked_at > PATIENCE
    since = copy.started_at
    abandoned = copy.state == Made.State.MAKING and since is not None and now - since > LEASE
    if not (left or abandoned) or not _hands.acquire(blocking=False):
        return False
    threading.Thread(target=_make_and_leave, args=(make, copy.pk), name="document", daemon=True).start()
    return True


def _make_and_leave(make: Callable[[int], None], key: int) -> None:
    try:
        make(key)
    except Exception:
        logger.exception("document %s was not made in the background", key)
    finally:
        connection.close()
        _hands.release()
