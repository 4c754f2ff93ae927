"""Where upper floors hear of a new version and show themselves on the pages of policies and schools.

In `AppConfig.ready()`: `registry.ON_PUBLISHED.append(tell_heads)`. A panel is asked with the thing
whose page it is (nothing for the list of policies) and the person who looks; it gives back a
template with its context, or None.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from homevisits.people.models import Staff
    from homevisits.trusts.models import Overlay, School
    from homevisits.trusts.policies import Policy

Panel = tuple[str, dict[str, Any]]

# Called in the transaction that publishes, with who did it (None: the system) and when.
ON_PUBLISHED: "list[Callable[[Policy, Staff | None, dt.datetime], None]]" = []

# Called in the transaction that switches infection rules on at a school, with when.
ON_OVERLAY: "list[Callable[[Overlay, dt.datetime], None]]" = []

LIST_PANELS: "list[Callable[[Staff, dt.datetime], Panel | None]]" = []
POLICY_PANELS: "list[Callable[[Policy, Staff, dt.datetime], Panel | None]]" = []
PUBLISHED_PANELS: "list[Callable[[Policy, Staff, dt.datetime], Panel | None]]" = []
SCHOOL_PANELS: "list[Callable[[School, Staff, dt.datetime], Panel | None]]" = []


def drawn(panels: "list[Callable[..., Panel | None]]", request: HttpRequest, *args: Any) -> list[SafeString]:
    """The panels that have something to show, as HTML."""
    made = [panel for panel in (make(*args) for make in panels) if panel is not None]
    return [render_to_string(template, context, request=request) for template, context in made]


Named = tuple[str, str]  # a reference, and where the person may open it; "" where they may not


@dataclass(frozen=True)
class ImpactRow:
    """A sentence that a draft would ask for, or no longer ask for, and of how many things now under way.

    `named` are those of which the person may know why.
    """

    sentence: str
    is_added: bool
    blocks: bool
    count: int
    named: tuple[Named, ...]

    @property
    def more(self) -> int:
        """How many are counted and not named."""
        return self.count - len(self.named)


@dataclass(frozen=True)
class Impact:
    """What a draft would change for things under way: how many were looked at, the rows, and which differ."""

    looked_at: int
    differ: int
    rows: "list[ImpactRow]"
    named: tuple[Named, ...]

    @property
    def more(self) -> int:
        """How many differ and are not named."""
        return self.differ - len(self.named)


# What a draft would change for what is now under way, as this person may see it: (draft, staff, now).
IMPACTS: "list[Callable[[Policy, Staff, dt.datetime], Impact]]" = []
