"""When a phone says that something was said: a claim, kept beside the time of receipt.

It never gains anybody time: deadlines count from receipt, by the database's clock (a phone's may be wrong).
Only a "fine" that comes late counts from its claim, and answers no check-in that came due after it.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from homevisits.clock import local, london_day

EPOCH = 1970  # what a phone shows whose clock was lost
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
    return at.astimezone(dt.UTC) if at.tzinfo and at.year >= EPOCH else None


def claim(now: dt.datetime) -> dt.datetime | None:
    """The phone's time, unless it is still to come. One of another day is kept: it must not pass for now."""
    at = _CLAIMED.get()
    return at if at and at <= now else None


def with_claim(sentence: str, now: dt.datetime) -> str:
    """A line of the story, with the phone's time where it differs."""
    at = claim(now)
    if at is None or now - at < WORTH_SAYING:
        return sentence
    day = "" if london_day(at) == london_day(now) else f" on {local(at):%-d %B %Y}"
    return f"{sentence} (pressed at {local(at):%H:%M}{day} without signal)"
