"""What is followed up after sending: calls nobody made, texts that came in, receipts that did not.

Any number of processes may do it at once: each row is claimed by one. What needs the database alone
(`keep_up`) never waits for what asks a provider (`follow`).
"""

import contextvars
import logging
import threading
import time
from collections.abc import Callable

from django.db import connection

from homevisits.notices import calling, receipts, receiving
from homevisits.notices.accounts import TextAccount

RECEIPTS_FOR = 4.0
# Seconds between two looks of one sender: an idle house should cost next to nothing.
PAUSE = 5.0

logger = logging.getLogger(__name__)
_background = threading.Lock()
_last = [-PAUSE]


def keep_up() -> None:
    """End the calls that nobody made in time; answer the texts that wait."""
    _each(calling.end_overdue, receiving.answer_waiting)


def follow() -> None:
    """Ask what became of what was sent, and what was sent to us."""
    _each(lambda: receipts.ask(seconds=RECEIPTS_FOR), receiving.fetch, receiving.answer_waiting)


def _each(*steps: Callable[[], object]) -> None:
    """Every step once. One that fails stops none of the others."""
    for step in steps:
        try:
            step()
        except Exception:
            logger.exception("following up failed")
            connection.close_if_unusable_or_obsolete()


def follow_in_background() -> bool:
    """Once, in a thread, so that a provider that hangs delays no sending; whether one was started."""
    if time.monotonic() - _last[0] < PAUSE:
        return False
    _last[0] = time.monotonic()
    if not _has_anything() or not _background.acquire(blocking=False):
        return False
    here = contextvars.copy_context()  # with the clock as the caller has it
    threading.Thread(target=here.run, args=(_follow_and_leave,), name="follow", daemon=True).start()
    return True


def _has_anything() -> bool:
    """Whether anybody texts at all: a thread has a connection of its own, which is not free."""
    return TextAccount.objects.exists()


def _follow_and_leave() -> None:
    try:
        follow()
    finally:
        connection.close()
        _background.release()
