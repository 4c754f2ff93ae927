"""`manage.py sender`: sends notices, urgent ones first, and follows them up, with no Celery and no Valkey."""

from typing import Any

from django.core.management.base import BaseCommand

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.notices.following import follow_in_background, keep_up
from homevisits.notices.lanes import drain_in_background, finish
from homevisits.notices.listening import Ear, stay_up, stop_on_signals
from homevisits.notices.models import URGENT_CHANNEL
from homevisits.notices.sending import LEASE

AT_A_TIME = 5.0
LOOKS_EVERY = 1.0
# Something was left to a thread that may just have come to its end.
LOOKS_AGAIN = 0.2


def work() -> float:
    """See to it that what waits is being sent; how many seconds may pass before the next look."""
    with ahead(watchdog.lead()):
        waits = drain_in_background(AT_A_TIME, urgent_only=False)
        keep_up()
        follow_in_background()
    return LOOKS_AGAIN if waits else LOOKS_EVERY


class Command(BaseCommand):
    help = "Send notices until stopped. Any number may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        stay_up(work, ear=Ear(URGENT_CHANNEL), stop=stop_on_signals())
        finish(LEASE.total_seconds())
