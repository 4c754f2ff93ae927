"""Texts through the real client to a real server: out, receipts, and what staff text to us."""

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.db import ProgrammingError, transaction
from django.test import Client
from notifications_python_client.errors import APIError

from homevisits.audit.models import Look
from homevisits.local.notify import callbacks
from homevisits.notices import keeping, receipts, receiving, registry, sending
from homevisits.notices import notify as client
from homevisits.notices.accounts import ReceivedText, TextAccount
from homevisits.notices.delivery import Unsure
from homevisits.notices.models import Notice
from homevisits.notices.notify import Incoming
from homevisits.notices.registry import Inbound
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.clock import Clock
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory
from tests.notify import Pretend

Queue = Callable[..., Notice]
MOBILE = "+447700900101"


@pytest.fixture(autouse=True)
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:42")


@pytest.fixture
def account(notify: Pretend, reader: Staff) -> TextAccount:
    Staff.objects.filter(pk=reader.pk).update(mobile=MOBILE)
    reader.refresh_from_db()
    return notify.account(reader.trust)


@pytest.fixture
def text(queued: Queue, account: TextAccount) -> Notice:
    subject = "Alarm: HV-7K3Q has not come back"
    return queued(channel="text", subject=subject, body="HV-7K3Q has not come back. Due 10:40.")


