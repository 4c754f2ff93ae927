"""Two visits side by side on one phone: an ordinary check-in, and one that asks for help in secret."""

import re
from typing import TYPE_CHECKING

import pytest

from homevisits.clock import app_now
from homevisits.escalation import heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.people import keeping
from tests.browser import driver
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits.models import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ORDINARY, DURESS = "4826", "9153"


@pytest.fixture
def cast(morning: Clock) -> Cast:
    cast = make_cast("three_counties")
    keeping.set_pins(staff=cast.teacher, ordinary=ORDINARY, duress=DURESS, by=cast.teacher, now=app_now())
    return cast


def flow(phone: "Page", visit: Visit, pin: str) -> list[str]:
    """Fine, then back, each with a PIN: every address and page on the way, as the browser has it."""
    driver.open_phone(phone, visit.ref)
    seen = []
    for button in ("I am fine", "I am back at school"):
        driver.press(phone, button)
        phone.get_by_label("Your PIN").wait_for()
        seen.append(phone.content())
        phone.get_by_label("Your PIN").fill(pin)
        with phone.expect_response(lambda reply: "/out/say/" in reply.url) as answered:
            driver.press(phone, "Send")
        seen.append(str(answered.value.status))
        phone.wait_for_url(re.compile(r"/out/$"))
        phone.locator("[data-last-sent]").wait_for()
        seen += [phone.url, phone.content()]
    return seen


def plain(text: str, visit: Visit) -> str:
    """Without what differs between any two visits and any two minutes."""
    home = (
        visit.ref,
        visit.address,
        visit.postcode,
        str(visit.pupils.get()),
        visit.postcode.replace(" ", "%20"),
    )
    for one in home:
        text = text.replace(one, "HERE")
    text = re.sub(r'value="[^"]{30,}"|X-CSRFToken[^}]*}|style="[^"]*"', "TOKEN", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d", "TIME", text)
    return re.sub(r"\b(in )?\d+ minutes?( ago)?|\bnow\b", "SOON", text)


@pytest.mark.clause("PS-129", "TC-169")
def test_the_phone_shows_the_same_and_the_board_shows_the_alarm(screens: Screens, cast: Cast) -> None:
    # Given one visitor, out on two visits in the same state
    pair = [make.fresh(make.out(cast, now=app_now())) for _ in range(2)]
    phone = screens.phone(cast.teacher)

    # When they check in and come back, ordinarily on one, with the other PIN on the second
    quiet, loud = (flow(phone, visit, pin) for visit, pin in zip(pair, (ORDINARY, DURESS), strict=True))
    sweep("test")
    for seen, visit in zip((quiet, loud), pair, strict=True):
        for path in (f"/visits/{visit.ref}/out/", f"/visits/{visit.ref}/"):
            phone.goto(path)
            seen.append(phone.locator("main").inner_text())

    # Then every page and answer is the same, and the office's board shows the silent alarm of the second
    assert [plain(text, pair[0]) for text in quiet] == [plain(text, pair[1]) for text in loud]
    assert [visit.alarms.count() for visit in pair] == [0, 1]
    office = screens.desk(cast.office)
    heartbeat.beat("beat")
    office.goto("/board/")
    assert f"{pair[1].ref}: silent alarm." in office.locator(".alarm").inner_text()
    assert "Open the alarm" in office.locator(f"[data-visit={pair[1].ref}]").inner_text()
