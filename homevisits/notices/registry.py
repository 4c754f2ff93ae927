"""Who wants to know when a notice cannot be delivered: upper floors put themselves here."""

import datetime as dt
from collections.abc import Callable

from homevisits.notices.models import Notice

OnFailed = Callable[[Notice, dt.datetime], None]

FAILED_HOOKS: list[OnFailed] = []


def on_failed(hook: OnFailed) -> None:
    """Have `hook(notice, now)` called, in a transaction, when a notice does not get through.

    It may be called more than once for a notice: when tries have failed for a while, and when
    the sender gives up.
    """
    if hook not in FAILED_HOOKS:
        FAILED_HOOKS.append(hook)
