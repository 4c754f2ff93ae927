"""Limits of the phone networks, which know numbers and not people; and a call whose alarm is busy."""

import uuid

import pytest
from django.db import OperationalError

from homevisits.notices import calling, registry, sending
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.homevisits.notices.conftest import Queue
from tests.notify import Pretend


def test_people_who_share_a_mobile_share_its_limit(
    queued: Queue, reader: Staff, notify: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homevisits.notices.channels.text.ANY_BUT_ALARMS", 1)
    other = staff_with(RoleName.OFFICE, reader.main_school)
    Staff.objects.filter(pk__in=[reader.pk, other.pk]).update(mobile="+447700900101")
    notify.account(reader.trust)
    queued("mine", channel="text")
    sending.drain(seconds=5)
    queued("theirs", channel="text", recipient=other)
    sending.drain(seconds=5)
    assert sorted(Notice.objects.filter(channel="text").values_list("key", "state")) == [
        ("mine", "sent"),
        ("theirs", "failed"),
    ]


def test_the_number_that_is_texted_counts_and_not_the_persons_own(
    queued: Queue, reader: Staff, notify: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homevisits.notices.channels.text.ANY_BUT_ALARMS", 1)
    others = [staff_with(RoleName.OFFICE, reader.main_school) for _ in range(2)]
    Staff.objects.update(mobile="")
    logged = {reader.pk: "+447700900101", others[0].pk: "+447700900102", others[1].pk: "+447700900102"}
    monkeypatch.setattr("homevisits.notices.channels.text.numbers", lambda people: logged)
    notify.account(reader.trust)
    for key, person in [("mine", reader), ("theirs", others[0]), ("shared", others[1])]:
        queued(key, channel="text", recipient=person)
        sending.drain(seconds=5)
    assert sorted(Notice.objects.filter(channel="text").values_list("key", "state")) == [
        ("mine", "sent"),
        ("shared", "failed"),
        ("theirs", "sent"),
    ]


def test_the_last_texts_of_the_hour_are_kept_for_alarms(
    queued: Queue, reader: Staff, notify: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homevisits.notices.channels.text.ANY_BUT_ALARMS", 1)
    notify.account(reader.trust)
    for key, alarm in [("first", None), ("second", None), ("alarm", uuid.uuid4())]:
        queued(key, channel="text", alarm=alarm)
        sending.drain(seconds=5)
    found = dict(Notice.objects.filter(channel="text").values_list("key", "state"))
    assert found == {"first": "sent", "second": "failed", "alarm": "sent"}


def test_what_came_of_a_call_is_asked_again_while_its_alarm_is_busy(
    queued: Queue, reader: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(call: Call, now: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    caller = staff_with(RoleName.OFFICE, reader.main_school)
    notice = queued(channel="call")
    now = notice.created_at
    call = Call.objects.create(notice=notice, caller=caller, asked_at=now, due_at=now)
    monkeypatch.setattr(registry, "CALLED_HOOKS", [busy])
    assert calling.report(call=call, by=caller, outcome="spoke", now=now) is False
    assert Call.objects.get(pk=call.pk).outcome == ""
    monkeypatch.setattr(registry, "CALLED_HOOKS", [])
    assert calling.report(call=call, by=caller, outcome="spoke", now=now) is True
