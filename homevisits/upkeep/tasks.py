"""Celery's part in keeping things up to date: one line of work each."""

from celery import shared_task

from homevisits.clock import app_now
from homevisits.upkeep import arming, editions


@shared_task
def keep_everything() -> None:
    """Arm what is due at every place: people join, and days pass. Ask again for what was not made."""
    arming.keep_everything(now=app_now())
    editions.hand_over_waiting()


@shared_task
def make_edition(key: int) -> None:
    """Make one PDF of the policy for parents."""
    editions.make(key)
