"""What Prometheus is told: ages, what is open or overdue, and how late the sweep was in the last hour."""

import datetime as dt
import math
from collections.abc import Iterator

from django.db.models import F, Q
from django.db.models.functions import Greatest

from homevisits.clock import AppNow
from homevisits.escalation import signs
from homevisits.escalation.faults import due
from homevisits.escalation.models import Alarm, CanaryDeadline, Deadline
from homevisits.escalation.registry import deadline_tables, shown_tables
from homevisits.notices.models import Trial

LOOKS_BACK = dt.timedelta(hours=1)


def as_text() -> str:
    """Every measure in Prometheus' text format. What is not known is left out."""
    lines: list[str] = []
    for name, words, values in _measures(signs.read()):
        lines += [f"# HELP homevisits_{name} {words}", f"# TYPE homevisits_{name} gauge"]
        lines += [f"homevisits_{name}{label} {value:g}" for label, value in values if value is not None]
    return "\n".join(lines) + "\n"


Values = list[tuple[str, float | None]]


def _measures(found: signs.Signs) -> Iterator[tuple[str, str, Values]]:
    yield "heartbeat_age_seconds", "Since the last full sweep in the background.", [("", found.age)]
    yield "canary_age_seconds", "Since the last test alarm that came through was due.", [("", found.canary)]
    yield (
        "sender_age_seconds",
        "Since a sender came to the end of a round with a trial.",
        [("", found.sender)],
    )
    oldest = found.oldest or 0.0
    yield "oldest_urgent_notice_seconds", "Age of the oldest urgent notice that waits.", [("", oldest)]
    yield "open_alarms", "Alarms that nobody has resolved.", [("", float(_open_alarms()))]
    yield (
        "due_and_unfired_deadlines",
        "Rows that the engine should have looked at.",
        [("", float(_unfired()))],
    )
    lags = sorted(sweep_lags())
    shares = [("0.5", 0.5), ("0.99", 0.99), ("1", 1.0)]
    yield (
        "sweep_lag_seconds",
        "From due to fired, of the last hour.",
        [(f'{{quantile="{name}"}}', _at(lags, share)) for name, share in shares],
    )
    jumped = found.jumped_by if found.trouble and found.jumped_by else 0.0
    yield "clock_jump_seconds", "By how much the clock jumped lately.", [("", jumped)]


def _open_alarms() -> int:
    return sum(table._base_manager.exclude(state=Alarm.State.RESOLVED).count() for table in shown_tables())


def _unfired() -> int:
    deadlines = sum(due(table).count() for table in deadline_tables())
    return deadlines + sum(due(table).count() for table in shown_tables())


def sweep_lags() -> Iterator[float]:
    """Seconds from due to fired of every safety deadline and test alarm of the last hour."""
    since = AppNow() - LOOKS_BACK
    for table in deadline_tables():
        if table is not CanaryDeadline:
            fired = Q(state=Deadline.State.FIRED, is_safety=True, settled_at__gt=since)
            # One that was armed when it was due already is not late before it was there.
            pairs = table._base_manager.filter(fired).values_list(
                Greatest(F("due_at"), F("created_at")), "settled_at"
            )
            yield from ((end - start).total_seconds() for start, end in pairs)
    trials = Trial.objects.filter(queued_at__gt=since).values_list("due_at", "queued_at")
    yield from ((end - start).total_seconds() for start, end in trials)


def _at(lags: list[float], share: float) -> float | None:
    """The value below which a share of them lies (nearest rank)."""
    return lags[math.ceil(len(lags) * share) - 1] if lags else None
