"""The menu in the top bar: apps put their pages into it when they start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

Shows = Callable[[Any], bool]
Badge = Callable[[Any], int]


def everybody(staff: Any) -> bool:
    """Shown to anyone who is signed in."""
    return True


@dataclass(frozen=True)
class Item:
    """One page in the menu: what it is called, whom it is for, how many things wait in it."""

    label: str
    url_name: str
    icon: str
    shows: Shows = everybody
    badge: Badge | None = None
    order: int = 100


@dataclass(frozen=True)
class Link:
    """A menu item as one person sees it."""

    label: str
    url: str
    icon: str
    count: int


ITEMS: dict[str, Item] = {}


def register(
    label: str,
    url_name: str,
    icon: str,
    *,
    shows: Shows = everybody,
    badge: Badge | None = None,
    order: int = 100,
) -> None:
    """Put a page into the menu; asked again for the same address, the later one stands.

    `shows` and `badge` are asked with the signed-in member of staff on every page, so they
    should cost at most one query together.
    """
    ITEMS[url_name] = Item(label, url_name, icon, shows, badge, order)


def links_for(staff: Any) -> list[Link]:
    """What this person finds in the menu, in order."""
    shown = [_link(item, staff) for item in sorted(ITEMS.values(), key=_place) if item.shows(staff)]
    return [link for link in shown if link]


def _place(item: Item) -> tuple[int, str]:
    return item.order, item.label


def _link(item: Item, staff: Any) -> Link | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None  # an app that is not installed here
    return Link(item.label, url, item.icon, item.badge(staff) if item.badge else 0)
