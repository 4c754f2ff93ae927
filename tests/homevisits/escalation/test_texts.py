"""An alarm by text and by telephone: a failure of any kind moves the ladder on at once."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices import calling, receipts, sending, silence
from homevisits.notices import notify as client
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline
from tests.factories.people import staff_with
from tests.notify import Pretend

Arm = Callable[..., HouseDeadline]


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def by_text(monkeypatch: pytest.MonkeyPatch, now: dt.datetime, office: Staff, head: Staff) -> None:
    """The house's ladder tells in the product and by text, and everybody has a mobile."""
    monkeypatch.setattr(HouseAlarm, "CHANNELS", ("in_app", "text"))
    Staff.objects.filter(pk=office.pk).update(mobile="+447700900101")
    Staff.objects.filter(pk=head.pk).update(mobile="+447700900102")


@pytest.fixture
def account(notify: Pretend, school: School) -> Any:
    return notify.account(school.trust)


def raised(house: House, due: Arm) -> HouseAlarm:
    due(0)
    sweep("test")
    return house.alarms.get()


def story(house: House) -> list[str]:
    return [event.sentence for event in house.events.order_by("number")]


def rung_of(alarm: HouseAlarm) -> int:
    return HouseAlarm.objects.get(pk=alarm.pk).rung


def set_mobile(office: Staff, number: str) -> None:
    Staff.objects.filter(pk=office.pk).update(mobile=number)


FAILING: dict[str, dict[str, Any]] = {
    "away": {"down": True},
    "hangs": {"slow": 0.6},
    "answer lost": {"lose": True},
    "400": {"status": 400},
    "403": {"status": 403},
    "429": {"status": 429},
    "500": {"status": 500},
}
# Where the first text may have gone, the second says that it is a repeat.
MAY_HAVE_GONE = ("away", "hangs", "answer lost", "500")
SAYS = {
    "away": "Notify broke off before it answered.",
    "hangs": "Notify did not answer in time.",
    "answer lost": "Notify broke off before it answered.",
    "400": "The key or the service may text only its own team: ask Notify to make the service live.",
    "403": "Notify does not accept the key: it was mistyped, or somebody revoked it.",
    "429": "Notify's limit is reached: too many messages in a minute, or today.",
    "500": "Notify has a fault of its own (500).",
}


@pytest.mark.parametrize("fault", FAILING)
def test_a_failing_provider_moves_the_ladder_on_at_once_and_is_tried_again(
    house: House, due: Arm, by_text: None, account: Any, notify: Pretend, fault: str,
    monkeypatch: pytest.MonkeyPatch, clock: Clock,
) -> None:  # fmt: skip
    if fault == "hangs":
        monkeypatch.setattr(client, "PATIENCE", (0.3, 0.3))
        monkeypatch.setattr(silence, "QUIET", 0.0)
    alarm = raised(house, due)
    notify.misbehave(**FAILING[fault])
    sending.drain(seconds=0.01)  # one batch
    text = Notice.objects.filter(channel="text").earliest("id")
    assert (text.state, text.failure, rung_of(alarm)) == ("queued", SAYS[fault], 2)
    assert "O. Office could not be reached by text message: next step at once." in story(house)
    notify.misbehave()
    monkeypatch.setattr(client, "PATIENCE", (5, 5))
    clock.advance(seconds=3)
    sending.drain(seconds=5)
    assert Notice.objects.get(pk=text.pk).state == "sent"
    same = [message.body for message in notify.taken if message.reference == str(text.uuid)]
    assert any("Repeat" in body for body in same) == (fault in MAY_HAVE_GONE)


def test_a_provider_that_refuses_connections_moves_the_ladder_on(
    house: House, due: Arm, by_text: None, account: Any, settings: Any
) -> None:
    settings.NOTIFY_URL = "http://127.0.0.1:1"
    alarm = raised(house, due)
    sending.drain(seconds=0.01)
    text = Notice.objects.filter(channel="text").earliest("id")
    assert (text.failure, text.may_have_gone, rung_of(alarm)) == ("Notify could not be reached.", False, 2)


def test_a_number_that_cannot_be_texted_has_failed_for_good(
    house: House, due: Arm, by_text: None, account: Any, notify: Pretend, office: Staff
) -> None:
    set_mobile(office, "+441632960123")
    alarm = raised(house, due)
    sending.drain(seconds=5)
    text = Notice.objects.filter(channel="text").earliest("id")
    sentence = "Notify says that this is no mobile number that it can text."
    assert (text.state, text.failure, rung_of(alarm)) == ("failed", sentence, 2)


