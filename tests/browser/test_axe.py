"""Every kind of page in a browser, wide and narrow, light and dark: axe finds nothing, nothing is cut off.

The pages of people, policy and the phone have a walk of their own: test_people_look.py,
test_policy_look.py, test_out_look.py.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse

from homevisits.people.models import SchoolTraining
from tests.access import place
from tests.axe import WIDTHS, troubles
from tests.browser.driver import press
from tests.browser.screens import Screens
from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits import transitions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PARTS = 3


@dataclass(frozen=True)
class Stop:
    """A page of somebody's: an address, the thing that it names, and a button to press for its errors.

    `cut_off`: look at it once more when the server no longer answers.
    """

    who: str
    address: str
    thing: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    button: str = ""
    query: str = ""
    cut_off: bool = False

    def __str__(self) -> str:
        return " ".join(filter(None, [self.who, self.address, self.thing, *self.more.values(), self.button]))


def step(name: str, thing: str = "draft", button: str = "") -> Stop:
    return Stop("teacher", "request_step", thing, {"step": name}, button)


WALK = [
    Stop("nobody", "account_login", button="Sign in"),
    Stop("nobody", "account_reset_password"),
    # My day, asking
    *(Stop(who, "day") for who in ("teacher", "office", "head", "admin")),
    Stop("teacher", "visit_new"),
    Stop("teacher", "visit_new", query="?pupil={pupil}"),
    *(step(name) for name in ("pupil", "reason", "told", "where", "when", "people")),
    *(step(name, "empty", "Continue") for name in ("reason", "told")),
    Stop("teacher", "request_check", "draft"),
    Stop("teacher", "request_check", "empty", button="Send the request"),
    Stop("teacher", "request_sent", "requested"),
    # The visit's page, and what is done there
    *(Stop(who, "visit", "requested") for who in ("teacher", "head", "office")),
    *(Stop("teacher", "visit", thing) for thing in ("draft", "logged", "out", "returned", "recorded")),
    Stop("teacher", "change", "requested"),
    Stop("teacher", "change_step", "requested", {"step": "where"}),
    Stop("teacher", "times", "authorised"),
    Stop("teacher", "cancel", "requested", button="Cancel this visit"),
    Stop("teacher", "code_word", "logged"),
    Stop("head", "risk", "requested", button="Keep the risk assessment"),
    # Deciding
    Stop("head", "dashboard"),
    Stop("head", "decide", "requested"),
    Stop("head", "decide", "assessed", button="Authorise"),
    Stop("head", "decide_done", "authorised"),
    Stop("teacher", "decide_telephone", "requested"),
    # The office
    Stop("office", "desk"),
    Stop("office", "desk_log", "authorised", button="Log this visit"),
    Stop("office", "board", cut_off=True),
    Stop("office", "desk_call", "attendee"),
    Stop("office", "desk_back", "out"),
    Stop("office", "desk_time", "out"),
    Stop("office", "alarm", "alarm"),
    Stop("head", "alarm", "alarm"),
    # On the phone
    Stop("teacher", "out", "logged", button="I am leaving now"),
    Stop("teacher", "out_help", "out", button="Hold for help"),
    Stop("teacher", "record", "returned", button="Finish the record"),
    # Messages
    Stop("office", "notices"),
    Stop("office", "notices_sent"),
    Stop("admin", "notices_log"),
    # Safeguarding and attendance
    Stop("dsl", "concerns"),
    Stop("teacher", "concern_new", query="?visit={out}", button="Send to the DSL now"),
    Stop("dsl", "concern", "concern"),
    Stop("attendance", "attendance"),
    Stop("attendance", "agreements"),
    Stop("attendance", "agreement", "agreement"),
]


@dataclass(frozen=True)
class House:
    """The cast, and one of everything that an address may name."""

    cast: Cast
    things: dict[str, dict[str, Any]]

    def path(self, stop: Stop) -> str:
        kwargs = self.things[stop.thing] if stop.thing else {}
        query = stop.query.format(pupil=self.things["pupil"]["pk"], out=self.things["out"]["ref"])
        return reverse(stop.address, kwargs=kwargs | stop.more) + query


@pytest.fixture
def house(morning: Clock) -> House:
    """One of everything, and besides: an empty draft, and a request whose risks are assessed."""
    cast, now = make_cast("three_counties"), morning.now
    assessed = make.requested(cast, now=now)
    make.assessed(cast, assessed, now)
    there = place(cast, now)
    SchoolTraining.objects.all().delete()  # its own pages have a walk of their own; here it would bar everybody
    empty = transitions.ask_for(by=cast.teacher, pupils=[make.a_pupil(cast)], now=now)
    more = {
        "empty": {"ref": empty.ref},
        "assessed": {"ref": assessed.ref},
    }
    return House(cast, there.kwargs | more)


@pytest.mark.parametrize("part", range(PARTS))
def test_axe_finds_nothing_on_any_page(screens: Screens, house: House, part: int) -> None:
    stops = WALK[part::PARTS]
    found = [f"{stop}: {trouble}" for stop in stops for trouble in troubles_of(screens, house, stop)]
    assert found == []


def troubles_of(screens: Screens, house: House, stop: Stop) -> list[str]:
    """What is wrong with a page as it opens, with its errors once a button was pressed, and when cut off."""
    page = screens.nobody() if stop.who == "nobody" else screens.desk(house.cast.people[stop.who])
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    reply = page.goto(house.path(stop))
    found = [] if reply and reply.status == 200 else [f"answers {reply.status if reply else 'nothing'}"]
    found += troubles(page)
    if stop.button:
        press(page, stop.button)
        page.locator("[data-error-summary], h1:has-text('Send for help?')").first.wait_for()
        found += [f"after the button, {trouble}" for trouble in troubles(page)]
    if stop.cut_off:
        page.route("**/rows/**", lambda route: route.abort())
        page.locator("body.board-stale").wait_for()
        found += [f"cut off, {trouble}" for trouble in troubles(page)]
    return found
