"""Where upper floors show themselves on the visit's pages without being imported."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from homevisits.people.models import Pupil, Staff
    from visits.models import Visit

Panel = tuple[str, dict[str, Any]]

VISIT_PANELS: "list[Callable[[Visit, Staff], Panel | None]]" = []
DECISION_PANELS: "list[Callable[[Visit, Staff], Panel | None]]" = []
REQUEST_PANELS: "list[Callable[[Pupil, Staff], Panel | None]]" = []
OUT_PANELS: "list[Callable[[Visit, Staff], Panel | None]]" = []
RECORD_PANELS: "list[Callable[[Visit, Staff], Panel | None]]" = []
DAY_PANELS: "list[Callable[[Staff, dt.datetime], Panel | None]]" = []
SNAPSHOTS: "list[Callable[[Visit], str]]" = []
ON_RECORDED: "list[Callable[[Visit, Staff, dt.datetime], None]]" = []


def shown(panels: "list[Callable[..., Panel | None]]", *args: Any) -> list[Panel]:
    """The panels that have something to show."""
    return [panel for panel in (make(*args) for make in panels) if panel is not None]
