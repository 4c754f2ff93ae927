"""How fast an alarm went: from due to fired, told, arrived, read, taken. For its page and for the evidence."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from homevisits.escalation.models import Alarm
from homevisits.notices.models import Notice

SLOW = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Pace:
    """One thing that happened, and how long after the time when the alarm was due."""

    label: str
    at: dt.datetime | None
    lag: dt.timedelta | None

    @property
    def is_slow(self) -> bool:
        return self.lag is not None and self.lag > SLOW

    @property
    def text(self) -> str:
        """ "at once", "4 s", "3 min 20 s"; nothing for what has not happened."""
        if self.lag is None:
            return ""
        minutes, seconds = divmod(round(self.lag.total_seconds()), 60)
        if minutes <= 0 and seconds < 1:
            return "at once"
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def pace(alarm: Alarm) -> list[Pace]:
    """Every step of the way, those that have not happened included. One query."""
    return [
        Pace(label, at, at - alarm.due_at if at and label != DUE else None) for label, at in _steps(alarm)
    ]


DUE = "Due"


def _steps(alarm: Alarm) -> Iterator[tuple[str, dt.datetime | None]]:
    notices = list(Notice.objects.filter(alarm=alarm.uuid))
    sent = [n for n in notices if n.channel != Notice.Channel.IN_APP]
    yield DUE, alarm.due_at
    yield "Noticed by the timers", alarm.opened_at
    yield "First message written", _first(notices, "created_at")
    yield "First message sent", _first(sent, "sent_at")
    yield "First message delivered", _first(sent, "delivered_at")
    yield "First message read", _first(notices, "read_at")
    yield "Taken by somebody", alarm.owned_at


def _first(notices: list[Notice], name: str) -> dt.datetime | None:
    return min((at for n in notices if (at := getattr(n, name, None))), default=None)
