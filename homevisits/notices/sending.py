"""Takes notices out of the outbox and sends them: lease, send outside any transaction, record."""

import contextvars
import datetime as dt
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from homevisits.clock import AppNow, app_now
from homevisits.notices import channels, trials
from homevisits.notices.delivery import NotNow, Silent, Undeliverable, Unsure, in_words
from homevisits.notices.models import Notice
from homevisits.notices.registry import tell_failed

LEASE = dt.timedelta(seconds=20)
# A send may take the whole time limit of a mail server or of Notify: it is not begun on a shorter rest.
NEEDED = dt.timedelta(seconds=12)
BATCH = 10
# Seconds until the next try, by how often it has been tried; after the last it has failed.
URGENT_PAUSES = (2, 4, 8, 15, 30, 60, 60, 60, 120, 120, 120)
PAUSES = (60, 300, 900, 3600, 3600, 4 * 3600, 12 * 3600)
# Somebody who cannot be reached is not waited for: after so many tries the ladder moves on. A mail
# server is often busy for a moment; by any other way the first failure is the reason to move on.
TELLS_AFTER = {Notice.Channel.EMAIL: 3}
# When a provider is first asked whether it arrived.
FIRST_ASKED = dt.timedelta(seconds=5)
# Any numbers: the keys of locks between Celery's own tasks.
CELERYS_DELIVERY = 71_500_001
CELERYS_FOLLOWING = 71_500_002

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """A notice in this sender's hands. `is_repeat`: a sender before fell silent over it."""

    notice: Notice
    lease: uuid.UUID
    is_repeat: bool


def drain(*, seconds: float, urgent_only: bool = False) -> int:
    """Send what waits, urgent things first, until nothing does or the time is up. Says how many."""
    until = time.monotonic() + seconds
    sent = 0
    while time.monotonic() < until:
        taken = take(urgent=True)
        if not taken and not urgent_only:
            taken = take(urgent=False)
        if not taken:
            break
        sent += deliver(taken)
    trials.carry()
    return sent


def take(*, urgent: bool, limit: int = BATCH) -> list[Taken]:
    """Lease the oldest notices whose time has come; other senders' are passed over."""
    waiting = Notice.objects.waiting().filter(is_urgent=urgent, next_try_at__lte=AppNow())
    with transaction.atomic():
        locked = waiting.order_by("next_try_at").select_for_update(skip_locked=True, of=("self",))
        notices = list(locked.select_related("recipient__trust__text_account")[:limit])
        if not notices:
            return []
        lease, until = uuid.uuid4(), app_now() + LEASE
        Notice.objects.filter(pk__in=[n.pk for n in notices]).update(
            state=Notice.State.SENDING,
            lease=lease,
            leased_until=until,
            next_try_at=until,
            attempts=F("attempts") + 1,
        )
    return [Taken(n, lease, is_repeat=n.may_have_gone or n.state == Notice.State.SENDING) for n in notices]


def deliver(batch: list[Taken]) -> int:
    """Send a leased batch; what the lease leaves no time for is given back. Says how many went.

    Texts go last and, once their provider has hung, are not tried again in this batch: nothing by
    another way waits behind them for longer than once.
    """
    began = time.monotonic()
    sent = 0
    silent: set[str] = set()
    batch = sorted(batch, key=lambda taken: channels.ORDER.index(taken.notice.channel))
    with channels.batch():
        for place, taken in enumerate(batch):
            if time.monotonic() - began > (LEASE - NEEDED).total_seconds():
                give_back(batch[place:])
                break
            sent += send(taken, silent)
    return sent


def send(taken: Taken, silent: set[str]) -> bool:
    """Try one notice and write down how it went. Whether it went. `silent` are channels that hang."""
    try:
        if taken.notice.channel in silent:
            raise NotNow("The provider did not answer a moment ago.")
        reference = channels.send(taken.notice, is_repeat=taken.is_repeat)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing can be written down, the lease will end
    except Exception as failure:
        logger.warning("notice %s not sent: %s", taken.notice.uuid, type(failure).__name__)
        if isinstance(failure, Silent):
            silent.add(taken.notice.channel)
        record_failure(taken, failure)
        return False
    return record_sent(taken, reference)


def record_sent(taken: Taken, reference: uuid.UUID | None = None) -> bool:
    """Write that it went; False when another sender holds the notice by now, or its receipt came first."""
    mine = Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease)
    fields: dict[str, Any] = {"provider_id": reference, "ask_at": AppNow() + FIRST_ASKED} if reference else {}
    return bool(
        mine.update(state=Notice.State.SENT, sent_at=AppNow(), leased_until=None, failure="", **fields)
    )


def record_failure(taken: Taken, failure: Exception) -> None:
    """Put the notice back for its next try, or give up; tell those who wait for it to arrive.

    One transaction: the hooks lock subject and alarm first, the notice comes last.
    """
    tries = taken.notice.attempts + 1
    pauses = URGENT_PAUSES if taken.notice.is_urgent else PAUSES
    is_over = isinstance(failure, Undeliverable) or tries > len(pauses)
    tells_after = TELLS_AFTER.get(Notice.Channel(taken.notice.channel), 1)
    unsure = {"may_have_gone": True} if isinstance(failure, Unsure) else {}
    with transaction.atomic():
        now = app_now()
        if is_over or (tries >= tells_after and taken.notice.is_urgent):
            is_over = tell_failed(taken.notice, now) and is_over
        pause = pauses[min(tries, len(pauses)) - 1]
        Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease, state=Notice.State.SENDING).update(
            state=Notice.State.FAILED if is_over else Notice.State.QUEUED,
            lease=None,
            leased_until=None,
            next_try_at=now + dt.timedelta(seconds=pause),
            failure=in_words(failure)[:200],
            **unsure,
        )


def give_back(batch: list[Taken]) -> None:
    """Leave notices to the next sender at once; one that may be a repeat stays marked as such."""
    for is_repeat in (False, True):
        mine = [t for t in batch if t.is_repeat is is_repeat]
        Notice.objects.filter(
            pk__in=[t.notice.pk for t in mine], lease__in={t.lease for t in mine}, state=Notice.State.SENDING
        ).update(
            state=Notice.State.SENDING if is_repeat else Notice.State.QUEUED,
            next_try_at=AppNow(),
            attempts=F("attempts") - 1,
        )


def is_neglected(after: dt.timedelta) -> bool:
    """Whether something urgent has waited so long that no sender seems to be alive."""
    late = Notice.objects.waiting().filter(is_urgent=True, next_try_at__lte=AppNow() - after)
    return late.exists()


@contextmanager
def alone(key: int) -> Iterator[bool]:
    """Whether this is the only holder of a key in the database, while the block lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


_background = threading.Lock()


def drain_urgent(seconds: float) -> int:
    """Send urgent notices, at most for so many seconds. Says how many went."""
    return drain(seconds=seconds, urgent_only=True)


def drain_in_background(seconds: float) -> bool:
    """Start a bounded drain of urgent notices in a thread, one a process; whether one was started."""
    if not _background.acquire(blocking=False):
        return False
    here = contextvars.copy_context()  # with the clock as the caller has it
    threading.Thread(target=here.run, args=(_drain_and_leave, seconds), name="drain", daemon=True).start()
    return True


def _drain_and_leave(seconds: float) -> None:
    try:
        drain_urgent(seconds)
    except Exception:
        logger.exception("the drain in the background failed")
    finally:
        connection.close()
        _background.release()
