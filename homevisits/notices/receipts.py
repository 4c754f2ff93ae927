"""What becomes of a notice after a provider has taken it: told by the provider, or asked of it."""

import datetime as dt
import logging
import time
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from homevisits.clock import AppNow, app_now
from homevisits.notices import notify
from homevisits.notices.accounts import TextAccount
from homevisits.notices.delivery import NotDelivered, Undeliverable
from homevisits.notices.models import Notice
from homevisits.notices.registry import tell_failed

DELIVERED = "delivered"
# A word is news only when it stands above the one before: receipts come twice, late and out of order.
ABOVE = {
    "": 0,
    "created": 1,
    "sending": 2,
    "pending": 3,
    "sent": 4,
    "temporary-failure": 5,
    "technical-failure": 5,
    "permanent-failure": 5,
    DELIVERED: 6,
}
FAILURES = {
    "temporary-failure": "The phone or the mailbox could not be reached: switched off, no signal, or full.",
    "technical-failure": "The network between Notify and the phone failed.",
    "permanent-failure": "The number or the address does not exist.",
}
HOUR = 3600
# Seconds from one question to the next; networks try for three days.
PAUSES = (5, 10, 20, 40, 60, 120, 300, 900, *(HOUR,) * 72)
AT_A_TIME = 30

logger = logging.getLogger(__name__)


def find(trust_id: int, provider_id: uuid.UUID, reference: str) -> Notice | None:
    """The notice that a provider speaks of: by our reference, which it may know before we know its own."""
    mine = Notice.objects.filter(recipient__trust_id=trust_id).select_related("recipient")
    try:
        ours = Q(uuid=uuid.UUID(reference))
    except ValueError:
        ours = Q(provider_id=provider_id)
    return mine.filter(ours).first()


def hear(notice: Notice, status: str, *, provider_id: uuid.UUID, now: dt.datetime) -> bool:
    """Write down what a provider says of a notice; the same again changes nothing.

    A failure is told to the hooks first, which lock subject and alarm; the notice's row comes last.
    False when one of them could not be asked: nothing is written, so that it is heard again.
    """
    if not _is_news(notice, status):
        return True
    with transaction.atomic():
        if status in FAILURES and not tell_failed(notice, now):
            return False
        fresh = Notice.objects.select_for_update().get(pk=notice.pk)
        if _is_news(fresh, status):
            fields = {"provider_status": status, "provider_id": provider_id} | _what_follows(
                fresh, status, now
            )
            Notice.objects.filter(pk=fresh.pk).update(**fields)
    return True


def _is_news(notice: Notice, status: str) -> bool:
    if status not in ABOVE:
        logger.warning("a provider says %r of notice %s", status[:24], notice.uuid)
        return False
    return ABOVE[status] > ABOVE.get(notice.provider_status, 0)


def _what_follows(notice: Notice, status: str, now: dt.datetime) -> dict[str, Any]:
    """The lease goes too: a sender that is still waiting for its answer has nothing more to write."""
    over = {"ask_at": None, "lease": None, "leased_until": None}
    if status == DELIVERED:
        came = {"state": Notice.State.SENT, "sent_at": notice.sent_at or now, "delivered_at": now}
        return over | came | {"failure": ""}
    if status not in FAILURES:
        return {}
    dropped = notice.state == Notice.State.DROPPED
    return over | {
        "state": Notice.State.DROPPED if dropped else Notice.State.FAILED,
        "failure": FAILURES[status],
    }


def ask(*, seconds: float) -> int:
    """Ask the provider about what has no receipt yet. Says how many were asked about."""
    until = time.monotonic() + seconds
    asked = 0
    accounts: dict[int, TextAccount | None] = {}
    for notice in _claim():
        trust = notice.recipient.trust_id
        if trust not in accounts:
            accounts[trust] = TextAccount.objects.filter(trust=trust).first()
        account = accounts[trust]
        if account is None or notice.provider_id is None:
            continue
        try:
            status = notify.status(account, notice.provider_id)
        except NotDelivered as failure:
            logger.warning("no receipt for notice %s: %s", notice.uuid, type(failure).__name__)
            if isinstance(failure, Undeliverable):  # forgotten there, so there is nothing to ask
                Notice.objects.filter(pk=notice.pk).update(ask_at=None)
            continue
        hear(notice, status, provider_id=notice.provider_id, now=app_now())
        asked += 1
        if time.monotonic() > until:
            break
    return asked


def _claim() -> list[Notice]:
    """Those whose time has come, each for one asker; the next time is further off each time."""
    with transaction.atomic():
        due = Notice.objects.filter(ask_at__lte=AppNow()).order_by("ask_at")
        locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
        notices = list(locked[:AT_A_TIME])
        for notice in notices:
            over = notice.asks >= len(PAUSES)
            pause = None if over else AppNow() + dt.timedelta(seconds=PAUSES[notice.asks])
            Notice.objects.filter(pk=notice.pk).update(ask_at=pause, asks=F("asks") + 1)
    return notices
