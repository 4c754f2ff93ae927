"""The living page and the heartbeat."""

from dataclasses import replace

import pytest
from django.test import Client

from homevisits.escalation.signs import Signs
from homevisits.look import context, menu
from homevisits.look.samples import PAGES
from homevisits.trusts.models import School
from tests.axe import troubles
from tests.cast import Cast
from tests.homevisits.look.conftest import Shown

# The left and right edges of what stands in the bar, from left to right.
EDGES = """() => [...document.querySelectorAll(
    ".bar-brand, .bar-nav > *, .bar-end > .pill, .bar-end .menu-person > summary"
)].filter((part) => part.getClientRects().length).flatMap((part) => {
    const box = part.getBoundingClientRect(); return [Math.round(box.left), Math.round(box.right)]; })"""
WHOLE = [page for page in PAGES if page != "board_rows"]


@pytest.mark.parametrize("page", PAGES)
def test_living_page_is_not_there_outside_demo_and_development(client: Client, cast: Cast, page: str) -> None:
    client.force_login(cast.office)
    assert client.get(f"/look/{page}/").status_code == 404


def test_living_page_wants_a_sign_in(client: Client, db: None, demo: None) -> None:
    assert client.get("/look/").status_code == 302


@pytest.mark.parametrize(("age", "header"), [(1.4, "1"), (None, "")])
def test_heartbeat_is_the_age_in_a_header(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch, age: float | None, header: str
) -> None:
    monkeypatch.setattr(context, "HEARTBEAT", lambda: Signs(age, age))
    client.force_login(cast.office)
    reply = client.get("/heartbeat/")
    assert (reply.status_code, reply.content, reply["X-Heartbeat-Age"]) == (204, b"", header)


@pytest.mark.parametrize(
    ("age", "text"), [(2, "Timers checked"), (16, "Timers stopped"), (None, "Timers have not run")]
)
def test_bar_says_whether_the_timers_run(
    client: Client,
    cast: Cast,
    demo: None,
    monkeypatch: pytest.MonkeyPatch,
    age: int | None,
    text: str,
) -> None:
    monkeypatch.setattr(context, "HEARTBEAT", lambda: Signs(age, age))
    client.force_login(cast.office)
    assert text in client.get("/look/").content.decode()


@pytest.mark.browser
def test_axe_finds_nothing_and_nothing_overflows(shown: Shown) -> None:
    for name in WHOLE:
        assert troubles(shown.open(f"/look/{name}/")) == [], name
    assert shown.errors == []  # the content security policy has refused nothing


@pytest.mark.browser
@pytest.mark.parametrize("width", [992, 1100, 1200, 1280])
def test_nothing_in_the_bar_covers_anything_else(
    shown: Shown, cast: Cast, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    School.objects.update(name="Poulton-le-Sands Church of England Primary School")
    counted = {key: replace(item, badge=lambda staff: 21) for key, item in menu.ITEMS.items()}
    monkeypatch.setattr(menu, "ITEMS", counted)
    monkeypatch.setattr(context, "HEARTBEAT", lambda: Signs(1, 1))
    shown.page.set_viewport_size({"width": width, "height": 900})
    page = shown.open("/look/")
    edges = page.evaluate(EDGES)
    assert edges == sorted(edges)
    assert edges[-1] <= width


@pytest.mark.browser
def test_twice_as_large_text_still_fits_a_phone(shown: Shown) -> None:
    shown.page.set_viewport_size({"width": 390, "height": 900})
    for name in WHOLE:
        page = shown.open(f"/look/{name}/")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
