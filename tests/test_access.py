"""Every address x every person x own school, other school of the trust, other trust: one table.

tests/access_table.csv has a row an address and a column a person; a cell holds the three statuses.
An address without a row fails: a row is written by hand, so that somebody has thought about it.
`thing` says what the address names, `more` the rest of it ("?visit=out" is a query). A dash: the
address names nothing, so there is nothing of another school. 405 and the redirects of pages that
only take a POST come before anything is looked up.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseNotFound
from django.template.backends.django import Template
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import DjangoDbBlocker

from homevisits import urls
from homevisits.look import menu
from tests.access import World, addresses, nowhere, world
from tests.clock import Clock
from visits import pocket

TABLE = Path(__file__).parent / "access_table.csv"
PLACES = ("own", "other_school", "other_trust")
NOW = "2026-11-26 10:00"


def table() -> list[dict[str, str]]:
    with TABLE.open(newline="") as file:
        return list(csv.DictReader(file))


ROWS = table() if TABLE.exists() else []
GROUPS = {
    "visits": ("visits/", "dashboard", "board", "desk", "documents/"),
    "people": ("people/", "policy/", "schools/"),
}


def group_of(row: dict[str, str]) -> str:
    path = str(addresses()[row["address"]].pattern) if row["address"] in addresses() else ""
    return next((name for name, starts in GROUPS.items() if path.startswith(starts)), "rest")


def statuses(there: World, clients: dict[str, Client], row: dict[str, str]) -> dict[str, str]:
    """What each person gets at the three places, as a cell of the table."""
    return {
        name: " ".join(_status(there, client, row, where) for where in PLACES)
        for name, client in clients.items()
    }


def _status(there: World, client: Client, row: dict[str, str], where: str) -> str:
    if not row["thing"] and where != "own":
        return "-"
    kwargs: dict[str, Any] = there.kwargs(row["thing"], where) if row["thing"] else {}
    extra = dict(part.split("=") for part in row["more"].split()) if row["more"] else {}
    query = {key[1:]: extra.pop(key) for key in list(extra) if key.startswith("?")}
    if "visit" in query:
        query["visit"] = there.places[where].visits[query["visit"]].ref
    try:
        path = reverse(row["address"], kwargs=kwargs | extra)
    except NoReverseMatch as wrong:
        raise AssertionError(f"{row['address']}: {wrong}") from wrong
    return str(client.get(path, query).status_code)


@pytest.fixture(scope="module")
def there(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """One world for the whole table: only pages are asked for. Undone after the last cell."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield world(Clock().set(NOW))
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def bar_without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar is the same on every page and has tests of its own; its counts are half of a 404's work."""
    monkeypatch.setattr(menu, "ITEMS", {})
    # Made behind the page that waits for it, so ready at one person's turn and not at another's.
    monkeypatch.setattr(pocket, "card", lambda policy: b"%PDF-1.7")


@pytest.fixture
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn for the first who may see it: for the others its status is all that is asked."""
    drawn: set[tuple[str, str]] = set()
    draw = Template.render

    def render(self: Template, context: Any = None, request: Any = None) -> str:
        page = (getattr(getattr(request, "resolver_match", None), "view_name", "") or "", self.template.name)
        if page[0] and page in drawn:
            return ""
        drawn.add(page)
        return draw(self, context, request)

    monkeypatch.setattr(Template, "render", render)


def signed_in(there: World) -> dict[str, Client]:
    clients = {name: Client(raise_request_exception=False) for name in there.cast.people}
    for name, client in clients.items():
        client.force_login(there.cast.people[name])
    return clients | {"nobody": Client()}


def test_every_address_stands_in_the_table() -> None:
    known = {row["address"] for row in ROWS}
    assert {name for name in addresses() if name not in known} == set()


@pytest.mark.django_db
@pytest.mark.parametrize("group", [*GROUPS, "rest"])
def test_every_address_answers_everybody_as_the_table_says(
    there: World, group: str, monkeypatch: pytest.MonkeyPatch, drawn_once: None
) -> None:
    # Most cells are a 404, and here its status is all that counts: the page is compared below.
    monkeypatch.setattr(urls, "handler404", lambda request, exception: HttpResponseNotFound(), raising=False)
    clients = signed_in(there)
    differences = {}
    for row in (r for r in ROWS if group_of(r) == group):
        found = statuses(there, clients, row)
        wrong = {name: (row[name], cell) for name, cell in found.items() if row[name] != cell}
        if wrong:
            differences[f"{row['address']} {row['thing']} {row['more']}"] = wrong
    assert differences == {}


@pytest.mark.django_db
def test_what_may_not_be_seen_looks_like_what_is_not_there(there: World) -> None:
    client = signed_in(there)["teacher"]
    for thing, address in (
        ("requested", "visit"),
        ("pupil", "pupil"),
        ("concern", "concern"),
        ("alarm", "alarm"),
    ):
        kwargs = there.kwargs(thing, "other_trust")
        hidden, missing = (client.get(reverse(address, kwargs=k)) for k in (kwargs, nowhere(kwargs)))
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert len(hidden.content) == len(missing.content)
