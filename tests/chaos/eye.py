"""Somebody outside who looks on: which alarms others can read, and since when. Never asks the product."""

import threading
import time
from dataclasses import dataclass

import psycopg

LOOKS_EVERY = 0.02
# Keys are given before the commit, so that a lower one may come to light after a higher one.
BEHIND = 2000
NEW = "SELECT id, deadline_id FROM visits_visitalarm WHERE id > %s AND id <> ALL(%s)"


@dataclass(frozen=True)
class Sighting:
    """An alarm that another connection could read for the first time `at`, by the machine's monotonic clock."""

    deadline: int | None
    at: float


class Eye:
    """Looks fifty times a second by a connection of its own, and again after each one that was cut.

    What it has seen stays seen: an alarm that is gone at the end was lost.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: dict[int, Sighting] = {}
        self._closed = threading.Event()
        self.open()

    def open(self) -> None:
        self._closed.clear()
        self._thread = threading.Thread(target=self._watch, name="eye", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the database alone, as for copying it; `open` looks on."""
        self._closed.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._closed.wait(LOOKS_EVERY):
            try:
                with psycopg.connect(self.url, autocommit=True, application_name="eye") as line:
                    while not self._closed.wait(LOOKS_EVERY):
                        self._look(line)
            except psycopg.Error:
                continue  # the server is away, or has cut everybody off

    def _look(self, line: psycopg.Connection) -> None:
        low = max(self.seen, default=0) - BEHIND
        rows = line.execute(NEW, [low, [key for key in self.seen if key > low]]).fetchall()
        at = time.monotonic()
        self.seen |= {key: Sighting(deadline, at) for key, deadline in rows}
