"""Takes notices out of the outbox and sends them: lease, send outside any transaction, record."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from homevisits.clock import AppNow, app_now
from homevisits.notices import channels, trials
from homevisits.notices.delivery import Silent, Undeliverable, Unsure, in_words
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
# server is often busy for a moment; that it hangs, and any other way's first failure, is reason enough.
TELLS_AFTER = {Notice.Channel.EMAIL: 3}
# When Notify is first asked whether it arrived; whoever rings by machine tells us by itself.
ASKED_ABOUT = {Notice.Channel.TEXT, Notice.Channel.EMAIL}
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


def drain(*, seconds: float, urgent_only: bool = False, ways: Sequence[str] = channels.ORDER) -> int:
    """Send what waits, urgent things first, until nothing does or the time is up. Says how many.

    By turns a batch of each channel, so that one whose provider hangs delays no other for more than
    its own time limit. Where there are threads, `lanes` has one for each.
    """
    until = time.monotonic() + seconds
    sent, took = 0, True
    while took and time.monotonic() < until:
        took = False
        for urgent, way in what_waits(urgent_only=urgent_only, ways=ways):
            batch = take(urgent=urgent, channel=way)
            sent, took = sent + deliver(batch), took or bool(batch)
    trials.carry()
    return sent


def what_waits(
    *, urgent_only: bool = False, ways: Sequence[str] = channels.ORDER
) -> Sequence[tuple[bool, str]]:
    """The channels on which something is due, those with something urgent first; of these only that."""
    due = Notice.objects.waiting().filter(next_try_at__lte=AppNow(), channel__in=ways)
    found = set(due.order_by().values_list("is_urgent", "channel").distinct())
    urgent = [(True, way) for way in channels.ORDER if (True, way) in found]
    rest = [(False, way) for way in channels.ORDER if (False, way) in found and (True, way) not in found]
    return urgent if urgent_only else urgent + rest


def take(*, urgent: bool, channel: str = "", limit: int = BATCH) -> list[Taken]:
    """Lease the oldest notices of a channel whose time has come; other senders' are passed over."""
    waiting = Notice.objects.waiting().filter(is_urgent=urgent, next_try_at__lte=AppNow())
    if channel:
        waiting = waiting.filter(channel=channel)
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
    """Send a leased batch; what the lease leaves no time for is given back. Says how many went."""
    began = time.monotonic()
    sent = 0
    with channels.batch():
        for place, taken in enumerate(batch):
            if time.monotonic() - began > (LEASE - NEEDED).total_seconds():
                give_back(batch[place:])
                break
            sent += send(taken)
    return sent


def send(taken: Taken) -> bool:
    """Try one notice and write down how it went. Whether it went."""
    try:
        reference = channels.send(taken.notice, is_repeat=taken.is_repeat)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing can be written down, the lease will end
    except Exception as failure:
        logger.warning("notice %s not sent: %s", taken.notice.uuid, type(failure).__name__)
        record_failure(taken, failure)
        return False
    return record_sent(taken, reference)


def record_sent(taken: Taken, reference: uuid.UUID | None = None) -> bool:
    """Write that it went; False when another sender holds the notice by now, or its receipt came first."""
    mine = Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease)
    fields: dict[str, Any] = {"provider_id": reference} if reference else {}
    if reference and taken.notice.channel in ASKED_ABOUT:
        fields["ask_at"] = AppNow() + FIRST_ASKED
    return bool(
        mine.update(state=Notice.State.SENT, sent_at=AppNow(), leased_until=None, failure="", **fields)
    )


def record_failure(taken: Taken, failure: Exception) -> None:
    """Put the notice back for its next try, or give up; tell those who wait for it to arrive.

    One transaction: the hooks lock subject and alarm first, the notice comes last. Nobody is told by
    a sender that lost its lease, or of what is not needed any more or has arrived meanwhile.
    """
    mine = Notice.objects.filter(pk=taken.notice.pk, lease=taken.lease, state=Notice.State.SENDING)
    tries = taken.notice.attempts + 1
    pauses = URGENT_PAUSES if taken.notice.is_urgent else PAUSES
    is_over = isinstance(failure, Undeliverable) or tries > len(pauses)
    waits = 1 if isinstance(failure, Silent) else TELLS_AFTER.get(Notice.Channel(taken.notice.channel), 1)
    unsure = {"may_have_gone": True} if isinstance(failure, Unsure) else {}
    with transaction.atomic():
        if not mine.exists():
            return
        now = app_now()
        if is_over or (tries >= waits and taken.notice.is_urgent):
            is_over = tell_failed(taken.notice, now) and is_over
        pause = pauses[min(tries, len(pauses)) - 1]
        mine.update(
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
