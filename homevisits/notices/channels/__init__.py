"""The ways by which a notice leaves: one module a channel, all of one shape.

    send(notice, *, is_repeat) -> uuid | None   hand it over; the provider's own name for it, if it has one.
                                                Raises Undeliverable (never) or another exception (not now).
    missing(people) -> {staff id: why}          who cannot be reached by it; "" where that is quite ordinary

`batch()` holds what several sends share. What is in the product needs no sending.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from homevisits.notices.channels import call, email, push, text
from homevisits.notices.models import Notice

MODULES: dict[str, ModuleType] = {
    Notice.Channel.EMAIL: email,
    Notice.Channel.TEXT: text,
    Notice.Channel.PUSH: push,
    Notice.Channel.CALL: call,
}
# A sender that has only one thread takes them by turns: what wakes people goes first.
ORDER = (Notice.Channel.TEXT, Notice.Channel.CALL, Notice.Channel.PUSH, Notice.Channel.EMAIL)


@contextmanager
def batch() -> Iterator[None]:
    """One connection to the mail server for all the e-mails of a batch."""
    with email.one_connection():
        yield


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Hand a notice over by its channel."""
    reference: uuid.UUID | None = MODULES[notice.channel].send(notice, is_repeat=is_repeat)
    return reference
