"""Processes that live on PostgreSQL alone: they work, listen for a NOTIFY, and never give up."""

import logging
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.db import InterfaceError, OperationalError, connection

RECONNECT_AFTER = 0.2
AFTER_A_MISTAKE = 0.5

logger = logging.getLogger(__name__)


class Ear:
    """Listens on one channel through Django's own connection, again after each reconnect."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self._listens_on: Any = None

    def listen(self) -> Any:
        """The raw connection, listening. What is said from now on is not missed."""
        connection.ensure_connection()
        raw: Any = connection.connection
        if raw is not self._listens_on:
            raw.execute(f"LISTEN {self.channel}")
            self._listens_on = raw
        return raw

    def wait(self, seconds: float) -> bool:
        """Wait until something is said, at most so many seconds; whether something was."""
        said = self.listen().notifies(timeout=max(seconds, 0), stop_after=1)
        return any(True for _ in said)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that a loop ends between two pieces of work."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    return stop


def stay_up(work: Callable[[], float], *, ear: Ear, stop: threading.Event) -> None:
    """Do the work, wait as many seconds as it says or until something is said, and so on.

    A lost database is asked for again for ever; a mistake in the work is logged and the loop
    goes on: a process that has ended watches over nobody.
    """
    while not stop.is_set():
        try:
            ear.listen()
            ear.wait(work())
        except (OperationalError, InterfaceError) as lost:
            logger.warning("the database does not answer (%s); trying again", type(lost).__name__)
            connection.close()
            stop.wait(RECONNECT_AFTER)
        except Exception:
            logger.exception("a piece of work failed; going on")
            connection.close()
            stop.wait(AFTER_A_MISTAKE)
    connection.close()