def fresh(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


def stands(notice: Notice) -> tuple[str, str, bool]:
    row = fresh(notice)
    return row.state, row.provider_status, row.delivered_at is not None


# --- Out --------------------------------------------------------------------------------------


def test_a_text_says_what_where_and_when_under_our_reference(text: Notice, notify: Pretend) -> None:
    assert sending.drain(seconds=5) == 1
    (message,) = notify.taken
    words = "Alarm: HV-7K3Q has not come back. Due 10:40. http://127.0.0.1:8000/alarms/1/ Sent 10:42."
    assert (message.body, message.to, message.reference) == (words, MOBILE, str(text.uuid))
    assert str(fresh(text).provider_id) == message.id


def test_a_text_after_a_crash_carries_the_same_reference_and_says_that_it_is_a_repeat(
    text: Notice, notify: Pretend, clock: Clock
) -> None:
    sending.take(urgent=True)
    clock.advance(seconds=21)
    sending.drain(seconds=5)
    (message,) = notify.taken
    assert message.reference == str(text.uuid)
    assert message.body.endswith("Sent 10:42. Repeat: you may have had this already.")


def test_a_provider_that_hangs_is_waited_for_once_and_holds_up_no_email(
    text: Notice, queued: Queue, notify: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homevisits.notices.notify.PATIENCE", (0.2, 0.2))
    queued("second", channel="text", subject="Another")
    mail = queued("mail")
    notify.misbehave(slow=0.5)
    assert sending.deliver(sending.take(urgent=True)) == 1
    assert fresh(mail).state == "sent"
    assert sorted(Notice.objects.filter(channel="text").values_list("failure", flat=True)) == [
        "Notify did not answer in time.",
        "The provider did not answer a moment ago.",
    ]


def test_email_goes_through_notify_where_the_account_says_so(
    queued: Queue, account: TextAccount, notify: Pretend
) -> None:
    TextAccount.objects.update(sends_email=True)
    notice = queued(subject="Look", body="At once.")
    sending.drain(seconds=5)
    (message,) = notify.taken
    assert (message.kind, message.to, message.subject) == ("email", "rita@a.example", "Look")
    assert message.body == "At once.\n\nhttp://127.0.0.1:8000/alarms/1/"
    notify.settle()
    assert stands(notice) == ("sent", "delivered", True)


def test_a_text_without_an_account_has_failed_in_words(queued: Queue, reader: Staff) -> None:
    notice = queued(channel="text")
    sending.drain(seconds=5)
    assert (fresh(notice).state, fresh(notice).failure) == ("failed", "The trust has no text account.")


# --- Receipts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["callback", "polling"])
def test_a_receipt_says_that_it_arrived(
    text: Notice, notify: Pretend, clock: Clock, client: Client, reader: Staff, way: str
) -> None:
    sending.drain(seconds=5)
    client.force_login(reader)
    assert "Sent, not delivered yet" in client.get("/notices/sent/").content.decode()
    notify.exchange.settle()
    if way == "callback":
        notify.call_back()
    else:
        assert receipts.ask(seconds=5) == 0  # too early
        clock.advance(seconds=5)
        assert (receipts.ask(seconds=5), receipts.ask(seconds=5)) == (1, 0)
    assert stands(text) == ("sent", "delivered", True)
    assert "Delivered" in client.get("/notices/sent/").content.decode()
    clock.advance(days=1)
    assert receipts.ask(seconds=5) == 0


@pytest.mark.django_db(transaction=True)
def test_a_receipt_comes_over_http(text: Notice, notify: Pretend, live_server: Any) -> None:
    notify.exchange.site = live_server.url
    sending.drain(seconds=5)
    notify.exchange.settle()
    assert callbacks.tell(notify.exchange) == 1
    assert stands(text) == ("sent", "delivered", True)


def test_what_notify_has_forgotten_is_not_asked_about_again(
    text: Notice, notify: Pretend, clock: Clock
) -> None:
    sending.drain(seconds=5)
    notify.exchange.messages.clear()
    clock.advance(seconds=5)
    receipts.ask(seconds=5)
    assert (fresh(text).ask_at, TextAccount.objects.get().is_failing) == (None, False)


def test_receipts_count_once_and_what_is_late_changes_nothing(text: Notice, notify: Pretend) -> None:
    sending.drain(seconds=5)
    (message,) = notify.taken
    for status in ("delivered", "sending", "temporary-failure", "delivered"):
        notify.exchange.decide(message.id, status)
        notify.call_back()
    assert notify.heard == [204] * 4
    assert stands(text) == ("sent", "delivered", True)


def test_a_phone_that_was_off_and_came_on_again_has_had_it(text: Notice, notify: Pretend) -> None:
    sending.drain(seconds=5)
    (message,) = notify.taken
    for status in ("temporary-failure", "delivered"):
        notify.exchange.decide(message.id, status)
        notify.call_back()
    assert (stands(text), fresh(text).failure) == (("sent", "delivered", True), "")


def test_a_receipt_for_a_text_whose_answer_was_lost_ends_the_tries(
    text: Notice, notify: Pretend, clock: Clock
) -> None:
    notify.misbehave(lose=True)
    sending.drain(seconds=0.01)
    assert fresh(text).state == "queued"
    notify.settle()
    assert stands(text) == ("sent", "delivered", True)
    clock.advance(seconds=10)
    assert (sending.drain(seconds=5), len(notify.taken)) == (0, 1)


@pytest.mark.parametrize("token", ["", "Bearer wrong", "Bearer "])
@pytest.mark.parametrize("what", ["receipt", "text"])
def test_callbacks_without_the_token_change_nothing(
    text: Notice, account: TextAccount, notify: Pretend, client: Client, token: str, what: str
) -> None:
    sending.drain(seconds=5)
    before = stands(text)
    said = {
        "receipt": {"id": notify.taken[0].id, "reference": str(text.uuid), "status": "permanent-failure"},
        "text": {"id": str(text.uuid), "source_number": "447700900101", "message": "OK", "date_received": ""},
    }[what]
    for key in (account.uuid, text.uuid):  # one that is there, one that is not
        path = f"/notices/notify/{key}/{what}/"
        reply = client.post(path, said, content_type="application/json", headers={"Authorization": token})
        assert (reply.status_code, reply.content) == (401, b"")
    assert (stands(text), ReceivedText.objects.count()) == (before, 0)


def test_a_receipt_of_another_trust_or_of_nothing_of_ours_changes_nothing(
    text: Notice, notify: Pretend, client: Client
) -> None:
    sending.drain(seconds=5)
    stranger = staff_with(RoleName.OFFICE, SchoolFactory())
    notify.account(stranger.trust)
    theirs = list(notify.exchange.services.values())[-1]
    said = {"id": notify.taken[0].id, "reference": str(text.uuid), "status": "permanent-failure"}
    headers = {"Authorization": f"Bearer {theirs.token}"}
    reply = client.post(theirs.receipt_url, said, content_type="application/json", headers=headers)
    assert (reply.status_code, fresh(text).state) == (204, "sent")
    broken = client.post(theirs.receipt_url, {"id": 1}, content_type="application/json", headers=headers)
    assert broken.status_code == 400


# --- In ---------------------------------------------------------------------------------------


@pytest.fixture
def asked() -> Iterator[list[Inbound]]:
    """What the one hook was asked; it understands OK, and breaks over "break"."""
    others = registry.TEXT_HOOKS[:]
    seen: list[Inbound] = []

    def hook(inbound: Inbound, now: dt.datetime) -> tuple[Staff, str] | None:
        if inbound.text == "break":
            raise ValueError(inbound.text)
        seen.append(inbound)
        return (inbound.people[0], "Thank you.") if inbound.text == "OK" else None

    registry.TEXT_HOOKS[:] = [hook]
    yield seen
    registry.TEXT_HOOKS[:] = others


def answers(notify: Pretend) -> list[str]:
    sending.drain(seconds=5)
    return notify.texts


def test_a_text_to_us_is_asked_about_once_however_often_it_comes(
    account: TextAccount, notify: Pretend, asked: list[Inbound], reader: Staff, clock: Clock
) -> None:
    reply = notify.reply("07700900101", "OK")
    notify.call_back()
    reply.is_told = False
    notify.call_back()
    clock.advance(seconds=11)
    assert (receiving.fetch(), receiving.answer_waiting()) == (0, 0)
    assert [(str(one.key), one.people, one.text) for one in asked] == [(reply.id, (reader,), "OK")]
    assert answers(notify) == ["Thank you. Sent 10:42."]


def test_a_text_to_us_is_fetched_where_no_callback_comes(
    account: TextAccount, notify: Pretend, asked: list[Inbound], clock: Clock
) -> None:
    notify.reply("07700900101", "OK")
    assert (receiving.fetch(), receiving.fetch()) == (1, 0)
    assert receiving.answer_waiting() == 1
    clock.advance(seconds=11)
    assert (receiving.fetch(), len(asked)) == (0, 1)


def told(channel: str = "in_app") -> list[tuple[str, str]]:
    """Who was told by this way that a text belongs to no visit, and what of."""
    rows = Notice.objects.filter(channel=channel, key__contains=":unplaced:").order_by("pk")
    return [(notice.recipient.short_name, notice.subject) for notice in rows]


def test_somebody_who_is_not_out_is_told_so_and_rung_only_where_they_ask_for_help(
    account: TextAccount, notify: Pretend, asked: list[Inbound], reader: Staff
) -> None:
    head = staff_with(RoleName.HEADTEACHER, reader.main_school)
    notify.reply("07700900101", "Thanks!")
    notify.call_back()
    assert answers(notify) == [
        "You are not logged as out, so nothing was recorded. In danger ring 999. Sent 10:42."
    ]
    assert told() == []
    notify.reply("07700900101", "Please, I need help")
    notify.call_back()
    assert "The office has been asked to ring you." in answers(notify)[-1]
    whom = (head.short_name, "R. Reader asks for help by text")
    assert (told(), told("email")) == ([whom], [whom])


@pytest.mark.parametrize(
    ("words", "subject", "loud"),
    [
        ("The petrol light is on", "A text from a number of nobody here", False),
        ("HELP its me, lost my phone 4826", "Somebody asks for help by text", True),
    ],
)
def test_a_strangers_text_is_kept_sealed_and_told_to_whoever_can_ring_back(
    account: TextAccount,
    notify: Pretend,
    asked: list[Inbound],
    reader: Staff,
    words: str,
    subject: str,
    loud: bool,
) -> None:
    head = staff_with(RoleName.HEADTEACHER, reader.main_school)
    notify.reply("07700900199", words)
    notify.call_back()
    kept = ReceivedText.objects.get()
    assert (kept.state, asked) == ("unknown", [])
    assert all("Ring that number" in one for one in answers(notify))
    assert b"petrol" not in bytes(kept.sealed)
    assert (head.short_name, subject) in told()
    assert bool(told("email")) == loud
    page, path = Client(), f"/notices/received/{kept.pk}/"
    page.force_login(head)
    shown = page.get(path).content.decode()
    assert ("tel:+447700900199" in shown, "4826" in shown) == (True, False)
    assert Look.objects.filter(by=head, what="received_text", ref=str(kept.pk)).count() == 1
    page.force_login(staff_with(RoleName.VISITOR, reader.main_school))
    assert page.get(path).status_code == 404


def test_a_text_from_a_shop_is_told_to_nobody(
    account: TextAccount, notify: Pretend, asked: list[Inbound], reader: Staff
) -> None:
    staff_with(RoleName.HEADTEACHER, reader.main_school)
    notify.reply("PARCELS", "Need help with your parcel?")
    notify.call_back()
    assert (ReceivedText.objects.get().state, told()) == ("unknown", [])


def test_a_new_key_makes_no_text_of_an_outage_history(
    account: TextAccount, notify: Pretend, asked: list[Inbound], clock: Clock
) -> None:
    clock.advance(minutes=120)
    notify.account(account.trust, callbacks=False)
    row = receiving.take_in(
        TextAccount.objects.get(),
        Incoming(uuid.uuid4(), "447700900101", "OK", clock.now - dt.timedelta(minutes=60)),
        now=clock.now,
    )
    assert row is not None
    assert row.state == "waiting"


def test_an_account_whose_key_cannot_be_opened_keeps_no_other_trust_waiting(
    account: TextAccount, notify: Pretend, asked: list[Inbound], now: dt.datetime
) -> None:
    other = notify.account(SchoolFactory().trust)
    TextAccount.objects.filter(pk=other.pk).update(
        sealed_key=b"nonsense", ask_texts_at=now - dt.timedelta(hours=1)
    )
    notify.reply("07700900101", "OK")
    assert (receiving.fetch(), receiving.answer_waiting()) == (1, 1)


def test_a_text_that_cannot_be_opened_is_told_and_keeps_no_other_waiting(
    account: TextAccount, notify: Pretend, asked: list[Inbound], reader: Staff, clock: Clock
) -> None:
    head = staff_with(RoleName.HEADTEACHER, reader.main_school)
    broken = receiving.take_in(
        account, Incoming(uuid.uuid4(), "447700900101", "OK", clock.now), now=clock.now
    )
    assert broken is not None
    ReceivedText.objects.filter(pk=broken.pk).update(sealed=b"nonsense")
    for _ in range(3):
        receiving.answer_waiting()
        clock.advance(minutes=1)
    assert (head.short_name, "A text from somebody could not be acted on") in told()
    notify.reply("07700900101", "OK")
    notify.call_back()
    assert answers(notify)[-1] == "Thank you. Sent 10:45."
    page = Client()
    page.force_login(head)
    assert "cannot be opened" in page.get(f"/notices/received/{broken.pk}/").content.decode()


def test_a_text_from_before_the_account_was_set_up_is_history(
    account: TextAccount, notify: Pretend, asked: list[Inbound], now: dt.datetime
) -> None:
    notify.reply("07700900101", "OK").created_at = (now - dt.timedelta(days=1)).isoformat()
    receiving.fetch()
    receiving.answer_waiting()
    assert (ReceivedText.objects.get().state, asked) == ("old", [])


def test_a_text_that_cannot_be_acted_on_is_tried_again_told_to_people_and_quoted_nowhere(
    account: TextAccount,
    notify: Pretend,
    asked: list[Inbound],
    reader: Staff,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    head = staff_with(RoleName.HEADTEACHER, reader.main_school)
    notify.reply("07700900101", "break")
    with caplog.at_level(logging.DEBUG):
        notify.call_back()
        for _ in range(2):
            assert Notice.objects.count() == 0
            clock.advance(minutes=1)
            receiving.answer_waiting()
    notice = Notice.objects.get(channel="in_app")
    assert (notice.recipient, notice.is_urgent) == (head, True)
    assert notice.subject == "A text from R. Reader could not be acted on"
    assert "break" not in caplog.text
    assert ReceivedText.objects.get().state == "waiting"


def test_received_texts_cannot_be_deleted(account: TextAccount, notify: Pretend) -> None:
    notify.reply("07700900101", "OK")
    receiving.fetch()
    with pytest.raises(ProgrammingError), transaction.atomic():
        ReceivedText.objects.all().delete()


# --- Whether the account works ----------------------------------------------------------------


def test_only_a_text_that_went_says_that_texts_go(
    text: Notice, notify: Pretend, account: TextAccount, clock: Clock, reader: Staff
) -> None:
    """A template that is wrong fails every text, and Notify still answers every question."""
    admin = staff_with(RoleName.TRUST_ADMIN, reader.trust)
    right = TextAccount.objects.get().text_template
    TextAccount.objects.update(text_template=text.uuid, sends_email=True)
    sending.drain(seconds=0.01)
    account.refresh_from_db()
    notify_email = "E-mail through GOV.UK Notify works. Sent 10:42 at your own request."
    keeping.try_email(account=account, by=reader, now=clock.now)
    assert [message.body for message in notify.taken] == [notify_email]
    clock.advance(seconds=11)
    receiving.fetch()
    account.refresh_from_db()
    assert (account.failing, account.worked_at) == ("text", None)
    told = Notice.objects.filter(recipient=admin).order_by("channel")
    assert [(n.channel, n.subject) for n in told] == [
        ("email", "Texts do not go"),
        ("in_app", "Texts do not go"),
    ]
    TextAccount.objects.update(text_template=right)
    Notice.objects.filter(pk=text.pk).update(next_try_at=clock.now)
    sending.drain(seconds=0.01)
    account.refresh_from_db()
    assert (account.failing, account.failure, account.worked_at) == ("", "", clock.now)


def test_what_a_question_found_wrong_ends_with_the_next_answer(account: TextAccount, notify: Pretend) -> None:
    for status, failing in ((403, "read"), (0, "")):
        notify.misbehave(status=status)
        TextAccount.objects.update(ask_texts_at=account.set_at)
        receiving.fetch()
        account.refresh_from_db()
        assert (account.failing, account.worked_at) == (failing, None)


def test_a_key_that_cannot_be_opened_says_so_and_keeps_no_other_trust_from_its_texts(
    account: TextAccount, notify: Pretend, settings: Any, asked: list[Inbound]
) -> None:
    other = notify.account(staff_with(RoleName.OFFICE, SchoolFactory()).trust)
    TextAccount.objects.filter(pk=other.pk).update(
        sealed_key=b"of another key", ask_texts_at=account.set_at - dt.timedelta(days=1)
    )
    notify.reply("07700900101", "OK")
    assert receiving.fetch() == 1
    other.refresh_from_db()
    assert other.failure == "The key cannot be opened here (FIELD_KEY): enter it again."


def test_one_provider_that_hangs_is_waited_for_once_however_many_trusts_ask_it(
    account: TextAccount, notify: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homevisits.notices.notify.PATIENCE", (0.5, 0.5))
    for _ in range(5):
        notify.account(staff_with(RoleName.OFFICE, SchoolFactory()).trust)
    notify.misbehave(slow=2.0)
    began = time.monotonic()
    receiving.fetch()
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("message", "state"), [("Cannot send to international mobile numbers", "failed"), ("Template not found", "queued")]
)  # fmt: skip
def test_a_number_abroad_is_the_numbers_trouble_and_not_the_accounts(
    text: Notice, notify: Pretend, message: str, state: str
) -> None:
    notify.misbehave(status=400, message=message)
    sending.drain(seconds=0.01)
    assert (fresh(text).state, TextAccount.objects.get().is_failing) == (state, state == "queued")


def test_only_what_may_have_gone_is_called_a_repeat() -> None:
    never = requests.ConnectTimeout()
    late = requests.ReadTimeout()
    html = requests.Response()
    html.status_code = 200
    assert [
        isinstance(client.meaning(failure), Unsure)
        for failure in (lost(never), lost(late), APIError(html), APIError(answered(503)), APIError(answered(429)))
    ] == [False, True, True, True, False]  # fmt: skip


def answered(status: int) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    return response


def lost(cause: Exception) -> APIError:
    failure = APIError()
    failure.__cause__ = cause
    return failure