@pytest.mark.parametrize("way", ["callback", "polling"])
@pytest.mark.parametrize("fate", sorted(receipts.FAILURES))
def test_a_receipt_that_it_did_not_arrive_moves_the_ladder_on_at_once(
    house: House, due: Arm, by_text: None, account: Any, notify: Pretend, clock: Clock, way: str, fate: str
) -> None:
    alarm = raised(house, due)
    notify.misbehave(fates={"447700900101": fate})
    sending.drain(seconds=5)
    assert rung_of(alarm) == 1
    if way == "callback":
        notify.settle()
        notify.settle()
    else:
        notify.exchange.settle()
        clock.advance(seconds=6)
        receipts.ask(seconds=5)
    text = Notice.objects.filter(channel="text").earliest("id")
    assert (text.state, text.provider_status, rung_of(alarm)) == ("failed", fate, 2)
    told = [line for line in story(house) if "could not be reached" in line]
    assert told == ["O. Office could not be reached by text message: next step at once."]


def test_what_may_not_be_sent_again_within_the_hour_fails_and_moves_the_ladder_on(
    house: House, due: Arm, by_text: None, account: Any, notify: Pretend
) -> None:
    alarm = raised(house, due)
    text = Notice.objects.get(channel="text")
    for number in range(20):
        Notice.objects.create(
            key=f"same{number}", recipient=text.recipient, channel="text", subject=text.subject,
            body=text.body, path=text.path, is_urgent=True, created_at=text.created_at,
            next_try_at=text.created_at,
        )  # fmt: skip
    Notice.objects.filter(pk=text.pk).update(next_try_at=text.created_at + dt.timedelta(milliseconds=1))
    sending.drain(seconds=5)
    assert (len(notify.texts), len(set(notify.texts))) == (20, 1)
    sending.drain(seconds=5)
    Notice.objects.filter(pk=text.pk).update(next_try_at=text.created_at)
    sending.drain(seconds=5)
    fresh = Notice.objects.get(pk=text.pk)
    assert (fresh.state, fresh.failure) == (
        "failed",
        "The same text went to this number 20 times within an hour.",
    )
    assert rung_of(alarm) == 2


def test_a_trust_without_an_account_is_told_so_and_no_text_waits_for_ever(
    house: House, due: Arm, by_text: None
) -> None:
    raised(house, due)
    assert [n.channel for n in Notice.objects.all()] == ["in_app"]
    assert "Step 1, Rung 1: told O. Office. No text: no text account." in story(house)


def test_somebody_without_a_mobile_is_named(
    house: House, due: Arm, by_text: None, account: Any, office: Staff
) -> None:
    set_mobile(office, "")
    raised(house, due)
    assert "Step 1, Rung 1: told O. Office. No text to O. Office: no mobile number." in story(house)


