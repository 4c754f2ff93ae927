"""Celery's part in sending: one delivery at a time, so that a slow mail server leaves workers for the sweep."""

from celery import shared_task

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.notices import following, sending


@shared_task
def deliver() -> None:
    """Send what waits in the outbox."""
    with sending.alone(sending.CELERYS_DELIVERY) as mine:
        if mine:
            with ahead(watchdog.lead()):
                sending.drain(seconds=20)


@shared_task
def follow() -> None:
    """Ask what became of what was sent, and what was sent to us."""
    with sending.alone(sending.CELERYS_FOLLOWING) as mine:
        if mine:
            with ahead(watchdog.lead()):
                following.follow()
