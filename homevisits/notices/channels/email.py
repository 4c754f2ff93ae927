"""E-mail: through the trust's Notify account where it says so, else by the mail server."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from homevisits.notices import mail, notify
from homevisits.notices.accounts import account_of
from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Notice
from homevisits.people.models import Staff

_OPEN: ContextVar[mail.Postbox | None] = ContextVar("postbox", default=None)


@contextmanager
def one_connection() -> Iterator[None]:
    """Send every e-mail of the block over one connection, opened when it is needed."""
    with mail.Postbox() as postbox:
        before = _OPEN.set(postbox)
        try:
            yield
        finally:
            _OPEN.reset(before)


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Hand an e-mail over."""
    message = mail.written(notice, is_repeat=is_repeat)
    account = account_of(notice.recipient)
    if account and account.sends_email:
        if not notice.recipient.email:
            raise Undeliverable("There is no address to send to.")
        return notify.email(
            account,
            address=notice.recipient.email,
            subject=str(message.subject),
            body=str(message.body),
            reference=notice.uuid,
        )
    postbox = _OPEN.get()
    if postbox is None:
        with one_connection():
            return send(notice, is_repeat=is_repeat)
    postbox.send(message)
    return None


def missing(people: Sequence[Staff]) -> dict[int, str]:
    """Nobody: an account is an address."""
    return {}