def test_a_step_that_reaches_nobody_is_skipped_at_once_and_the_last_tells_in_the_product(
    house: House, due: Arm, by_text: None, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(HouseAlarm, "CHANNELS", ("text",))
    raised(house, due)
    line = "Nobody could be told at step 1, Rung 1: skipped. No text: no text account."
    assert (line in story(house), house.alarms.get().rung) == (True, 3)
    assert told_ways() == {("Office", "in_app"), ("Head", "in_app"), ("Chief", "in_app"), *BY_EMAIL}
    before = Notice.objects.count()
    clock.advance(minutes=5)
    sweep("test")
    assert Notice.objects.count() == 2 * before


BY_EMAIL = {("Office", "email"), ("Head", "email"), ("Chief", "email")}


def told_ways() -> set[tuple[str, str]]:
    return set(Notice.objects.values_list("recipient__last_name", "channel"))


def test_a_last_step_without_anybody_is_critical_in_the_log(
    house: House, due: Arm, caplog: pytest.LogCaptureFixture
) -> None:
    House.objects.filter(pk=house.pk).update(ladder=[[0, []]])
    alarm = raised(house, due)
    lines = [record.message for record in caplog.records if record.levelname == "CRITICAL"]
    assert lines == [f"nobody could be told at the last step of alarm {alarm.uuid}"]


# --- Calls ------------------------------------------------------------------------------------


@pytest.fixture
def desk(school: School) -> Staff:
    """The other person at the desk."""
    return staff_with(RoleName.OFFICE, school, first_name="Dora", last_name="Desk", email="dora@a.example")


@pytest.fixture
def call(house: House, due: Arm, by_text: None, desk: Staff, monkeypatch: pytest.MonkeyPatch) -> Call:
    """At the first step the office is rung: somebody else there is asked to."""
    monkeypatch.setattr(HouseAlarm, "CHANNELS", ("in_app", "call"))
    raised(house, due)
    sending.drain(seconds=5)
    return Call.objects.get()


def test_a_call_is_the_task_of_a_named_person_who_is_never_the_one_to_be_rung(
    call: Call, office: Staff, desk: Staff
) -> None:
    assert (call.caller, call.notice.recipient) == (desk, office)
    asked = Notice.objects.get(recipient=desk, channel="in_app")
    assert (asked.subject, asked.path) == (f"Ring somebody now. {call.notice.subject}", call.notice.path)
    assert asked.body.startswith("Ring O. Office, 07700 900101, and say before 10:03")


def test_having_spoken_to_them_is_kept_and_the_ladder_waits(
    call: Call, house: House, client: Client, desk: Staff, now: dt.datetime
) -> None:
    client.force_login(desk)
    page = client.get(call.notice.path).content.decode()
    assert ("Ring O. Office now" in page, "07700 900101" in page) == (True, True)
    client.post(f"/notices/calls/{call.uuid}/", {"outcome": "spoke"})
    call.refresh_from_db()
    assert (call.outcome, call.made_by, call.made_at, call.notice.delivered_at) == ("spoke", desk, now, now)
    assert ("D. Desk rang O. Office at 10:00: spoke to them." in story(house), house.alarms.get().rung) == (
        True,
        1,
    )
    assert "Ring O. Office now" not in client.get(call.notice.path).content.decode()


def test_no_answer_moves_the_ladder_on_at_once(call: Call, house: House, client: Client, desk: Staff) -> None:
    client.force_login(desk)
    client.post(f"/notices/calls/{call.uuid}/", {"outcome": "no_answer"})
    call.refresh_from_db()
    assert (call.notice.state, call.notice.failure) == (
        "failed",
        "D. Desk rang O. Office at 10:00: no answer.",
    )
    assert house.alarms.get().rung == 2
    client.post(f"/notices/calls/{call.uuid}/", {"outcome": "spoke"})
    assert Call.objects.get(pk=call.pk).outcome == "no_answer"


def test_a_call_that_nobody_makes_in_time_moves_the_ladder_on(call: Call, house: House, clock: Clock) -> None:
    clock.advance(minutes=2, seconds=59)
    assert (calling.end_overdue(), house.alarms.get().rung) == (0, 1)
    clock.advance(seconds=1)
    assert (calling.end_overdue(), house.alarms.get().rung) == (1, 2)
    assert Call.objects.get(pk=call.pk).outcome == "not_made"


def test_the_one_who_is_to_be_rung_and_strangers_cannot_say_that_they_were(
    call: Call, client: Client, office: Staff, ceo: Staff
) -> None:
    teacher = staff_with(RoleName.VISITOR, call.notice.school)
    for staff in (office, teacher):
        client.force_login(staff)
        assert client.post(f"/notices/calls/{call.uuid}/", {"outcome": "spoke"}).status_code == 404
    assert Call.objects.get(pk=call.pk).outcome == ""


def test_with_nobody_on_duty_to_ring_the_page_says_so(
    house: House, due: Arm, by_text: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HouseAlarm, "CHANNELS", ("in_app", "call"))
    raised(house, due)
    assert "Step 1, Rung 1: told O. Office. No call: nobody is on duty who could ring." in story(house)


def test_a_resolved_alarm_has_nobody_rung(call: Call, house: House, head: Staff, now: dt.datetime) -> None:
    alarms.resolve(alarm=house.alarms.get(), by=head, outcome="false", resolution="All well.", now=now)
    assert Call.objects.get(pk=call.pk).outcome == "not_needed"
    assert Notice.objects.filter(key__contains=":down:", channel="call").count() == 0


def test_another_voice_backend_is_asked_instead(
    house: House, due: Arm, by_text: None, desk: Staff, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.VOICE_BACKEND = f"{__name__}.machine"
    monkeypatch.setattr(HouseAlarm, "CHANNELS", ("call",))
    RUNG.clear()
    raised(house, due)
    sending.drain(seconds=5)
    assert (RUNG, Call.objects.count()) == ([("+447700900101", False)], 0)


RUNG: list[tuple[str, bool]] = []


def machine(notice: Notice, *, is_repeat: bool) -> None:
    RUNG.append((str(notice.recipient.mobile), is_repeat))
