"""A page that stays open and does not poll its rows: what its pill and its strip say of the timers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from homevisits.escalation import heartbeat
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POLL = "**/heartbeat/"


@pytest.fixture
def cast(morning: Clock) -> Cast:
    heartbeat.beat("beat")
    return make_cast("three_counties")


@pytest.fixture
def desk(screens: Screens, cast: Cast) -> Page:
    """The office's own page, its clock in the test's hands."""
    page = screens.desk(cast.office)
    page.clock.install()
    return page


def answers(page: Page, age: Callable[[], int]) -> None:
    """Have every question about the timers answered with an age."""

    def fulfil(route: Route) -> None:
        route.fulfill(status=204, headers={"X-Heartbeat-Age": str(age()), "X-Trouble": ""})

    page.unroute(POLL)
    page.route(POLL, fulfil)


def says(page: Page) -> str:
    """A second later: what the pill says, and the strip if there is one."""
    page.clock.run_for(1000)
    page.wait_for_timeout(60)
    strip = page.locator("[data-unwatched]")
    told = strip.locator("[data-unwatched-what]").inner_text() if strip.is_visible() else ""
    return f"{page.locator('[data-heartbeat-words]').inner_text()} {told}".strip()


def test_open_page_is_calm_while_all_is_well_and_red_some_15_seconds_after_a_stop(desk: Page) -> None:
    answers(desk, lambda: 1)
    desk.goto("/")
    assert {says(desk) for _ in range(45)} == {"Timers checked"}
    now = [1]
    answers(desk, lambda: now[0])
    said = []
    for now[0] in range(1, 18):
        said.append(says(desk))
    first = next(at for at, words in enumerate(said) if "Nobody is watching" in words)
    assert first <= 16, said


def test_open_page_tells_a_silent_server_from_being_signed_out(desk: Page) -> None:
    answers(desk, lambda: 1)
    desk.goto("/")
    desk.unroute(POLL)
    desk.route(POLL, lambda route: route.abort())
    assert "The server does not answer." in [says(desk) for _ in range(7)][-1]
    desk.unroute(POLL)
    desk.context.clear_cookies(name="sessionid")
    assert "You are signed out" in [says(desk) for _ in range(7)][-1]


def test_phone_with_signal_says_when_the_schools_server_is_silent(screens: Screens, cast: Cast) -> None:
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    phone.clock.install()
    phone.goto(f"/visits/{visit.ref}/out/")
    phone.route(POLL, lambda route: route.abort())
    phone.clock.run_for(6000)
    strip = phone.locator("[data-unwatched]")
    expect(strip).to_contain_text("The school’s server does not answer.")
    expect(strip.get_by_role("link", name=visit.school.phone.as_national)).to_be_visible()
    phone.context.set_offline(True)
    phone.clock.run_for(6000)
    expect(strip).to_be_hidden()
