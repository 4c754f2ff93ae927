"""Celery's part in sending: one delivery at a time, and the workers stay free for the sweep."""

from celery import shared_task

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.notices import following, lanes, sending

AT_A_TIME = 10.0
# A task that waited for a provider that hangs would hold up the worker.
WAITS = 2.0


@shared_task
def deliver() -> None:
    """Send what waits in the outbox."""
    with sending.alone(sending.CELERYS_DELIVERY) as mine:
        if mine:
            with ahead(watchdog.lead()):
                lanes.drain_in_background(AT_A_TIME, urgent_only=False)
            lanes.finish(WAITS)


@shared_task
def follow() -> None:
    """End calls that nobody made, answer texts; ask what became of what was sent, and what was sent to us."""
    following.keep_up()
    with sending.alone(sending.CELERYS_FOLLOWING) as mine:
        if mine:
            with ahead(watchdog.lead()):
                following.follow()
