"""Watches the one clock: notices when it jumps, and keeps the timers from being late when it is put back.

Time is measured by the machine as well (a monotonic clock, which no one can set); where the two part by
more than JUMP, the database's clock was moved.
"""

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction

from homevisits.audit.models import ClockWatch
from homevisits.clock import NOTHING, app_now

JUMP = dt.timedelta(seconds=5)
# A clock that was put back by more than this had been wrong before: that is said, and not made up for,
# since for hours every new deadline would be due at once.
LONGEST_LEAD = dt.timedelta(hours=3)
WRITES_EVERY = dt.timedelta(seconds=1)
# A look that took longer measures nothing.
QUICK = 1.0
ONLY = 1
# The row as it is now, for those who do not watch themselves.
LEAD = "SELECT lead FROM audit_clockwatch WHERE app_now() < reached_at"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """One reading of both clocks: the machine's in seconds, and the database's."""

    at: float
    shown: dt.datetime


class Watchdog:
    """Looks again and again. `ticking` is the clock that nobody can set.

    `is_moved` after a look: the time of the timers went back or may have, so that what waits for a
    time that was worked out before has to be looked at once.
    """

    def __init__(self, ticking: Callable[[], float] = time.monotonic) -> None:
        self.ticking = ticking
        self.last: Look | None = None
        self.lead: dt.timedelta | None = None
        self.is_moved = False

    def look(self) -> dt.timedelta:
        """Compare both clocks, write down what was seen; how far the timers have to run ahead."""
        began = self.ticking()
        shown = app_now()
        look = Look(self.ticking(), shown)
        row, _ = ClockWatch.objects.get_or_create(pk=ONLY, defaults={"seen_at": shown})
        jump = self._jump(look, row)
        if jump:
            row = _record(jump, shown)
        elif shown - row.seen_at >= WRITES_EVERY:
            ClockWatch.objects.filter(pk=ONLY, seen_at__lt=shown).update(seen_at=shown)
        self.last = look if look.at - began < QUICK else None
        return self._led(_lead(row, shown), is_jump=bool(jump), was_led=row.reached_at is not None)

    def _led(self, lead: dt.timedelta, *, is_jump: bool, was_led: bool) -> dt.timedelta:
        went_back = was_led if self.lead is None else lead < self.lead
        self.is_moved, self.lead = is_jump or went_back, lead
        return lead

    def _jump(self, look: Look, row: ClockWatch) -> dt.timedelta:
        """By how much the clock was moved since the last look; nothing when it was not.

        Back: also when this process has only just started, by what the row remembers.
        """
        if row.seen_at - look.shown > JUMP:
            return look.shown - row.seen_at
        if self.last is None:
            return NOTHING
        drift = look.shown - self.last.shown - dt.timedelta(seconds=look.at - self.last.at)
        return drift if abs(drift) > JUMP else NOTHING


def _record(jump: dt.timedelta, shown: dt.datetime) -> ClockWatch:
    """Write a jump down once, however many watchdogs saw it."""
    with transaction.atomic():
        row = ClockWatch.objects.select_for_update().get(pk=ONLY)
        if abs(shown - row.seen_at) > JUMP:
            logger.error("the database's clock jumped by %d seconds", jump.total_seconds())
            reached = row.seen_at + _lead(row, row.seen_at)
            lead = reached - shown if jump < NOTHING else max(_lead(row, row.seen_at) - jump, NOTHING)
            if lead > LONGEST_LEAD:
                lead = NOTHING
            row.lead, row.reached_at = lead, (shown + lead if lead else None)
            row.jumped_at, row.jumped_by = shown, jump
        row.seen_at = shown
        row.save()
    return row


def _lead(row: ClockWatch, shown: dt.datetime) -> dt.timedelta:
    return row.lead if row.reached_at and shown < row.reached_at else NOTHING


def lead() -> dt.timedelta:
    """How far the timers have to run ahead, for processes that do not watch the clock. One small query."""
    with connection.cursor() as cursor:
        cursor.execute(LEAD)
        row = cursor.fetchone()
    return row[0] if row else NOTHING
