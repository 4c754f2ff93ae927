"""The signs of life: whether due deadlines are seen and messages go out. What is wrong, in one sentence.

One query, for every board, `/healthz`, `/metrics` and the ping to an outside watcher.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from homevisits.clock import local
from homevisits.escalation.canary import LATE_AFTER
from homevisits.escalation.heartbeat import BOARD, STALE_AFTER
from homevisits.escalation.models import Deadline
from homevisits.escalation.registry import deadline_tables

# An urgent notice that no sender has touched for so long has no sender, or far too slow a one.
NEGLECTED_AFTER = 15.0
# One that is tried again and again and does not go: whoever it is for knows nothing.
UNSENT_AFTER = 120.0
# A row that every sweep passes over, while the heartbeat beats: somebody holds its subject.
UNFIRED_AFTER = 15.0
# How long a clock that jumped is a trouble; it stands in /healthz until the next jump.
JUMP_TOLD_FOR = 600.0

# Private notices are left out: one about a silent alarm would show on the phone of whom it is about.
# A beat in the future is as old as it is far off: the clock was put back since.
SQL = """
    WITH clock AS (SELECT app_now() AS now),
    watch AS (SELECT jumped_at, jumped_by,
                     CASE WHEN now < reached_at THEN lead ELSE interval '0' END AS lead
              FROM audit_clockwatch, clock),
    run AS (SELECT now + coalesce((SELECT lead FROM watch), interval '0') AS now FROM clock),
    waiting AS (SELECT min(created_at) AS oldest, min(next_try_at) AS first FROM notices_notice
                WHERE is_urgent AND NOT is_private AND state IN ('queued', 'sending'))
    SELECT
        (SELECT min(abs(extract(epoch FROM clock.now - beat_at))) FROM escalation_heartbeat WHERE name <> %s),
        (SELECT min(abs(extract(epoch FROM clock.now - beat_at))) FROM escalation_heartbeat),
        (SELECT extract(epoch FROM run.now - coalesce(
            (SELECT max(due_at) FROM notices_trial WHERE sent_at IS NOT NULL),
            (SELECT min(created_at) FROM escalation_canarydeadline)))),
        (SELECT extract(epoch FROM run.now - max(sent_at)) FROM notices_trial),
        (SELECT extract(epoch FROM run.now - oldest) FROM waiting),
        (SELECT extract(epoch FROM run.now - first) FROM waiting),
        (SELECT extract(epoch FROM run.now - min(since)) FROM ({waits}) AS waits),
        (SELECT jumped_at FROM watch),
        (SELECT extract(epoch FROM jumped_by) FROM watch),
        (SELECT extract(epoch FROM clock.now - jumped_at) FROM watch),
        clock.now
    FROM clock, run
"""


@dataclass(frozen=True)
class Signs:
    """Ages in seconds, None where there is nothing to be old."""

    age: float | None  # of the last full sweep by a process in the background
    anybody: float | None  # by anybody, a board included
    canary: float | None = None  # since the test alarm was due that came through last
    sender: float | None = None  # since a sender came to the end of a round with a trial
    oldest: float | None = None  # of the oldest urgent notice that waits
    neglected: float | None = None  # since the first of them could have been tried
    unfired: float | None = None  # since the engine should have looked at the row that waits longest
    jumped_at: dt.datetime | None = None
    jumped_by: float | None = None
    jump_age: float | None = None
    now: dt.datetime | None = None

    @property
    def is_stale(self) -> bool:
        """Whether nobody watches the timers."""
        return self.age is None or self.age > STALE_AFTER

    @property
    def trouble(self) -> str:
        """What else is wrong, in a plain sentence (ASCII: it travels in a header); nothing when all is well."""
        if self.canary is not None and abs(self.canary) > LATE_AFTER:
            return f"no test alarm has come through for {minutes(self.canary)}: messages may reach nobody."
        if self.neglected is not None and self.neglected > NEGLECTED_AFTER:
            return f"messages about alarms have been waiting for a sender for {minutes(self.neglected)}: ring people."
        if self.unfired is not None and self.unfired > UNFIRED_AFTER:
            return f"a timer that ran out {minutes(self.unfired)} ago has raised no alarm: ring everybody who is out."
        if self.oldest is not None and self.oldest > UNSENT_AFTER:
            return f"a message about an alarm has not gone out for {minutes(self.oldest)}: ring people."
        if self.jumped_at and self.jump_age is not None and abs(self.jump_age) < JUMP_TOLD_FOR:
            way = "back" if (self.jumped_by or 0) < 0 else "forward"
            size = minutes(self.jumped_by or 0)
            return f"the server's clock jumped {way} by {size} at {local(self.jumped_at):%H:%M}: the times shown may be wrong."
        return ""


def minutes(seconds: float) -> str:
    """ "40 seconds", "1 minute", "12 minutes"."""
    whole = round(abs(seconds))
    if whole < 60:
        return f"{whole} seconds"
    return f"{whole // 60} minute{'' if whole // 60 == 1 else 's'}"


def read() -> Signs:
    """The signs of life now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(tuple(deadline_tables())), [BOARD])
        row = cursor.fetchone()
    return Signs(*(_number(value) for value in row))  # type: ignore[arg-type]


@lru_cache
def _sql(tables: tuple[type[Deadline], ...]) -> str:
    """With the first row of each table's own index on what comes next: no more work for any number of rows.

    What is planned alone: every page shows these signs, those of somebody with a silent alarm too (PS-129).
    """
    return SQL.format(
        waits=" UNION ALL ".join([_first(table) for table in tables] or ["SELECT now() AS since"])
    )


def _first(table: type[Deadline]) -> str:
    """Since when the row that waits longest does; one that is made when it is due already, since it is there."""
    planned = "".join(f" AND kind <> '{kind}'" for kind in sorted(table.UNPLANNED))
    return (
        f"(SELECT greatest(next_at, created_at) AS since FROM {table._meta.db_table}"  # noqa: S608  (our own names)
        f" WHERE state = 'live'{planned} ORDER BY next_at LIMIT 1)"
    )


def _number(value: object) -> object:
    """PostgreSQL's numeric as a float; times as they are."""
    return value if value is None or isinstance(value, dt.datetime) else float(value)  # type: ignore[arg-type]
