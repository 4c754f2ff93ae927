"""The ping to a watcher outside: as long as it comes, this whole house is alive.

Made for healthchecks.io and what works like it: a request to the address after a completed cycle, the
same address with "/fail" when something is wrong. The watcher alarms when neither comes.
"""

import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

EVERY = 60.0
TIMEOUT = 5.0

logger = logging.getLogger(__name__)


class Pinger:
    """Pings from a thread of its own, one at a time, so that a slow watcher never delays a sweep."""

    def __init__(self, url: str, ticking: Callable[[], float] = time.monotonic) -> None:
        self.url = url.rstrip("/")
        self.ticking = ticking
        self._next = -float("inf")
        self._thread: threading.Thread | None = None

    @property
    def is_due(self) -> bool:
        """Whether there is somebody to ping, and the last ping was EVERY seconds ago and is over."""
        is_free = self._thread is None or not self._thread.is_alive()
        return bool(self.url) and is_free and self.ticking() >= self._next

    def ping(self, *, trouble: str) -> None:
        """Start one ping: that all is well, or what is wrong. Nothing when none is due."""
        if not self.is_due:
            return
        self._next = self.ticking() + EVERY
        target = f"{self.url}/fail" if trouble else self.url
        self._thread = threading.Thread(target=send, args=(target, trouble), name="ping", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until the ping that is on its way has ended."""
        if self._thread is not None:
            self._thread.join(2 * TIMEOUT)


def send(url: str, words: str) -> bool:
    """One request, whatever comes of it. The address is a secret: no log line holds it."""
    try:
        # The settings have seen to it that the address is one of the web's.
        request = urllib.request.Request(url, data=words.encode(), method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=TIMEOUT):  # noqa: S310
            return True
    except urllib.error.HTTPError as refused:
        logger.warning("the outside watcher refused a ping: %d", refused.code)
    except Exception as failure:
        logger.warning("the outside watcher could not be pinged: %s", type(failure).__name__)
    return False
