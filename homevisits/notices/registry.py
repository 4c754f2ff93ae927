"""Who wants to know when a notice cannot be delivered, or a text came in: upper floors put themselves here."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from homevisits.notices.models import Notice
from homevisits.people.models import Staff

OnFailed = Callable[[Notice, dt.datetime], None]


@dataclass(frozen=True)
class Inbound:
    """A text that somebody of the staff sent us. `key` is the provider's own, so that it counts once."""

    key: uuid.UUID
    sender: Staff
    text: str
    sent_at: dt.datetime


# Gives back what is texted in reply; None when the text is not this floor's business.
OnText = Callable[[Inbound, dt.datetime], str | None]

FAILED_HOOKS: list[OnFailed] = []
TEXT_HOOKS: list[OnText] = []


def on_failed(hook: OnFailed) -> None:
    """Have `hook(notice, now)` called, in a transaction, when a notice does not get through.

    It may be called more than once for a notice: when tries have failed for a while, and when
    the sender gives up.
    """
    if hook not in FAILED_HOOKS:
        FAILED_HOOKS.append(hook)
