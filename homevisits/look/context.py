"""What every page knows without its view saying so: menu, heartbeat, who is signed in.

Four hooks are filled by other apps as they start: `HEARTBEAT`, `WHO`, `WRONG` and `INFECTION`.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from homevisits.look import menu
from homevisits.look.brand import readable


class SignsOfLife(Protocol):
    """`age`: seconds since the last full sweep of the deadlines, None if there has been none.
    `trouble`: what else keeps alarms from reaching people, in a sentence; "" when all is well.
    `now`: when that was so."""

    @property
    def age(self) -> float | None: ...
    @property
    def trouble(self) -> str: ...
    @property
    def now(self) -> dt.datetime | None: ...


HEARTBEAT: Callable[[], SignsOfLife] | None = None
STALE_AFTER = 15
ROOM = 5  # menu links that stand in the bar at 1280 pixels


def name_and_place(staff: Any) -> tuple[str, str]:
    """Who is signed in, and where they belong: "D. Mensah", "Hillside Academy"."""
    return staff.short_name, str(staff.main_school or staff.trust)


WHO: Callable[[Any], tuple[str, str]] = name_and_place
# Where somebody who is out finds what to do when something goes wrong; "" for everybody else.
WRONG: Callable[[Any], str] | None = None
# The infection rules that hold today at the schools of whoever is signed in.
INFECTION: Callable[[Any], list[Any]] | None = None


class House:
    """Asked lazily, so that a part of a page costs no query for a bar that it does not show."""

    demo = settings.DEMO
    stale_after = STALE_AFTER

    def __init__(self, staff: Any) -> None:
        self.staff = staff

    @cached_property
    def links(self) -> list[menu.Link]:
        return menu.links_for(self.staff) if self.staff else []

    @property
    def main_links(self) -> list[menu.Link]:
        """What the bar has room for."""
        return self.links if len(self.links) <= ROOM + 1 else self.links[:ROOM]

    @property
    def more_links(self) -> list[menu.Link]:
        """What waits under "More"."""
        return self.links[len(self.main_links) :]

    @cached_property
    def who(self) -> tuple[str, str] | None:
        return WHO(self.staff) if self.staff else None

    @cached_property
    def wrong_url(self) -> str:
        """The page for when something goes wrong, on every page of somebody who is out. At most one query."""
        return WRONG(self.staff) if self.staff and WRONG else ""

    @cached_property
    def infection(self) -> list[Any]:
        """The infection rules to stand on every page while they hold (PS-140). At most one query."""
        return INFECTION(self.staff) if self.staff and INFECTION else []

    @cached_property
    def brand(self) -> str:
        """The trust's own colour as six hex digits, or nothing."""
        shade = readable(self.staff.trust.brand_colour) if self.staff else None
        return shade.removeprefix("#") if shade else ""

    @property
    def has_heartbeat(self) -> bool:
        return HEARTBEAT is not None

    @cached_property
    def signs(self) -> SignsOfLife | None:
        """Whether the timers run and messages go. One query."""
        return HEARTBEAT() if HEARTBEAT else None

    @property
    def heartbeat_age(self) -> int | None:
        """Whole seconds since the last sweep; None when the timers have not run yet."""
        age = self.signs.age if self.signs else None
        return None if age is None else max(0, round(age))

    @property
    def as_of(self) -> dt.datetime | None:
        """When the signs of life were read: a page that stays open is as old as this."""
        return self.signs.now if self.signs else None

    @property
    def trouble(self) -> str:
        """What keeps alarms from reaching people though the timers run; "" when all is well."""
        return self.signs.trouble if self.signs else ""

    @property
    def is_stale(self) -> bool:
        return self.heartbeat_age is None or self.heartbeat_age > STALE_AFTER


def house(request: HttpRequest) -> dict[str, House]:
    """The context processor: `house` in every template."""
    user = getattr(request, "user", None)
    return {"house": House(user if user is not None and user.is_authenticated else None)}
