"""What a phone may keep for when there is no signal, and what it says later of when something was said."""

import datetime as dt

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.cast import Cast, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit

START = "2026-11-26 10:00"


@pytest.fixture
def cast(clock: Clock) -> Cast:
    clock.set(START)
    return make_cast("three_counties")


@pytest.fixture
def visit(cast: Cast) -> Visit:
    return make.out(cast)


@pytest.fixture
def phone(client: Client, cast: Cast) -> Client:
    client.force_login(cast.teacher)
    return client


def marks(client: Client, visit: Visit) -> dict[str, str | None]:
    """Which pages of a visit may be kept, and for whom."""
    pages = {"": "out", "help/": "help", "outcome/": "outcome", "note/": "note", "not-back/": "not_back"}
    return {
        name: client.get(f"/visits/{visit.ref}/out/{path}").headers.get("X-Keep-Offline")
        for path, name in pages.items()
    }


def test_only_pages_of_one_who_goes_are_kept_and_only_until_one_is_back(
    phone: Client, visit: Visit, cast: Cast, clock: Clock
) -> None:
    kept = marks(phone, visit)
    who = kept.pop("out")
    assert kept == {"help": who, "outcome": who, "note": who, "not_back": None}
    assert phone.get(f"/visits/{visit.ref}/out/")["X-As-Of"] == "10:00"
    other = Client()
    other.force_login(cast.colleague)
    assert marks(other, visit)["out"] not in {who, None}
    transitions.say_back(visit=visit, by=cast.teacher, now=clock.now)
    assert set(marks(phone, visit).values()) == {None}
    assert marks(other, visit)["out"] is not None


def test_page_names_when_the_office_is_told_and_whom_to_ring(phone: Client, visit: Visit, cast: Cast) -> None:
    # Check-in at ten past, five minutes to answer: before the planned return
    html = phone.get(f"/visits/{visit.ref}/out/").content.decode()
    caller = visit.checkin_colleague
    assert caller is not None
    assert f'href="tel:{caller.mobile}"' in html
    page_says = html.split("If we hear nothing by")[1].split("</time>")[0]
    due = visit.deadlines.filter(state="live", is_safety=True).earliest("due_at").due_at
    assert due.isoformat() in page_says


@pytest.mark.parametrize(
    ("minutes", "kept"),
    [(-10, -10), (5, 0), (-24 * 60 - 10, -24 * 60 - 10)],
    ids=["earlier", "to come", "of another day"],
)
def test_phones_time_is_kept_as_a_claim_beside_the_receipt(
    phone: Client, visit: Visit, clock: Clock, minutes: float, kept: float
) -> None:
    said_at = clock.now + dt.timedelta(minutes=minutes)
    phone.post(f"/visits/{visit.ref}/out/say/arrived/", {"said_at": said_at.isoformat()})
    said = visit.moments.get(kind="arrived")
    assert (said.recorded_at, said.said_at) == (clock.now, clock.now + dt.timedelta(minutes=kept))
    assert Visit.objects.get(pk=visit.pk).arrived_at == clock.now
    story = visit.events.get(kind="arrived").sentence
    day = " on 25 November 2026" if kept < -600 else ""
    assert (f"(pressed at 09:50{day} without signal)" in story) == (kept != 0)


@pytest.mark.parametrize("nonsense", ["", "yesterday", "2026-11-26T09:50:00", "0001-01-01T00:00:00Z"])
def test_what_is_no_time_claims_nothing(phone: Client, visit: Visit, clock: Clock, nonsense: str) -> None:
    phone.post(f"/visits/{visit.ref}/out/say/fine/", {"said_at": nonsense})
    assert visit.moments.get(kind="fine").said_at == clock.now


def test_what_refuses_travels_beside_the_page_for_the_worker(
    phone: Client, visit: Visit, cast: Cast, clock: Clock
) -> None:
    reply = phone.post(f"/visits/{visit.ref}/out/time/", {"minutes": "10"})
    assert (reply.status_code, reply["X-Refused"]) == (200, "Choose%20why%20you%20need%20more%20time")


def test_phone_can_put_us_beside_its_apps(client: Client) -> None:
    facts = client.get("/manifest.webmanifest").json()
    assert (facts["start_url"], facts["scope"], facts["display"]) == ("/", "/", "standalone")
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in facts["icons"])
    worker = client.get("/worker.js")
    assert (worker["Service-Worker-Allowed"], worker["Cache-Control"]) == ("/", "no-cache")
    assert worker["Content-Type"].startswith("text/javascript")


def test_signing_out_empties_the_browsers_cache(phone: Client, visit: Visit) -> None:
    assert phone.post("/accounts/logout/")["Clear-Site-Data"] == '"cache"'
    assert phone.get(f"/visits/{visit.ref}/out/").status_code == 302
