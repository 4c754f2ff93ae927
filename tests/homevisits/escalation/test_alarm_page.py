"""The page of an alarm: what it shows, to whom, and what its buttons do."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory

Arm = Callable[..., HouseDeadline]


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def alarm(house: House, due: Arm, now: dt.datetime) -> HouseAlarm:
    due(0)
    sweep("test")
    return house.alarms.get()


@pytest.fixture
def at(client: Client) -> Callable[[Staff], Client]:
    def sign_in(staff: Staff) -> Client:
        client.force_login(staff)
        return client

    return sign_in


def page(client: Client, alarm: HouseAlarm) -> str:
    return client.get(alarm.get_absolute_url()).content.decode()


def test_page_shows_the_alarm_its_steps_and_what_comes_next(
    alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff
) -> None:
    html = page(at(office), alarm)
    assert f'data-alarm="{alarm.uuid}" data-step="1"' in html
    assert 'data-rung="1" data-rung-state="told"' in html
    assert 'data-rung="2" data-rung-state="next"' in html
    assert 'data-rung="3" data-rung-state="later"' in html
    assert "Next: step 2, Rung 2, told in" in html
    assert "10:00" in html


def test_page_shows_each_channels_delivery(
    alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff
) -> None:
    Notice.objects.filter(channel="email").update(state="failed")
    html = page(at(office), alarm)
    assert "In the product: sent" in html
    assert "E-mail: not delivered" in html


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["", "own/", "let-go/", "note/", "resolve/"])
def test_alarm_of_another_trust_is_not_there(
    alarm: HouseAlarm, client: Client, method: str, path: str
) -> None:
    client.force_login(staff_with(RoleName.HEADTEACHER, SchoolFactory()))
    reply = getattr(client, method)(alarm.get_absolute_url() + path)
    assert reply.status_code == (405 if (method == "get") == bool(path) else 404)


def test_alarm_asks_to_sign_in(alarm: HouseAlarm, client: Client) -> None:
    assert client.get(alarm.get_absolute_url()).status_code == 302


def test_looking_changes_nothing(alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff) -> None:
    page(at(office), alarm)
    assert (HouseAlarm.objects.get().state, Notice.objects.filter(read_at=None).count()) == ("open", 2)


def test_button_takes_the_alarm(alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff) -> None:
    reply = at(office).post(f"{alarm.get_absolute_url()}own/", follow=True)
    html = reply.content.decode()
    assert HouseAlarm.objects.get().owner == office
    assert "You are dealing with this" in html
    assert "I can no longer deal with this" in html
    assert "Open again if Olive Office is quiet until" in html


def test_second_person_reads_who_has_it(
    alarm: HouseAlarm, client: Client, office: Staff, head: Staff
) -> None:
    client.force_login(office)
    client.post(f"{alarm.get_absolute_url()}own/")
    client.force_login(head)
    html = client.post(f"{alarm.get_absolute_url()}own/", follow=True).content.decode()
    assert "Olive Office is dealing with this since 10:00." in html


def test_button_lets_go(alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff) -> None:
    client = at(office)
    client.post(f"{alarm.get_absolute_url()}own/")
    client.post(f"{alarm.get_absolute_url()}let-go/")
    assert HouseAlarm.objects.get().state == "open"


def test_note_stands_in_the_story(alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff) -> None:
    reply = at(office).post(f"{alarm.get_absolute_url()}note/", {"text": "Rang <b>twice</b>"}, follow=True)
    assert "Rang &lt;b&gt;twice&lt;/b&gt;" in reply.content.decode()


def test_empty_note_says_what_to_enter(
    alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff
) -> None:
    html = at(office).post(f"{alarm.get_absolute_url()}note/", {"text": ""}).content.decode()
    assert "There is a problem" in html
    assert html.count("Enter what you know or did") >= 2


def test_resolve_keeps_what_was_typed_when_the_outcome_is_missing(
    alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff
) -> None:
    html = (
        at(office).post(f"{alarm.get_absolute_url()}resolve/", {"resolution": "All home."}).content.decode()
    )
    assert "Choose how it turned out" in html
    assert "All home." in html
    assert HouseAlarm.objects.get().is_open


def test_resolved_page_says_how_it_ended(
    alarm: HouseAlarm, at: Callable[[Staff], Client], office: Staff
) -> None:
    words = {"outcome": "late", "resolution": "Flat tyre; spoke to both."}
    html = at(office).post(f"{alarm.get_absolute_url()}resolve/", words, follow=True).content.decode()
    assert HouseAlarm.objects.get().state == "resolved"
    assert "Flat tyre; spoke to both." in html
    assert "I am dealing with this" not in html


def test_person_concerned_reads_why_they_may_not_act(
    alarm: HouseAlarm, at: Callable[[Staff], Client], school: School
) -> None:
    html = page(at(staff_with(RoleName.VISITOR, school, last_name="Visitor")), alarm)
    assert "You live in this house." in html
    assert "I am dealing with this" not in html


def test_page_of_a_broken_ladder_is_still_there(
    alarm: HouseAlarm, house: House, at: Callable[[Staff], Client], office: Staff
) -> None:
    House.objects.update(broken=["rungs"])
    assert "A safety timer could not be processed" in page(at(office), alarm)
