"""When the sentinel has to wake next."""

from typing import Any

from django.db.models import F, FloatField, Func

from homevisits.clock import AppNow
from homevisits.escalation.models import Alarm, Deadline
from homevisits.escalation.registry import alarm_tables, deadline_tables

LONGEST = 0.5
SHORTEST = 0.01


def seconds_to_next() -> float:
    """How long until something is due, by the database's clock; at most LONGEST. One query."""
    live = [table._base_manager.filter(state=Deadline.State.LIVE) for table in deadline_tables()]
    unresolved = [table._base_manager.exclude(state=Alarm.State.RESOLVED) for table in alarm_tables()]
    tables = [_first(rows) for rows in (*live, *unresolved)]
    if not tables:
        return LONGEST
    waits = [float(wait) for (wait,) in tables[0].union(*tables[1:], all=True).order_by() if wait is not None]
    return min(max(min(waits, default=LONGEST), SHORTEST), LONGEST)


class Epoch(Func):
    """An interval in seconds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = FloatField()


def _first(rows: Any) -> Any:
    return rows.order_by("next_at").values_list(Epoch(F("next_at") - AppNow()))[:1]
