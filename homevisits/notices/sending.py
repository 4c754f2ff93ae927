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

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from homevisits.clock import AppNow, app_now
from homevisits.notices import mail, trials
from homevisits.notices.models import Notice
from homevisits.notices.registry import FAILED_HOOKS

LEASE = dt.timedelta(seconds=20)
# A send may take the mail server's whole time limit, so one is not begun on a shorter rest.
NEEDED = dt.timedelta(seconds=12)
BATCH = 10
# Seconds until the next try, by how often it has been tried; after the last it has failed.
URGENT_PAUSES = (2, 4, 8, 15, 30, 60, 60, 60, 120, 120, 120)
PAUSES = (60, 300, 900, 3600, 3600, 4 * 3600, 12 * 3600)
# Somebody who cannot be reached is not waited for: after so many tries the ladder moves on.
TELLS_AFTER = 3
CELERYS_DELIVERY = 71_500_001  # any number; the key of a lock between Celery's own deliveries

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
        notices = list(locked.select_related("recipient")[:limit])
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
    return [Taken(n, lease, is_repeat=n.state == Notice.State.SENDING) for n in notices]


def deliver(batch: list[Taken]) -> int:
    """Send a leased batch; what the lease leaves no time for is given back. Says how many went."""
    began = time.monotonic()
    sent = 0
    with mail.Postbox() as postbox:
        for place, taken in enumerate(batch):
            if time.monotonic() - began > (LEASE - NEEDED).total_seconds():
                give_back(batch[place:])
                break
            sent += send(taken, postbox)
    return sent


def send(taken: Taken, postbox: mail.Postbox) -> bool:
    """Try one notice and write down how it went. Whether it went."""
    try:
        postbox.send(mail.written(taken.notice, is_repeat=taken.is_repeat))
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing can be written down, the lease will end
    except Exception as failure:
        logger.warning("notice %s not sent: %s", taken.notice.uuid, type(failure).__name__)
        record_failure(taken, failure)
        return False
    return record_sent(taken)


def record_sent(taken: Taken) -> bool:
    """Write that it went; False when another sender holds the notice by now."""
    mine = Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease)
    return bool(mine.update(state=Notice.State.SENT, sent_at=AppNow(), leased_until=None, failure=""))


def record_failure(taken: Taken, failure: Exception) -> None:
    """Put the notice back for its next try, or give up; tell those who wait for it to arrive.

    One transaction: the hooks lock subject and alarm first, the notice comes last.
    """
    tries = taken.notice.attempts + 1
    pauses = URGENT_PAUSES if taken.notice.is_urgent else PAUSES
    is_over = isinstance(failure, mail.Undeliverable) or tries > len(pauses)
    with transaction.atomic():
        now = app_now()
        if is_over or (tries >= TELLS_AFTER and taken.notice.is_urgent):
            is_over = tell_hooks(taken.notice, now) and is_over
        pause = pauses[min(tries, len(pauses)) - 1]
        Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease, state=Notice.State.SENDING).update(
            state=Notice.State.FAILED if is_over else Notice.State.QUEUED,
            lease=None,
            leased_until=None,
            next_try_at=now + dt.timedelta(seconds=pause),
            failure=mail.in_words(failure)[:200],
        )


def tell_hooks(notice: Notice, now: dt.datetime) -> bool:
    """Call every hook; False when one could not get its locks and has to be asked again.

    One that fails otherwise must not keep the failure itself from being written down.
    """
    heard = True
    for hook in FAILED_HOOKS:
        try:
            with transaction.atomic():
                hook(notice, now)
        except OperationalError:
            logger.warning("a hook could not be asked about notice %s", notice.uuid)
            heard = False
        except Exception:
            logger.exception("a hook failed over notice %s", notice.uuid)
    return heard


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
