"""One row a person and channel, and no second one."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection

from homevisits.notices.models import Notice
from homevisits.notices.outbox import drop_for_alarm
from homevisits.people.models import Staff
from tests.clock import Clock

Queue = Callable[..., Notice]


def test_queue_leaves_a_known_key_alone(queued: Queue, reader: Staff) -> None:
    first = queued(subject="First")
    again = queued(subject="Second")
    assert (first.pk, again.subject, reader.notices.count()) == (again.pk, "First", 1)


def test_notice_in_the_product_is_sent_by_being_readable(queued: Queue, clock: Clock) -> None:
    now = clock.set("2026-11-26 10:00")
    notice = queued(channel="in_app")
    assert (notice.state, notice.sent_at) == ("sent", now)


def test_mail_waits_to_go(queued: Queue, clock: Clock) -> None:
    now = clock.set("2026-11-26 10:00")
    notice = queued()
    assert (notice.state, notice.next_try_at, notice.sent_at) == ("queued", now, None)


@pytest.mark.parametrize(("state", "after"), [
    ("queued", "dropped"), ("sending", "dropped"), ("sent", "sent"), ("failed", "failed"),
])  # fmt: skip
def test_drop_leaves_what_has_gone(queued: Queue, state: str, after: str) -> None:
    alarm = uuid.uuid4()
    notice = queued(alarm=alarm)
    Notice.objects.update(state=state)
    drop_for_alarm(alarm)
    notice.refresh_from_db()
    assert notice.state == after


def test_drop_leaves_other_alarms(queued: Queue) -> None:
    queued(alarm=uuid.uuid4())
    assert drop_for_alarm(uuid.uuid4()) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("urgent", "heard"), [(True, 1), (False, 0)])
def test_only_something_urgent_wakes_senders(queued: Queue, urgent: bool, heard: int) -> None:
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("LISTEN homevisits_urgent")
    queued(urgent=urgent)
    assert len(list(raw.notifies(timeout=0.2))) == heard
    raw.execute("UNLISTEN *")
