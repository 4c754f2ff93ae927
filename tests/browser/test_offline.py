"""A visitor whose phone has no signal: the page opens, what is pressed waits and goes once, the school sees it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import driver
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.running import wait_for
from visits.models import Visit
from visits.story import Moment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = "async () => (await (await caches.open('out-pages')).keys()).map((one) => new URL(one.url).pathname)"
ROWS = "async () => await window.unsent.all()"
ON_DISK = """async () => {
  const base = await new Promise((done) => { const a = indexedDB.open('house', 1); a.onsuccess = () => done(a.result); });
  return await new Promise((done) => { const a = base.transaction('unsent').objectStore('unsent').getAll(); a.onsuccess = () => done(Object.keys(a.result[0])); });
}"""


@pytest.fixture
def cast(morning: Clock) -> Cast:
    return make_cast("three_counties")


def kept(page: Page, number: int) -> list[str]:
    """The pages on the phone, once there are so many."""
    wait_for(lambda: len(page.evaluate(KEPT)) == number)
    return sorted(page.evaluate(KEPT))


def test_phone_without_signal_keeps_what_is_pressed_and_sends_it_once(
    screens: Screens, cast: Cast, morning: Clock
) -> None:
    # Given a teacher who is out, and whose phone has opened the page
    visit = make.out(cast)
    phone, home = screens.phone(cast.teacher), f"/visits/{visit.ref}/out/"
    driver.open_phone(phone, visit.ref)
    assert kept(phone, 4) == [home, f"{home}help/", f"{home}reminders/", f"{home}time/"]

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
    assert sorted(phone.evaluate(ON_DISK)) == ["iv", "key", "refused", "saidAt", "sealed", "who"]
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
    assert kept(phone, 0) == []
