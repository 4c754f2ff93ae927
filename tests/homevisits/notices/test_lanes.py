"""Providers that hang, one or several at once: what goes another way goes all the same."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from homevisits.notices import lanes, phones, push, sending
from homevisits.notices.delivery import Silent
from homevisits.notices.models import Notice, PushSubscription
from homevisits.notices.vapid import new_private_key
from homevisits.people.models import Staff
from tests.homevisits.notices.conftest import Queue
from tests.homevisits.notices.test_push import Phone
from tests.notify import Pretend

MOBILE = "+447700900101"


@pytest.fixture
def hole() -> Iterator[int]:
    """The port of a server that takes every connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield int(listening.getsockname()[1])


@pytest.fixture
def hanging_phone(hole: int, reader: Staff, settings: Any) -> PushSubscription:
    settings.VAPID_PRIVATE_KEY = new_private_key()
    keys = Phone(url=f"http://127.0.0.1:{hole}/1").keys
    return phones.switch_on(staff=reader, agent="", **keys)


@pytest.fixture
def hanging_mail(hole: int, settings: Any) -> None:
    options = {"host": "127.0.0.1", "port": hole, "timeout": 3}
    settings.MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}
    }


@pytest.fixture
def account(notify: Pretend, reader: Staff) -> None:
    notify.account(reader.trust)
    Staff.objects.filter(pk=reader.pk).update(mobile=MOBILE)
    reader.refresh_from_db()


def several(queued: Queue, channel: str, many: int = 12) -> None:
    for number in range(many):
        queued(f"{channel}{number}", channel=channel, subject=f"HV-7K3Q, {number}")


def in_state(channel: str, state: str) -> int:
    return Notice.objects.filter(channel=channel, state=state).count()


@pytest.mark.django_db(transaction=True)
def test_texts_wait_neither_for_a_push_service_nor_for_a_mail_server_that_hangs(
    queued: Queue, notify: Pretend, account: None, hanging_phone: PushSubscription, hanging_mail: None
) -> None:
    for channel in ("push", "email", "text"):
        several(queued, channel)
    began = time.monotonic()
    lanes.drain_in_background(0.1)
    while in_state("text", "sent") < 10 and time.monotonic() - began < 10:
        time.sleep(0.05)
    took = time.monotonic() - began
    assert (in_state("push", "sending"), in_state("email", "sending")) == (10, 10)  # both still hang
    lanes.finish(20)
    assert (in_state("text", "sent"), took < 2) == (10, True)


def test_one_thread_alone_waits_for_what_hangs_once_and_texts_go_first(
    queued: Queue, notify: Pretend, account: None, hanging_phone: PushSubscription, hanging_mail: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(push, "PATIENCE", (1.0, 1.0))
    for channel in ("push", "email", "text"):
        several(queued, channel)
    began = time.monotonic()
    sending.drain(seconds=0.01)
    said = set(Notice.objects.exclude(failure="").values_list("channel", "failure"))
    sending.drain(seconds=0.01)
    assert (in_state("text", "sent"), time.monotonic() - began < 7) == (12, True)
    assert said == {
        ("push", "The push service did not answer in time."),
        ("push", "The provider did not answer a moment ago."),
        ("email", "The mail server did not answer in time."),
        ("email", "The provider did not answer a moment ago."),
    }


def test_phones_that_hang_get_no_longer_together_than_the_lease_allows(
    queued: Queue, reader: Staff, settings: Any, hanging_phone: PushSubscription,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Each at another maker's: nothing is known of the next when the one before hung."""
    monkeypatch.setattr(push, "PATIENCE", (1.0, 1.0))
    monkeypatch.setattr(push, "WHOLE", 1.5)
    holes = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    for each in holes:
        url = f"http://127.0.0.1:{each.getsockname()[1]}/1"
        phones.switch_on(staff=reader, agent="", **Phone(url=url).keys)
    began = time.monotonic()
    with pytest.raises(Silent):
        push.send(queued(channel="push"), is_repeat=False)
    assert time.monotonic() - began < 3
    assert PushSubscription.objects.exclude(failed_at=None).count() == 2
    for each in holes:
        each.close()


def test_the_longest_that_phones_may_take_fits_into_a_lease() -> None:
    longest = push.WHOLE + sum(push.PATIENCE)
    assert longest < sending.NEEDED.total_seconds() < sending.LEASE.total_seconds()


def test_a_mail_server_that_hangs_moves_the_ladder_on_at_the_first_try(
    queued: Queue, hanging_mail: None, failed: list[Notice]
) -> None:
    notice = queued()
    sending.drain(seconds=0.01)
    assert failed == [notice]
