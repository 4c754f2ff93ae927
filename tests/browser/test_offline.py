"""A visitor whose phone has no signal: the page opens, what is pressed waits and goes once, the school sees it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from playwright.sync_api import Error, Page, expect

from homevisits.clock import app_now
from tests.browser import driver
from tests.browser.screens import Screens, be
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.running import wait_for
from visits.models import Visit
from visits.story import Moment
from visits.templatetags import phone as phone_tags
from visits.views import out

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = (
    "async () => (await (await caches.open('sealed-pages')).keys()).map((one) => new URL(one.url).pathname)"
)
SEND = """async () => {
  const told = new Promise((done) => navigator.serviceWorker.addEventListener('message', done, { once: true }));
  (await navigator.serviceWorker.ready).active.postMessage({ type: 'send' });
  await told;
  return (await window.unsent.all()).length;
}"""
ROWS = "async () => await window.unsent.all()"
IN_CLEAR = """async (words) => {
  const cache = await caches.open('sealed-pages');
  const texts = await Promise.all((await cache.keys()).map(async (one) => (await cache.match(one)).text()));
  return texts.some((text) => text.includes(words));
}"""
ON_DISK = """async () => {
  const base = await new Promise((done) => { const a = indexedDB.open('house', 1); a.onsuccess = () => done(a.result); });
  return await new Promise((done) => { const a = base.transaction('unsent').objectStore('unsent').getAll(); a.onsuccess = () => done(Object.keys(a.result[0])); });
}"""


@pytest.fixture
def cast(morning: Clock) -> Cast:
    return make_cast("three_counties")


def kept(page: Page) -> list[str]:
    """The pages on the phone."""
    return sorted(page.evaluate(KEPT))


def keeps(page: Page, ref: str, *paths: str) -> None:
    """Open the phone page, and wait until these pages of it are on the phone."""
    driver.open_phone(page, ref)
    wanted = {f"/visits/{ref}/out/{path}" for path in ("", "note/", *paths)}  # the note comes last
    wait_for(lambda: wanted <= set(page.evaluate(KEPT)))


def test_phone_without_signal_keeps_what_is_pressed_and_sends_it_once(
    screens: Screens, cast: Cast, morning: Clock
) -> None:
    # Given a teacher who is out, and whose phone has opened the page
    visit = make.out(cast)
    phone, home = screens.phone(cast.teacher), f"/visits/{visit.ref}/out/"
    driver.open_phone(phone, visit.ref)
    pages = ["", "entered/", "help/", "look/", "note/", "outcome/", "reminders/", "time/"]
    wait_for(lambda: f"{home}help/" in phone.evaluate(KEPT))
    assert set(kept(phone)) <= {f"{home}{path}" for path in pages}
    assert not phone.evaluate(IN_CLEAR, visit.ref)

    # When there is no signal
    phone.context.set_offline(True)
    phone.goto(home)

    # Then the page opens as it stood, says so, and has the numbers; so does the page for when something goes wrong
    expect(phone.locator("[data-kept-note]")).to_contain_text("Offline: as of 10:0")
    expect(phone.get_by_role("link", name=visit.school.desk_name).first).to_be_visible()
    phone.get_by_role("button", name="I have arrived").click()
    waits = phone.locator("[data-unsent]")
    expect(waits).to_contain_text("Not yet sent: “I have arrived”")
    expect(phone.locator("[data-not-recorded]")).to_contain_text("NOT recorded. Ring the office.")
    assert not Visit.objects.get(ref=visit.ref).arrived_at
    (row,) = phone.evaluate(ROWS)
    assert (row["url"].endswith(f"{home}say/arrived/"), [name for name, _ in row["fields"]]) == (
        True,
        ["key"],
    )
    assert sorted(phone.evaluate(ON_DISK)) == ["iv", "key", "saidAt", "sealed", "who"]
    phone.goto(f"{home}help/")
    expect(phone.get_by_role("link", name="Ring 999")).to_be_visible()
    expect(waits).to_contain_text("Not yet sent: “I have arrived”")

    # When there is signal again, it goes by itself, once, with the phone's time beside the time of receipt
    phone.goto(home)
    phone.context.set_offline(False)
    phone.locator("[data-phase=at_the_door]").wait_for()
    expect(waits).to_be_hidden()
    assert phone.evaluate(ROWS) == []
    said = Moment.objects.get(visit=visit, kind="arrived")
    assert (str(said.key), said.said_at < said.recorded_at) == (row["key"], True)

    # And the office sees it
    office = screens.desk(cast.office)
    office.goto(f"/visits/{visit.ref}/")
    expect(office.get_by_text("Arrived").first).to_be_visible()

    # And when they sign out, nothing is left on the phone
    phone.goto("/accounts/logout/")
    phone.locator("main").get_by_role("button", name="Sign out").click()
    assert kept(phone) == []


def unsent(page: Page) -> list[str] | None:
    """What is not yet sent, by its button; None while the page is being replaced."""
    try:
        return [row["label"] for row in page.evaluate(ROWS)]
    except Error:
        return None


def without_signal(phone: Page, button: str) -> None:
    """Press it without signal, and see that it is kept."""
    phone.context.set_offline(True)
    driver.press(phone, button)
    expect(phone.locator("[data-unsent]")).to_contain_text(f"Not yet sent: “{button}”")


def test_app_opened_without_signal_shows_the_page_that_is_kept(screens: Screens, cast: Cast) -> None:
    # Given a teacher at the door, whose phone has the page
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    driver.arrive(phone)
    keeps(phone, visit.ref, "outcome/", "note/")
    phone.context.set_offline(True)

    # When they open the app, or any page that is not kept
    for path in ("/", "/notices/", f"/visits/{visit.ref}/"):
        phone.goto(path)
        # Then their own page stands there, with the numbers
        expect(phone.locator("[data-kept-note]")).to_contain_text("Offline: as of 10:")
        expect(phone.get_by_role("link", name=visit.school.desk_name).first).to_be_visible()

    # And how it went can be said: it waits on the phone
    phone.goto(f"/visits/{visit.ref}/out/outcome/?outcome=nobody_in")
    phone.get_by_label("Nobody in").check()
    driver.press(phone, "Send")
    expect(phone.locator("[data-unsent]")).to_contain_text("Not yet sent: “Send”")
    phone.context.set_offline(False)
    wait_for(lambda: Visit.objects.get(pk=visit.pk).outcome == "nobody_in")


def test_press_of_somebody_who_was_signed_out_is_told_and_kept(screens: Screens, cast: Cast) -> None:
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    phone.context.clear_cookies(name="sessionid")
    driver.press(phone, "I have arrived")
    told = phone.locator("[data-not-recorded]")
    expect(told).to_contain_text("NOT recorded. Ring the office. You are signed out.")
    expect(told).to_contain_text("It is kept on this phone and goes when you have signed in again.")
    sign_in = told.get_by_role("link", name="Sign in again")
    assert sign_in.get_attribute("href") == f"/accounts/login/?next=/visits/{visit.ref}/out/"
    be(phone, cast.teacher, screens.url)
    driver.open_phone(phone, visit.ref)
    wait_for(lambda: visit.moments.filter(kind="arrived").exists())
    wait_for(lambda: unsent(phone) == [])


def test_press_that_the_server_could_not_keep_waits_and_the_kept_page_stands_in(
    screens: Screens, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)

    def broken(*_: object, **__: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setitem(out.SAYINGS, "arrived", broken)
        patch.setattr(out, "shown", broken)
        driver.press(phone, "I have arrived")
        told = phone.locator("[data-not-recorded]")
        expect(told).to_contain_text("could not keep it. It is kept on this phone.")
        driver.open_phone(phone, visit.ref)
        expect(phone.locator("[data-kept-note]")).to_be_visible()
        expect(phone.locator("[data-unsent]")).to_contain_text("Not yet sent: “I have arrived”")
    driver.open_phone(phone, visit.ref)
    wait_for(lambda: unsent(phone) == [])
    assert visit.moments.filter(kind="arrived").count() == 1


@pytest.mark.parametrize("other", ["head", "outsider"], ids=["who sees the visit", "who does not"])
def test_word_waits_while_somebody_else_is_signed_in(screens: Screens, cast: Cast, other: str) -> None:
    # Given what a teacher pressed without signal, on a phone that others use too
    visit = make.out(cast)
    theirs = make.out(make_cast("three_counties")) if other == "outsider" else None
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    without_signal(phone, "I have arrived")
    stranger = theirs.attendees.first().staff if theirs else getattr(cast, other)
    be(phone, stranger, screens.url)

    # When the phone has signal and is somebody else's
    phone.context.set_offline(False)
    assert phone.evaluate(SEND) == 1

    # Then it waits, unharmed, and goes when its own person is back
    (row,) = phone.evaluate(ROWS)
    assert (row.get("refused"), visit.moments.filter(kind="arrived").exists()) == (None, False)
    be(phone, cast.teacher, screens.url)
    driver.open_phone(phone, visit.ref)
    wait_for(lambda: visit.moments.filter(kind="arrived").exists())


def test_row_that_the_server_refuses_for_now_holds_up_no_other(
    screens: Screens, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(**_: object) -> None:
        raise PermissionDenied

    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    monkeypatch.setitem(out.SAYINGS, "arrived", forbidden)
    without_signal(phone, "I have arrived")
    without_signal(phone, "I am fine")
    phone.context.set_offline(False)
    wait_for(lambda: visit.moments.filter(kind="fine").exists())
    wait_for(lambda: unsent(phone) == ["I have arrived"])


def test_word_that_goes_with_a_pin_is_not_kept_and_the_page_says_so(
    screens: Screens, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_tags, "wants_pin", lambda visit, by: True)
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    phone.context.set_offline(True)
    driver.press(phone, "I am fine")
    told = phone.locator("[data-not-recorded]")
    expect(told).to_contain_text("It goes only with your PIN, so it is not kept on this phone.")
    assert phone.evaluate(ROWS) == []


def test_signing_out_with_something_unsent_is_asked_about_first(screens: Screens, cast: Cast) -> None:
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    without_signal(phone, "I have arrived")
    phone.route("**/out/", lambda route: route.abort())
    phone.context.set_offline(False)
    phone.goto("/accounts/logout/")
    expect(phone.get_by_role("alert")).to_contain_text("Not yet sent from this phone: 1.")


def test_time_of_a_press_on_a_kept_page_is_not_as_old_as_the_page(screens: Screens, cast: Cast) -> None:
    visit = make.out(cast)
    phone = screens.phone(cast.teacher)
    keeps(phone, visit.ref)
    phone.context.set_offline(True)
    phone.wait_for_timeout(6000)
    driver.open_phone(phone, visit.ref)
    shown = phone.evaluate("window.house.serverNow()") / 1000
    assert abs(shown - app_now().timestamp()) < 3
