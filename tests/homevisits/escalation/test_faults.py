"""A row that cannot be processed is an alarm itself, and stops no other."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from homevisits.escalation import alarms, heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline

Arm = Callable[..., HouseDeadline]
FAULT = "A safety timer could not be processed"


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def sound(school: School, office: Staff) -> House:
    return House.objects.create(school=school, name="Sound", ladder=[[0, [office.pk]]])


@pytest.mark.parametrize(
    "hook", ["open_alarm", "note_fired", "rungs", "open_alarm!", "note_fired!", "rungs!"]
)
def test_poison_row_becomes_an_alarm_and_the_others_go_on(
    house: House, sound: House, due: Arm, now: dt.datetime, hook: str
) -> None:
    House.objects.filter(pk=house.pk).update(broken=[hook])
    poison = due(0)
    due(0, of=sound)
    swept = sweep("test")
    poison.refresh_from_db()
    fault = house.alarms.get()
    assert (swept.fired, swept.faults, poison.state) == (1, 1, "fired")
    assert (fault.kind, fault.state, fault.due_at, fault.deadline) == ("fault", "open", now, poison)
    assert sound.alarms.get().kind == "fire"
    assert sorted(Notice.objects.filter(alarm=fault.uuid).values_list("subject", "channel")) == [
        (FAULT, "email"),
        (FAULT, "in_app"),
    ]


def test_poisoned_reminder_is_an_alarm_too(house: House, due: Arm, now: dt.datetime) -> None:
    House.objects.update(broken=["nudge"])
    due(0, "record", is_safety=False, nudges=2, nudge_minutes=10)
    sweep("test")
    assert house.alarms.get().kind == "fault"
    assert Notice.objects.first().subject == "A reminder could not be processed"


def test_empty_ladder_is_a_fault(house: House, due: Arm, now: dt.datetime) -> None:
    House.objects.update(ladder=[])
    due(0)
    assert (sweep("test").faults, house.alarms.get().kind) == (1, "fault")


def test_fault_stands_though_nobody_could_be_told(house: House, due: Arm, now: dt.datetime) -> None:
    House.objects.update(broken=["rungs", "leaders"])
    due(0)
    sweep("test")
    assert (house.alarms.get().kind, Notice.objects.count()) == ("fault", 0)


def test_alarm_that_cannot_climb_is_told_again_and_again(
    house: House, due: Arm, clock: Clock, now: dt.datetime
) -> None:
    due(0)
    sweep("test")
    House.objects.update(broken=["rungs"])
    for minute in (10, 12, 15):
        clock.set(now + dt.timedelta(minutes=minute))
        sweep("test")
    assert Notice.objects.filter(subject=FAULT, channel="in_app").count() == 2
    assert HouseAlarm.objects.get().state == "open"


def test_mended_row_climbs_on(house: House, due: Arm, clock: Clock, now: dt.datetime) -> None:
    House.objects.update(broken=["open_alarm"])
    due(0)
    sweep("test")
    House.objects.update(broken=[])
    clock.set(now + dt.timedelta(minutes=10))
    sweep("test")
    assert house.alarms.get().rung == 2


def test_no_heartbeat_when_even_the_fault_fails(
    house: House, due: Arm, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError

    House.objects.update(broken=["rungs"])
    monkeypatch.setattr("homevisits.escalation.sweep.raise_fault", fails)
    due(0)
    swept = sweep("test")
    assert (swept.is_complete, heartbeat.age(), house.deadlines.get().state) == (False, None, "live")


def test_a_fault_is_taken_let_go_and_resolved_though_its_ladder_is_broken(
    house: House, due: Arm, clock: Clock, now: dt.datetime, office: Staff, head: Staff
) -> None:
    House.objects.update(broken=["rungs", "quiet_after", "words"])
    due(0)
    sweep("test")
    fault = house.alarms.get()
    taken = alarms.own(alarm=fault, by=office, now=now)
    assert taken.next_at == now + dt.timedelta(minutes=5)
    alarms.let_go(alarm=fault, by=office, now=clock.advance(minutes=1))
    before = Notice.objects.count()
    assert (sweep("test").faults, Notice.objects.count() > before) == (1, True)
    alarms.resolve(alarm=fault, by=head, outcome="false", resolution="Rang them all.", now=clock.now)
    down = Notice.objects.filter(key__contains=":down:")
    assert {notice.subject for notice in down} == {"Over: a safety timer"}
    assert HouseAlarm.objects.get().state == "resolved"


def test_a_fault_is_resolved_on_its_page(house: House, due: Arm, client: Client, head: Staff) -> None:
    House.objects.update(broken=["rungs", "quiet_after"])
    due(0)
    sweep("test")
    fault = house.alarms.get()
    client.force_login(head)
    assert client.post(f"{fault.get_absolute_url()}own/").status_code == 302
    said = {"outcome": "false", "resolution": "Rang them all."}
    assert client.post(f"{fault.get_absolute_url()}resolve/", said).status_code == 302
    assert (HouseAlarm.objects.get().state, client.get(fault.get_absolute_url()).status_code) == (
        "resolved",
        200,
    )
