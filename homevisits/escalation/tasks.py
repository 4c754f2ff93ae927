"""Celery's part in the timers: the everyday runner of the sweep, never the only one."""

from celery import shared_task

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.escalation.sweep import sweep as sweep_once


@shared_task
def sweep() -> None:
    """Look at everything that is due."""
    with ahead(watchdog.lead()):
        sweep_once("celery")
