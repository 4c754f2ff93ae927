"""Providers that did not answer: this process waits for none of them twice within some seconds.

Whoever asks one puts the question into `asked`. What is queued for it then fails at once, so that the
ladder moves on and nothing stands in a queue behind a provider that hangs.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from homevisits.notices.delivery import Silent

QUIET = 5.0

_until: dict[str, float] = {}


@contextmanager
def asked(provider: str) -> Iterator[None]:
    """A question to a provider, known by its address. Raises Silent, unasked, when it hung just now."""
    if time.monotonic() < _until.get(provider, 0.0):
        raise Silent("The provider did not answer a moment ago.")
    try:
        yield
    except Silent:
        _until[provider] = time.monotonic() + QUIET
        raise
