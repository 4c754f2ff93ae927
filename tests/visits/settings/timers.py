"""When a visit's deadlines fall due under rules with some settings turned."""

import datetime as dt
from typing import Any

from tests.visits.turning import turned
from visits import timing
from visits.models import Visit


def due_at(visit: Visit, kind: str, **settings: Any) -> list[dt.datetime]:
    """Each deadline of a kind, in order."""
    return sorted(want.due_at for want in timing.wanted(turned(visit, **settings)) if want.kind == kind)


def asked_at(visit: Visit, kind: str, **settings: Any) -> list[dt.datetime | None]:
    """When people are asked ahead of each deadline of a kind."""
    return [want.prompt_at for want in timing.wanted(turned(visit, **settings)) if want.kind == kind]
