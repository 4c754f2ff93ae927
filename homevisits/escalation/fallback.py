"""What a board does when nothing else sweeps: it sweeps itself. Touches nothing but PostgreSQL."""

import logging

from django.db import connection

from homevisits.audit import watchdog
from homevisits.clock import ahead
from homevisits.escalation import heartbeat, signs
from homevisits.escalation.signs import Signs
from homevisits.escalation.sweep import sweep
from homevisits.notices.lanes import drain_in_background

logger = logging.getLogger(__name__)

MAX_AGE = 3.0
SWEEPS_FOR = 3.0
DRAINS_FOR = 20.0


def sweep_if_stale(max_age: float = MAX_AGE) -> float | None:
    """Sweep in this request if nobody has for `max_age` seconds; then send urgent notices behind it.

    Gives back the age in seconds of the last sweep in the background, for the board to show: a
    board that has to sweep for itself says so by being red. None when there never was one.
    """
    return watched(max_age).age


def watched(max_age: float = MAX_AGE) -> Signs:
    """The same, giving back every sign of life as it was before."""
    found = signs.read()
    if found.anybody is None or found.anybody > max_age:
        with ahead(watchdog.lead()):
            _sweep()
            drain_in_background(DRAINS_FOR)
    return found


def _sweep() -> None:
    """A sweep whose failure leaves the board readable: it is the last thing that still works."""
    try:
        sweep(heartbeat.BOARD, seconds=SWEEPS_FOR)
    except Exception:
        logger.exception("the board could not sweep")
        connection.close_if_unusable_or_obsolete()
