"""The alarm's page and the messages in a real browser: accessible, nothing cut off, kept up to date."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Message, Notice
from homevisits.people.models import Staff
from tests.axe import troubles
from tests.browser.screens import be
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Arm = Callable[..., HouseDeadline]


@pytest.fixture
def alarm(house: House, due: Arm, office: Staff) -> HouseAlarm:
    """On its second rung, one e-mail undelivered, one kept."""
    due(-12)
    sweep("test")
    alarm = house.alarms.get()
    alarms.note(alarm=alarm, by=office, text="Rang at once, no answer.", now=app_now())
    mail = Notice.objects.filter(channel="email").order_by("id").first()
    Notice.objects.filter(pk=mail.pk).update(state="failed", failure="The mail server refused the address.")
    Message.objects.create(
        notice=mail, to=office.email, subject=mail.subject, body=mail.body, kept_at=app_now()
    )
    return alarm


@pytest.fixture
def here(page: "Page", live_server: Any, office: Staff) -> str:
    """The address of the product, with the office signed in."""
    be(page, office, live_server.url)
    return str(live_server.url)


def test_axe_finds_nothing_and_nothing_overflows(
    page: "Page", here: str, alarm: HouseAlarm, office: Staff
) -> None:
    def look(path: str, what: str) -> None:
        page.goto(here + path)
        assert troubles(page) == [], what

    for path in ("/notices/", "/notices/sent/", "/notices/log/", "/notices/messages/"):
        look(path, path)
    look(alarm.get_absolute_url(), "open")
    page.get_by_role("button", name="Resolve the alarm").click()
    assert troubles(page) == [], "with errors"
    alarms.own(alarm=alarm, by=office, now=app_now())
    look(alarm.get_absolute_url(), "owned")
    alarms.resolve(alarm=alarm, by=office, outcome="late", resolution="Flat tyre.", now=app_now())
    look(alarm.get_absolute_url(), "resolved")


def test_page_shows_by_itself_that_somebody_took_the_alarm_and_keeps_what_is_typed(
    page: "Page", here: str, alarm: HouseAlarm, head: Staff
) -> None:
    page.goto(here + alarm.get_absolute_url())
    page.get_by_label("What do you know, or what did you do?").fill("Half a sen")
    alarms.own(alarm=alarm, by=head, now=app_now())
    page.get_by_text("Hana Head is dealing with this.").wait_for()
    assert page.locator("[data-alarm]").get_attribute("data-alarm-state") == "owned"
    assert page.get_by_label("What do you know, or what did you do?").input_value() == "Half a sen"


def test_two_clicks_end_an_alarm(page: "Page", here: str, alarm: HouseAlarm) -> None:
    page.goto(here + alarm.get_absolute_url())
    page.get_by_role("button", name="I am dealing with this").click()
    page.get_by_label("Late, and safe").check()
    page.get_by_label("What happened, and how do you know").fill("Flat tyre; I spoke to both of them.")
    page.get_by_role("button", name="Resolve the alarm").click()
    page.get_by_text("Everybody who was told hears that it is over").wait_for()
    assert HouseAlarm.objects.get().outcome == "late"
