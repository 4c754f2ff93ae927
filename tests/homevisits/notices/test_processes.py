"""The sender as a real process, and what a kill at the worst moment leaves behind."""

import signal
from collections.abc import Callable

import pytest

from homevisits.notices.models import Notice
from tests.clock import Clock
from tests.mailserver import letterbox
from tests.running import Running, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
Queue = Callable[..., Notice]
DRAIN = "from homevisits.notices.sending import drain; drain(seconds=30)"


def is_sent(notice: Notice) -> Callable[[], bool]:
    return lambda: Notice.objects.filter(pk=notice.pk, state="sent").exists()


def test_sender_sends_within_a_second_of_being_told(queued: Queue, running: Running) -> None:
    with letterbox() as server:
        sender = running.manage("sender", EMAIL_URL=server.url)
        wait_for(is_sent(queued("first")))
        assert wait_for(is_sent(queued("second"))) < 1
        sender.send_signal(signal.SIGTERM)
        assert sender.wait(5) == 0


def test_sender_killed_after_the_server_took_the_mail_repeats_it_with_the_same_reference(
    queued: Queue, running: Running, clock: Clock
) -> None:
    notice = queued()
    with letterbox() as server:
        sender = running.python(DRAIN, EMAIL_URL=server.url)
        server.on_accept = sender.kill
        sender.wait(20)
        server.on_accept = lambda: None
        clock.advance(seconds=21)
        running.python(DRAIN, EMAIL_URL=server.url).wait(20)
        assert [message["Message-ID"] for message in server.messages] == [f"<{notice.uuid}@127.0.0.1>"] * 2
        assert "This is a repeat" in str(server.messages[1].get_payload())
    assert is_sent(notice)()


def test_sender_frozen_over_its_lease_writes_nothing_when_it_wakes(
    queued: Queue, running: Running, clock: Clock
) -> None:
    notice = queued()
    with letterbox() as server:
        frozen = running.python(DRAIN, EMAIL_URL=server.url)
        server.on_accept = lambda: frozen.send_signal(signal.SIGSTOP)
        wait_for(lambda: server.messages)
        server.on_accept = lambda: None
        clock.advance(seconds=21)
        running.python(DRAIN, EMAIL_URL=server.url).wait(20)
        first = Notice.objects.get(pk=notice.pk)
        frozen.send_signal(signal.SIGCONT)
        frozen.wait(20)
    last = Notice.objects.get(pk=notice.pk)
    assert (first.state, last.sent_at, last.lease) == ("sent", first.sent_at, first.lease)
