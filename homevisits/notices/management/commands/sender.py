"""`manage.py sender`: sends notices, urgent ones first, and follows them up, with no Celery and no Valkey."""

from typing import Any

from django.core.management.base import BaseCommand

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.notices.following import follow_in_background
from homevisits.notices.listening import Ear, stay_up, stop_on_signals
from homevisits.notices.models import URGENT_CHANNEL
from homevisits.notices.sending import drain

AT_A_TIME = 10.0
LOOKS_EVERY = 1.0


def work() -> float:
    """Send what waits; how many seconds may pass before the next look."""
    with ahead(watchdog.lead()):
        drain(seconds=AT_A_TIME)
        follow_in_background()
    return LOOKS_EVERY


class Command(BaseCommand):
    help = "Send notices until stopped. Any number may run side by side."

    def handle(self, *args: Any, **options: Any) -> None:
        stay_up(work, ear=Ear(URGENT_CHANNEL), stop=stop_on_signals())
