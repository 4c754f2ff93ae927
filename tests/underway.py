"""The requests that the served product is answering now, which a browser leaves behind as it closes."""

import threading
import time
from typing import Any

from django.core.signals import request_finished, request_started


class Underway:
    """Counts the requests of the live server's threads; the tests' own Client answers in the test's thread."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.number = 0
        request_started.connect(self._started)
        request_finished.connect(self._finished)

    def _started(self, **kwargs: Any) -> None:
        self._add(1)

    def _finished(self, **kwargs: Any) -> None:
        self._add(-1)

    def _add(self, number: int) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        with self.changed:
            self.number = max(self.number + number, 0)
            self.changed.notify_all()

    def wait(self, seconds: float = 10) -> None:
        """Until none is; one that hangs longer is left, and counts no more."""
        until = time.monotonic() + seconds
        with self.changed:
            while self.number and (rest := until - time.monotonic()) > 0:
                self.changed.wait(rest)
            self.number = 0
