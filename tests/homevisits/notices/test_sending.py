"""Notices leave the outbox once, or are tried again, and are never lost."""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from homevisits.notices import lanes, registry, sending
from homevisits.notices.models import Message, Notice
from homevisits.people.models import Staff
from tests.clock import Clock
from tests.mailserver import Letterbox

Queue = Callable[..., Notice]


def fresh(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def test_drain_sends_what_waits(queued: Queue, mail_server: Letterbox) -> None:
    notice = queued()
    assert sending.drain(seconds=5) == 1
    (message,) = mail_server.messages
    assert (message["To"], message["Subject"]) == ("rita@a.example", "HV-7K3Q has not come back")
    assert message["Message-ID"] == f"<{notice.uuid}@127.0.0.1>"
    assert "http://127.0.0.1:8000/alarms/1/" in str(message.get_payload())
    assert (fresh(notice).state, fresh(notice).attempts) == ("sent", 1)


def test_drain_with_no_mail_server_keeps_messages(queued: Queue, settings: Any) -> None:
    settings.MAILERS = {"default": {"BACKEND": "homevisits.notices.mail.KeptInDatabase"}}
    notice = queued()
    sending.drain(seconds=5)
    message = Message.objects.get()
    assert (message.notice, message.to, message.reference) == (
        notice,
        "rita@a.example",
        f"{notice.uuid}@127.0.0.1",
    )


def test_drain_sends_urgent_things_first(queued: Queue, mail_server: Letterbox) -> None:
    queued("later", urgent=False, subject="Later")
    queued("first", urgent=True, subject="First")
    sending.drain(seconds=5)
    assert [message["Subject"] for message in mail_server.messages] == ["First", "Later"]


def test_drain_urgent_leaves_the_rest(queued: Queue, mail_server: Letterbox) -> None:
    notice = queued(urgent=False)
    assert (sending.drain(seconds=5, urgent_only=True), fresh(notice).state) == (0, "queued")


def test_subject_on_two_lines_stays_one_header(queued: Queue, mail_server: Letterbox) -> None:
    queued(subject="Alarm\nBcc: all@a.example")
    sending.drain(seconds=5)
    assert [message["Subject"] for message in mail_server.messages] == ["Alarm Bcc: all@a.example"]


def test_taken_notice_is_nobody_elses_until_the_lease_ends(queued: Queue, clock: Clock) -> None:
    queued()
    assert len(sending.take(urgent=True)) == 1
    clock.advance(seconds=19)
    assert sending.take(urgent=True) == []
    clock.advance(seconds=2)
    (again,) = sending.take(urgent=True)
    assert again.is_repeat


def test_repeat_carries_the_same_reference_and_says_so(
    queued: Queue, clock: Clock, mail_server: Letterbox
) -> None:
    notice = queued()
    sending.take(urgent=True)
    clock.advance(seconds=21)
    sending.drain(seconds=5)
    (message,) = mail_server.messages
    assert message["Message-ID"] == f"<{notice.uuid}@127.0.0.1>"
    assert "This is a repeat" in str(message.get_payload())


def test_sender_that_lost_its_lease_writes_nothing_and_moves_no_ladder_on(
    queued: Queue, clock: Clock, failed: list[Notice]
) -> None:
    notice = queued(channel="text")
    (frozen,) = sending.take(urgent=True)
    clock.advance(seconds=21)
    sending.take(urgent=True)
    assert sending.record_sent(frozen) is False
    sending.record_failure(frozen, OSError())
    assert (fresh(notice).state, fresh(notice).failure, failed) == ("sending", "", [])


@pytest.mark.parametrize("state", ["sent", "dropped"])
def test_failure_of_what_arrived_or_is_not_needed_any_more_moves_no_ladder_on(
    queued: Queue, failed: list[Notice], state: str
) -> None:
    """A receipt may come before the answer, and an alarm may be resolved while a text is on its way."""
    notice = queued(channel="text")
    (taken,) = sending.take(urgent=True)
    Notice.objects.update(state=state)
    sending.record_failure(taken, OSError())
    assert (fresh(notice).state, fresh(notice).failure, failed) == (state, "", [])


def test_unreachable_server_is_tried_again_later(queued: Queue, clock: Clock, settings: Any) -> None:
    now = clock.set("2026-11-26 10:00")
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        },
    }
    notice = queued()
    assert sending.drain(seconds=5) == 0
    assert (fresh(notice).state, fresh(notice).next_try_at, fresh(notice).failure) == (
        "queued",
        now + dt.timedelta(seconds=2),
        "The mail server could not be reached.",
    )


def test_refusal_for_now_is_tried_again(queued: Queue, mail_server: Letterbox, failed: list[Notice]) -> None:
    mail_server.refuse = "450 later"
    notice = queued()
    sending.drain(seconds=1)
    assert (fresh(notice).state, failed) == ("queued", [])


