"""`manage.py sentinel`: sweeps at the moment something is due, with nothing but PostgreSQL."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from homevisits.audit.watchdog import Watchdog
from homevisits.clock import NOTHING, ahead
from homevisits.escalation import canary, moved, signs
from homevisits.escalation.models import DUE_CHANNEL
from homevisits.escalation.pinging import Pinger
from homevisits.escalation.sweep import sweep
from homevisits.escalation.waking import seconds_to_next
from homevisits.notices.lanes import drain_in_background
from homevisits.notices.listening import Ear, stay_up, stop_on_signals
from homevisits.notices.sending import is_neglected

NEGLECTED_AFTER = dt.timedelta(seconds=2)
DRAINS_FOR = 20.0
# Something due was left behind, because somebody else holds it: look again soon, not at once.
LOOK_AGAIN = 0.2

logger = logging.getLogger(__name__)


class Sentinel:
    """One process's watch: over the deadlines, the clock, the canary, and those who watch from outside."""

    def __init__(self, pinger: Pinger) -> None:
        self.dog = Watchdog()
        self.pinger = pinger

    def work(self) -> float:
        """Look at the clock, sweep, tell the outside; how many seconds until the next look."""
        beside(self._look)
        with ahead(self.dog.lead or NOTHING):
            swept = sweep("sentinel")
            if is_neglected(NEGLECTED_AFTER):
                drain_in_background(DRAINS_FOR)
            beside(canary.ensure_now_and_then)
            if swept.is_complete:
                beside(self._ping)
            if swept.skipped or not swept.is_complete:
                return LOOK_AGAIN
            return seconds_to_next()

    def _look(self) -> None:
        self.dog.look()
        if self.dog.is_moved:
            moved.look_at_everything()

    def _ping(self) -> None:
        if self.pinger.is_due:
            self.pinger.ping(trouble=signs.read().trouble)


def beside(work: Callable[[], None]) -> None:
    """What watches the watcher may fail; the watch itself goes on, and the log says so."""
    try:
        work()
    except Exception:
        logger.exception("%s failed; the sweep goes on", getattr(work, "__name__", "work"))


class Command(BaseCommand):
    help = "Watch the deadlines until stopped. Any number may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        sentinel = Sentinel(Pinger(settings.PING_URL))
        stay_up(sentinel.work, ear=Ear(DUE_CHANNEL), stop=stop_on_signals())
