"""`manage.py sentinel`: sweeps at the moment something is due, with nothing but PostgreSQL."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand

from homevisits.escalation.models import DUE_CHANNEL
from homevisits.escalation.sweep import sweep
from homevisits.escalation.waking import seconds_to_next
from homevisits.notices.listening import Ear, stay_up, stop_on_signals
from homevisits.notices.sending import drain_in_background, is_neglected

NEGLECTED_AFTER = dt.timedelta(seconds=2)
DRAINS_FOR = 20.0
# Something due was left behind, because somebody else holds it: look again soon, not at once.
LOOK_AGAIN = 0.2


def work() -> float:
    """Sweep; see that urgent notices have a sender; how many seconds until the next look."""
    swept = sweep("sentinel")
    if is_neglected(NEGLECTED_AFTER):
        drain_in_background(DRAINS_FOR)
    if swept.skipped or not swept.is_complete:
        return LOOK_AGAIN
    return seconds_to_next()


class Command(BaseCommand):
    help = "Watch the deadlines until stopped. Any number may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        stay_up(work, ear=Ear(DUE_CHANNEL), stop=stop_on_signals())
