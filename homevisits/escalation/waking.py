"""When the sentinel has to wake next."""

import datetime as dt
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import F, FloatField, Func

from homevisits.clock import AppNow, lead
from homevisits.escalation.models import Alarm, Deadline
from homevisits.escalation.registry import alarm_tables, deadline_tables

LONGEST = 0.5
# With many due within a second, several sentinels would else look once for each, all of them.
SHORTEST = 0.05

Table = type[Deadline] | type[Alarm]


def seconds_to_next() -> float:
    """How long until something is due, by the database's clock; at most LONGEST. One query."""
    tables = (*deadline_tables(), *alarm_tables())
    if not tables:
        return LONGEST
    with connection.cursor() as cursor:
        cursor.execute(*_first_sql(tables, lead()))
        waits = [float(wait) for (wait,) in cursor.fetchall() if wait is not None]
    return min(max(min(waits, default=LONGEST), SHORTEST), LONGEST)


@lru_cache
def _first_sql(tables: tuple[Table, ...], lead: dt.timedelta) -> tuple[str, tuple[Any, ...]]:
    first, *rest = [_first(table) for table in tables]
    return first.union(*rest, all=True).order_by().query.sql_with_params()


class Epoch(Func):
    """An interval in seconds."""

    template = "EXTRACT(EPOCH FROM %(expressions)s)"
    output_field = FloatField()


def _first(table: Table) -> Any:
    rows = table._base_manager.filter if issubclass(table, Deadline) else table._base_manager.exclude
    state = Deadline.State.LIVE if issubclass(table, Deadline) else Alarm.State.RESOLVED
    return rows(state=state).order_by("next_at").values_list(Epoch(F("next_at") - AppNow()))[:1]
