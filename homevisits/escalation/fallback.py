"""What a board does when nothing else sweeps: it sweeps itself. Touches nothing but PostgreSQL."""

from homevisits.escalation import heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.notices.sending import drain_in_background

MAX_AGE = 3.0
SWEEPS_FOR = 3.0
DRAINS_FOR = 20.0


def sweep_if_stale(max_age: float = MAX_AGE) -> float | None:
    """Sweep in this request if nobody has for `max_age` seconds; then send urgent notices behind it.

    Gives back the age in seconds of the last sweep in the background, for the board to show: a
    board that has to sweep for itself says so by being red. None when there never was one.
    """
    background, anybody = heartbeat.ages()
    if anybody is None or anybody > max_age:
        sweep(heartbeat.BOARD, seconds=SWEEPS_FOR)
        drain_in_background(DRAINS_FOR)
    return background
