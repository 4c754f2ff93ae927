"""The visitor's screens in a real browser: with and without scripts, without a signal, accessible."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from homevisits.people.models import Staff
from tests.axe import troubles
from tests.browser.screens import be
from tests.cast import Cast
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Visit
from visits.writing import VisitRecord

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
START = "2026-11-26 10:00"
PHONE = {"width": 390, "height": 844}
Opened = Callable[..., "Page"]


@pytest.fixture
def visit(cast: Cast, clock) -> Visit:  # type: ignore[no-untyped-def]
    clock.set(START)
    visit = make.out(cast)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl)
    return visit


@pytest.fixture
def opened(chromium: "Browser", live_server: Any) -> Iterator[Opened]:
    """Somebody's own phone, at an address of the served product."""
    contexts = []

    def open_page(staff: Staff, path: str, **options: Any) -> "Page":
        context = chromium.new_context(viewport=PHONE, locale="en-GB", timezone_id="Europe/London", **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        be(page, staff, live_server.url)
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_tap_is_answered_with_the_servers_time(cast: Cast, visit: Visit, opened: Opened) -> None:
    page = opened(cast.colleague, f"/visits/{visit.ref}/out/")
    page.get_by_role("button", name="I have arrived").click()
    page.locator("[data-phase=at_the_door]").wait_for()
    assert page.locator("[data-last-sent]").inner_text().strip() == "Sent 10:00"


def test_the_page_works_without_scripts(cast: Cast, visit: Visit, opened: Opened) -> None:
    page = opened(cast.colleague, f"/visits/{visit.ref}/out/", java_script_enabled=False)
    page.get_by_role("button", name="I have arrived").click()
    page.get_by_role("link", name="We went in").click()
    page.get_by_label("Maria Novak, mother", exact=True).check()
    page.get_by_role("button", name="We are inside").click()
    page.get_by_role("button", name="Hold for help").click()
    page.get_by_role("button", name="Yes, send for help").click()
    assert "You asked for help at 10:00." in page.locator("main").inner_text()
    assert [alarm.kind for alarm in visit.alarms.all()] == ["help"]


def test_without_a_signal_the_page_says_not_recorded_and_a_second_try_counts_once(
    cast: Cast, visit: Visit, opened: Opened
) -> None:
    page = opened(cast.colleague, f"/visits/{visit.ref}/out/")
    page.context.set_offline(True)
    page.get_by_role("button", name="I am fine").click()
    told = page.get_by_role("alert").filter(has_text="NOT recorded. Ring the office.")
    told.wait_for()
    assert told.get_by_role("link").get_attribute("href") == f"tel:{visit.school.phone}"
    assert page.locator("[data-offline]").is_visible()
    assert page.locator("[data-last-sent]").count() == 0
    page.context.set_offline(False)
    page.get_by_role("button", name="I am fine").click()
    page.locator("[data-last-sent]").wait_for()
    assert visit.moments.filter(kind="fine").count() == 1


def test_a_refusal_is_shown_where_one_stands(cast: Cast, clock, opened: Opened) -> None:
    clock.set(START)
    visit = make.logged(cast)
    page = opened(cast.teacher, f"/visits/{visit.ref}/out/")
    checks = [item.pk for item in departure_checks(visit)]
    transitions.depart(visit=visit, by=cast.colleague, now=clock.now, checks=checks)
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="I am leaving now").click()
    page.get_by_role("alert").filter(has_text="This visit is out: P. Colleague, 10:00.").wait_for()
    assert page.locator("[data-phase=on_the_way]").count() == 1


def test_help_is_sent_by_holding(cast: Cast, visit: Visit, opened: Opened) -> None:
    page = opened(cast.colleague, f"/visits/{visit.ref}/out/")
    button = page.get_by_role("button", name="Hold for help")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.get_by_text("You asked for help at").wait_for()
    page.mouse.up()
    assert [alarm.kind for alarm in visit.alarms.all()] == ["help"]


def test_the_record_keeps_itself_while_it_is_typed(cast: Cast, clock, opened: Opened) -> None:
    clock.set(START)
    visit = make.returned(cast)
    page = opened(cast.teacher, f"/visits/{visit.ref}/record/")
    page.get_by_role("textbox", name="Facts").fill("Two beds, both made.")
    page.get_by_role("textbox", name="Opinion").focus()
    page.get_by_text("Draft kept 10:00").wait_for()
    assert VisitRecord.objects.get(visit=visit).facts == "Two beds, both made."
    page.get_by_role("button", name="Finish the record").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    assert page.get_by_role("textbox", name="Facts").input_value() == "Two beds, both made."


@pytest.fixture
def addresses(cast: Cast, visit: Visit, clock) -> list[str]:  # type: ignore[no-untyped-def]
    """Every screen of a visitor, in most of its moods."""
    now = clock.now
    out = f"/visits/{visit.ref}/out/"
    logged, authorised = make.logged(cast), make.authorised(cast)
    inside, back, recorded = make.out(cast), make.returned(cast), make.recorded(cast)
    transitions.say_waiting(visit=inside, by=cast.teacher, now=now)
    transitions.say_entered(visit=inside, by=cast.teacher, now=now, invited_by="Maria")
    transitions.say_left(visit=inside, by=cast.teacher, now=now)
    transitions.ask_for_help(visit=inside, by=cast.teacher, now=now)
    asked = [out + page for page in ("", "time/", "entered/", "outcome/", "not-left/", "help/", "reminders/")]
    states = [f"/visits/{v.ref}/out/" for v in (logged, authorised, inside, back, recorded)]
    records = [f"/visits/{v.ref}/record/" for v in (back, recorded, logged)]
    return [*asked, *states, f"{out}on/{logged.ref}/", *records, f"/visits/{visit.ref}/appointment.pdf"]


def test_axe_finds_nothing_and_nothing_overflows(
    cast: Cast, addresses: list[str], opened: Opened, live_server: Any
) -> None:
    page = opened(cast.teacher, "/")
    for path in addresses:
        page.goto(live_server.url + path)
        assert troubles(page) == [], path


def test_no_target_on_the_phone_page_is_smaller_than_a_finger(
    cast: Cast, visit: Visit, opened: Opened
) -> None:
    page = opened(cast.teacher, f"/visits/{visit.ref}/out/")
    heights = page.evaluate(
        """() => [...document.querySelectorAll("main button, main a.btn")].filter((b) => b.offsetParent)
                 .map((b) => [b.innerText.trim(), b.getBoundingClientRect().height])"""
    )
    assert [name for name, height in heights if height < 44] == []
