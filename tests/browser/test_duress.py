"""Two visits side by side: an ordinary check-in, and one that asks for help in secret."""

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
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(staff=staff, ordinary=ORDINARY, duress=DURESS, by=staff, now=app_now())
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
    for me in ("Pat Teacher", "Pat Colleague", "P. Teacher", "P. Colleague"):
        text = text.replace(me, "ME")
    text = re.sub(r"(\+44|\b0)[\d ]{10,}", "NUMBER", text)
    text = re.sub(r'data-who="\w+"|value="[^"]{30,}"|X-CSRFToken[^}]*}|style="[^"]*"', "TOKEN", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.+]+|\d\d:\d\d", "TIME", text)
    return re.sub(r"\b(in )?\d+ minutes?( ago)?|\bnow\b", "SOON", text)


@pytest.mark.clause("PS-129", "TC-169")
def test_the_phone_shows_the_same_and_the_board_shows_the_alarm(screens: Screens, cast: Cast) -> None:
    # Given two visitors, each out with the same colleague
    people = (cast.teacher, cast.colleague)
    pair = [make.fresh(make.out(cast, now=app_now(), by=one, party=[one, cast.slt])) for one in people]
    phones = [screens.phone(one) for one in people]

    # When they check in and come back, one ordinarily, one with the other PIN
    pins = (ORDINARY, DURESS)
    quiet, loud = (flow(phone, visit, pin) for phone, visit, pin in zip(phones, pair, pins, strict=True))
    sweep("test")
    for seen, phone, visit in zip((quiet, loud), phones, pair, strict=True):
        for path in (f"/visits/{visit.ref}/out/", f"/visits/{visit.ref}/"):
            phone.goto(path)
            seen.append(phone.locator("main").inner_text())

    # Then every page and answer is the same, and the office's board shows the silent alarm of the second
    for one, other in zip(quiet, loud, strict=True):
        assert plain(one, pair[0]).splitlines() == plain(other, pair[1]).splitlines()
    assert [visit.alarms.count() for visit in pair] == [0, 1]
    office = screens.desk(cast.office)
    heartbeat.beat("beat")
    office.goto("/board/")
    assert f"{pair[1].ref}: silent alarm." in office.locator(".alarm").inner_text()
    assert "Open the alarm" in office.locator(f"[data-visit={pair[1].ref}]").inner_text()


def test_help_is_sent_again_until_the_server_has_it(screens: Screens, cast: Cast) -> None:
    # Given a phone that has lost its signal
    visit = make.fresh(make.out(cast, now=app_now()))
    phone = screens.phone(cast.teacher)
    phone.goto(f"/visits/{visit.ref}/out/help/")
    phone.context.set_offline(True)

    # When help is held, it says plainly that nothing is sent, and whom to ring
    box = phone.locator("[data-hold]").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 40, box["y"] + 30)
    phone.mouse.down()
    status = phone.locator("[data-help-words]").first
    status.get_by_text("Not sent yet - trying again. Ring 999 or the office: ").wait_for()
    phone.mouse.up()
    assert not visit.alarms.exists()

    # Then it is sent once as soon as there is a signal, and says when
    phone.context.set_offline(False)
    status.get_by_text(re.compile(r"^Sent at \d\d:\d\d\.$")).wait_for()
    phone.get_by_text("You asked for help at").wait_for()
    assert [moment.kind for moment in visit.moments.filter(kind="help")] == ["help"]
    assert visit.alarms.get().raised_by == cast.teacher


def test_a_call_for_help_outlives_the_page_on_which_it_was_held(screens: Screens, cast: Cast) -> None:
    # Given a phone page whose call for help does not get through
    visit = make.fresh(make.out(cast, now=app_now()))
    phone = screens.phone(cast.teacher)
    phone.goto(f"/visits/{visit.ref}/out/")
    lost = re.compile(r"/out/help/$")
    phone.context.route(
        lost, lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    box = phone.locator("[data-hold]").bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 40, box["y"] + 30)
    phone.mouse.down()
    phone.locator("[data-help-words]").first.get_by_text("Not sent yet - trying again.").wait_for()
    phone.mouse.up()

    # When the phone is put away and taken out again, no page draws itself anew over it
    phone.evaluate(
        """() => {
          document.body.dataset.refresh = "0.001";
          window.marked = true;
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    phone.wait_for_timeout(500)
    assert phone.evaluate("() => window.marked === true")

    # And where the visitor loads it anew, it says that nothing is sent, and goes on by itself
    phone.reload()
    phone.locator("[data-help-words]").first.get_by_text("NOT sent yet").wait_for()

    # And so it does when the phone had ended the app, whichever page is opened first
    again = phone.context.new_page()
    phone.close()
    again.goto("/visits/")
    again.locator("[data-help-words]").first.get_by_text("NOT sent yet").wait_for()
    assert not visit.alarms.exists()
    phone.context.unroute(lost)
    again.get_by_text("You asked for help at").wait_for()
    assert [moment.kind for moment in visit.moments.filter(kind="help")] == ["help"]
    assert again.evaluate('() => localStorage.getItem("call-for-help")') is None
