"""The menu: in order, for the right people, without dead links."""

from types import SimpleNamespace

import pytest

from homevisits.look import menu
from homevisits.look.context import ROOM, House


@pytest.fixture(autouse=True)
def empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "ITEMS", {})


def labels(staff: object) -> list[str]:
    return [link.label for link in menu.links_for(staff)]


def test_links_stand_in_order_whoever_registered_first() -> None:
    menu.register("Look", "look", "eye", order=20)
    menu.register("Sign in", "account_login", "key", order=10)
    assert labels(None) == ["Sign in", "Look"]


def test_links_are_shown_to_those_they_are_for() -> None:
    menu.register("Look", "look", "eye", shows=lambda staff: staff.is_office)
    assert labels(SimpleNamespace(is_office=True)) == ["Look"]
    assert labels(SimpleNamespace(is_office=False)) == []


def test_link_carries_how_many_wait() -> None:
    menu.register("Look", "look", "eye", badge=lambda staff: 3)
    assert menu.links_for(None)[0].count == 3


def test_address_that_does_not_exist_is_not_shown() -> None:
    menu.register("Nowhere", "no_such_page", "eye")
    assert labels(None) == []


@pytest.mark.parametrize(("links", "more"), [(ROOM, 0), (ROOM + 1, 0), (ROOM + 2, 2)])
def test_bar_puts_what_has_no_room_under_more(links: int, more: int) -> None:
    house = House(object())
    house.__dict__["links"] = [menu.Link(str(number), "/", "eye", 0) for number in range(links)]
    assert len(house.more_links) == more
    assert house.main_links + house.more_links == house.links
