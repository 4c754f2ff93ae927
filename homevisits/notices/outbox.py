"""The one way into the outbox: a row for each person and channel, in the caller's transaction."""

import datetime as dt
import uuid
from collections.abc import Iterable

from homevisits.batches import later
from homevisits.clock import AppNow
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import School


def queue(
    *,
    key: str,
    recipient: Staff,
    channel: str,
    subject: str,
    body: str,
    path: str = "",
    now: dt.datetime,
    urgent: bool = False,
    alarm: uuid.UUID | None = None,
    school: School | int | None = None,
    private: bool = False,
) -> None:
    """Put one notice into the outbox; a key that is there already is left alone.

    Inside the product a notice is delivered by being readable, so that row is sent at once.
    `private`: nobody but the recipient learns that there was one.
    """
    notice = drafted(
        key=key,
        recipient=recipient,
        channel=channel,
        subject=subject,
        body=body,
        path=path,
        now=now,
        urgent=urgent,
        alarm=alarm,
        school=school,
        private=private,
    )
    queue_all([notice])


def drafted(
    *,
    key: str,
    recipient: Staff,
    channel: str,
    subject: str,
    body: str,
    path: str = "",
    now: dt.datetime,
    urgent: bool = False,
    alarm: uuid.UUID | None = None,
    school: School | int | None = None,
    private: bool = False,
    caller: Staff | None = None,
) -> Notice:
    """A notice not yet in the outbox, for `queue_all`. `caller`: for a call, who is asked to ring."""
    in_app = channel == Notice.Channel.IN_APP
    return Notice(
        key=key,
        recipient=recipient,
        channel=channel,
        subject=subject[:120],
        body=body,
        path=path,
        is_urgent=urgent,
        alarm=alarm,
        school_id=school.pk if isinstance(school, School) else school,
        is_private=private,
        caller=caller,
        state=Notice.State.SENT if in_app else Notice.State.QUEUED,
        next_try_at=now,
        created_at=now,
        sent_at=now if in_app else None,
    )


def queue_all(notices: Iterable[Notice]) -> None:
    """Put drafted notices into the outbox with one statement; known keys are left alone."""
    later(_write, notices)


def _write(notices: list[Notice]) -> None:
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def drop_for_alarm(alarm: uuid.UUID) -> int:
    """What has not gone out about an alarm is no longer needed. Says how many were dropped.

    One that is on its way at this moment is not tried again, but still recorded if it arrives.
    Nobody has to ring any more either.
    """
    Call.objects.to_make().filter(notice__alarm=alarm).update(
        outcome=Call.Outcome.NOT_NEEDED, made_at=AppNow()
    )
    return Notice.objects.filter(alarm=alarm).waiting().update(state=Notice.State.DROPPED)
