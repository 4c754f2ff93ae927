"""A thread for each channel: what goes one way never waits behind a provider that hangs on another."""

import contextvars
import logging
import threading
import time

from django.db import connection

from homevisits.notices import channels, trials
from homevisits.notices.sending import drain, what_waits

# Each is held by the thread that drains this channel in this process.
_LANES: dict[str, threading.Lock] = {way: threading.Lock() for way in channels.ORDER}

logger = logging.getLogger(__name__)


def drain_in_background(seconds: float, *, urgent_only: bool = True) -> bool:
    """Start a bounded drain of each channel on which something waits. Whether anything does."""
    waiting = what_waits(urgent_only=urgent_only)
    for _, way in waiting:
        _start(way, seconds, urgent_only)
    trials.carry()
    return bool(waiting)


def finish(seconds: float) -> None:
    """Wait until nothing is being sent here any more, at most so many seconds."""
    until = time.monotonic() + seconds
    for lane in _LANES.values():
        if lane.acquire(timeout=max(until - time.monotonic(), 0)):
            lane.release()


def _start(way: str, seconds: float, urgent_only: bool) -> None:
    if not _LANES[way].acquire(blocking=False):
        return
    here = contextvars.copy_context()  # with the clock as the caller has it
    arguments = (_drain_and_leave, way, seconds, urgent_only)
    threading.Thread(target=here.run, args=arguments, name=f"drain {way}", daemon=True).start()


def _drain_and_leave(way: str, seconds: float, urgent_only: bool) -> None:
    try:
        drain(seconds=seconds, urgent_only=urgent_only, ways=[way])
    except Exception:
        logger.exception("sending by %s failed", way)
    finally:
        connection.close()
        _LANES[way].release()
