"""The office's board in a real browser: it stays on a 304, ticks, sounds the alarm, and goes red when it is not true."""

import re
from typing import TYPE_CHECKING

import pytest

from homevisits.clock import app_now
from homevisits.escalation import heartbeat
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

pytestmark = pytest.mark.browser


@pytest.fixture
def there(screens: Screens) -> Cast:
    """The office's people, with the timers alive."""
    heartbeat.beat("beat")
    return make_cast("three_counties")


def out(cast: Cast) -> Visit:
    return make.out(cast, now=app_now())


def board(screens: Screens, cast: Cast) -> "Page":
    page = screens.desk(cast.office)
    heartbeat.beat("beat")
    page.goto("/board/")
    return page


def polled(page: "Page", status: int) -> "Response":
    """Wait for the next poll with this answer."""
    with page.expect_response(lambda reply: "/board/rows/" in reply.url and reply.status == status) as caught:
        pass
    return caught.value


def left(page: "Page") -> str:
    return page.locator(".board-row [data-left]").first.inner_text()


def test_rows_survive_a_304_and_the_countdown_ticks(screens: Screens, there: Cast) -> None:
    visit = out(there)
    page = board(screens, there)
    row = page.locator(f"[data-visit={visit.ref}]")
    row.evaluate("row => { row.dataset.kept = 'yes'; }")
    before = left(page)
    heartbeat.beat("beat")
    reply = polled(page, 304)
    assert "x-heartbeat-age" in reply.headers
    page.wait_for_timeout(1500)
    assert row.get_attribute("data-kept") == "yes"
    assert page.locator(".board-row").count() == 1
    assert re.fullmatch(r"\d+:\d\d", before)
    assert left(page) != before


def test_a_change_swaps_the_rows_and_an_alarm_is_announced(screens: Screens, there: Cast) -> None:
    visit = out(there)
    page = board(screens, there)
    assert page.locator("[data-alarm]").count() == 0
    transitions.say_no_answer(visit=visit, by=there.slt, now=app_now(), attendee=visit.attendees.first())
    heartbeat.beat("beat")
    page.locator(f"[data-alarm='{visit.alarms.get().uuid}']").wait_for()
    assert page.locator(f"[data-visit={visit.ref}]").get_attribute("data-status") == "alarm"
    assert "missed a check-in" in page.locator("[data-announce]").inner_text()


def test_board_goes_red_when_the_timers_stop_or_the_server_is_gone(
    screens: Screens, there: Cast, morning
) -> None:
    out(there)
    page = board(screens, there)
    assert page.locator("body.board-stale").count() == 0
    morning.advance(seconds=20)
    page.locator("body.board-stale [data-stale]", has_text="the timers have stopped").wait_for()
    heartbeat.beat("beat")
    page.locator("body:not(.board-stale)").wait_for()
    page.context.set_offline(True)
    page.locator("body.board-stale [data-stale]", has_text="the server does not answer").wait_for()
    assert page.locator(".board-row").count() == 1


def test_board_works_without_scripts_and_asks_to_be_loaded_again(screens: Screens, there: Cast) -> None:
    visit = out(there)
    context = screens.browser.new_context(base_url=screens.url, java_script_enabled=False)
    cookies = screens.desk(there.office).context.cookies()
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    heartbeat.beat("beat")
    page.goto("/board/")
    assert page.locator(f"[data-visit={visit.ref}]").is_visible()
    assert page.locator("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]").count() == 1
    context.close()


def test_office_starts_the_call_from_the_row_and_comes_back_to_the_board(
    screens: Screens, there: Cast
) -> None:
    visit = make.out(there, now=app_now(), start_at=app_now() + make.minutes(1))
    page = board(screens, there)
    row = page.locator(f"[data-visit={visit.ref}]")
    row.get_by_role("link", name="Start call").click()
    page.get_by_role("heading", name="Ring Pat Teacher").wait_for()
    page.get_by_label("How did you know that it was them?").fill("Knew her voice")
    page.get_by_role("button", name="They are together, all fine").click()
    page.wait_for_url(re.compile("/board/$"))
    assert visit.moments.filter(kind="fine", for_all=True).exists()