def test_refusal_for_good_has_failed_and_is_told(
    queued: Queue, mail_server: Letterbox, failed: list[Notice]
) -> None:
    mail_server.refuse = "550 no such user"
    notice = queued()
    sending.drain(seconds=5)
    assert (fresh(notice).state, fresh(notice).failure) == ("failed", "The mail server refused the address.")
    assert failed == [notice]


def test_third_failure_of_something_urgent_is_told_and_tried_on(
    queued: Queue, clock: Clock, mail_server: Letterbox, failed: list[Notice]
) -> None:
    clock.set("2026-11-26 10:00")
    mail_server.refuse = "450 later"
    notice = queued()
    for expected in (0, 0, 1):
        sending.drain(seconds=1)
        assert len(failed) == expected
        clock.advance(minutes=2)
    assert fresh(notice).state == "queued"


@pytest.mark.parametrize(("urgent", "tries"), [(True, 12), (False, 8)])
def test_sender_gives_up_in_the_end(
    queued: Queue, clock: Clock, mail_server: Letterbox, failed: list[Notice], urgent: bool, tries: int
) -> None:
    clock.set("2026-11-26 10:00")
    mail_server.refuse = "450 later"
    notice = queued(urgent=urgent)
    for _ in range(tries):
        sending.drain(seconds=1)
        clock.advance(days=1)
    assert (fresh(notice).state, fresh(notice).attempts, failed[-1]) == ("failed", tries, notice)
    assert sending.drain(seconds=1) == 0


def test_broken_hook_does_not_hide_the_failure(
    queued: Queue, mail_server: Letterbox, failed: list[Notice], caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(notice: Notice, now: dt.datetime) -> None:
        connection.cursor().execute("SELECT 1/0")

    registry.FAILED_HOOKS.insert(0, breaks)
    mail_server.refuse = "550 no such user"
    notice = queued()
    with caplog.at_level(logging.CRITICAL):
        sending.drain(seconds=5)
    assert (fresh(notice).state, failed) == ("failed", [notice])


def test_one_failure_does_not_stop_the_others(queued: Queue, mail_server: Letterbox, reader: Staff) -> None:
    queued("bad", subject="Bad")
    queued("good", subject="Good")
    Staff.objects.update(email="")  # nothing to send to
    other = Staff.objects.create_user("other@a.example", trust=reader.trust, first_name="O", last_name="O")
    Notice.objects.filter(key="good").update(recipient=other)
    sending.drain(seconds=5)
    assert sorted(Notice.objects.values_list("key", "state")) == [("bad", "failed"), ("good", "sent")]


def test_dropped_notice_is_not_sent(queued: Queue, mail_server: Letterbox) -> None:
    queued()
    Notice.objects.update(state="dropped")
    assert sending.drain(seconds=5) == 0


def test_notice_dropped_on_its_way_is_recorded_as_sent(queued: Queue) -> None:
    notice = queued()
    (taken,) = sending.take(urgent=True)
    Notice.objects.update(state="dropped")
    assert sending.record_sent(taken)
    assert fresh(notice).state == "sent"


def test_given_back_notices_go_at_once_and_repeats_stay_repeats(queued: Queue, clock: Clock) -> None:
    queued("old")
    sending.take(urgent=True)
    clock.advance(seconds=21)
    queued("new")
    sending.give_back(sending.take(urgent=True))
    again = sending.take(urgent=True)
    assert {t.notice.key: t.is_repeat for t in again} == {"old": True, "new": False}


def test_neglect_is_seen_after_a_while(queued: Queue, clock: Clock) -> None:
    queued()
    assert not sending.is_neglected(dt.timedelta(seconds=2))
    clock.advance(seconds=3)
    assert sending.is_neglected(dt.timedelta(seconds=2))


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_take_the_same_notice(queued: Queue) -> None:
    for number in range(30):
        queued(f"n{number}")
    taken: list[str] = []
    barrier = threading.Barrier(3)

    def take_all() -> None:
        barrier.wait()
        while mine := sending.take(urgent=True, limit=3):
            taken.extend(t.notice.key for t in mine)
        connection.close()

    threads = [threading.Thread(target=take_all) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"n{number}" for number in range(30))


@pytest.mark.django_db(transaction=True)
def test_drain_in_background_sends_and_ends(queued: Queue) -> None:
    notice = queued()
    assert lanes.drain_in_background(5)
    lanes.finish(10)
    assert (fresh(notice).state, lanes.drain_in_background(5)) == ("sent", False)


@pytest.mark.django_db(transaction=True)
def test_alone_holds_a_key_once() -> None:
    seen: list[bool] = []

    def try_it() -> None:
        with sending.alone(1) as mine:
            seen.append(mine)
        connection.close()

    with sending.alone(1) as mine:
        other = threading.Thread(target=try_it)
        other.start()
        other.join()
    assert (mine, seen) == (True, [False])
