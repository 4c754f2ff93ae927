"""When a phone says that something was said: a claim, kept beside the time of receipt.

Nothing is decided by it: deadlines count from receipt, by the database's clock (a phone's may be wrong).
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from homevisits.clock import local

LONGEST = dt.timedelta(hours=24)
WORTH_SAYING = dt.timedelta(minutes=1)
_CLAIMED: ContextVar[dt.datetime | None] = ContextVar("claimed", default=None)


@contextmanager
def claimed(text: str) -> Iterator[None]:
    """Take what is said inside the block as said at the phone's time; "" or nonsense claims nothing."""
    token = _CLAIMED.set(_parsed(text))
    try:
        yield
    finally:
        _CLAIMED.reset(token)


def _parsed(text: str) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(dt.UTC) if at.tzinfo else None


def claim(now: dt.datetime) -> dt.datetime | None:
    """The phone's time, if it can be: neither to come nor of another day."""
    at = _CLAIMED.get()
    return at if at and now - LONGEST < at <= now else None


def with_claim(sentence: str, now: dt.datetime) -> str:
    """A line of the story, with the phone's time where it differs."""
    at = claim(now)
    if at is None or now - at < WORTH_SAYING:
        return sentence
    return f"{sentence} (pressed at {local(at):%H:%M} without signal)"
