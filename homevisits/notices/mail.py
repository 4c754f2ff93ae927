"""E-mail: how a notice becomes a message, and where messages stay when no mail server is set."""

import contextlib
import smtplib
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend
from django.db import InterfaceError, OperationalError

from homevisits.clock import app_now
from homevisits.notices.delivery import NotDelivered, NotNow, Silent, Unanswered, Undeliverable, Unsure
from homevisits.notices.models import Message, Notice
from homevisits.notices.silence import asked

ABOUT = "X-Home-Visits-Notice"
REPEAT = "This is a repeat: you may have had this message already."


def message_id(notice: Notice) -> str:
    """The same for every try of a notice, so that a reader's mailbox can see a repeat."""
    host = settings.SITE_URL.partition("://")[2].partition(":")[0].partition("/")[0]
    return f"<{notice.uuid}@{host or 'home-visits'}>"


def written(notice: Notice, *, is_repeat: bool) -> EmailMessage:
    """The notice as an e-mail: its words, a link, nothing else."""
    link = f"{settings.SITE_URL}{notice.path}" if notice.path else ""
    parts = [notice.body, link, REPEAT if is_repeat else ""]
    return EmailMessage(
        subject=" ".join(notice.subject.split()),
        body="\n\n".join(part for part in parts if part),
        to=[notice.recipient.email],
        headers={"Message-ID": message_id(notice), ABOUT: str(notice.uuid)},
    )


class Postbox:
    """One connection to the mail server for several messages, opened again after a failure."""

    def __init__(self) -> None:
        self._open: BaseEmailBackend | None = None

    def __enter__(self) -> "Postbox":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises NotDelivered, and the database's own errors."""
        if self._open is None:
            backend = mailers.default
            with asked(_address(backend)), _meaning(is_under_way=False):
                backend.open()
            self._open = backend
        try:
            with asked(_address(self._open)), _meaning(is_under_way=True):
                if not self._open.send_messages([message]):
                    raise Undeliverable("There is no address to send to.")
        except Exception:
            self._close()
            raise

    def _close(self) -> None:
        backend, self._open = self._open, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()


def _address(backend: BaseEmailBackend) -> str:
    return f"mail {getattr(backend, 'host', '')}:{getattr(backend, 'port', '')}"


@contextlib.contextmanager
def _meaning(*, is_under_way: bool) -> Iterator[None]:
    """A mail server's answer, or that there is none, as the outbox understands it.

    `is_under_way`: a message is with the server, so that an answer that was lost may have been a yes.
    """
    try:
        yield
    except (NotDelivered, InterfaceError, OperationalError):
        raise
    except Exception as failure:
        words = in_words(failure)
        if is_final(failure):
            raise Undeliverable(words) from failure
        if is_timeout(failure):
            raise (Unanswered if is_under_way else Silent)(words) from failure
        is_answer = isinstance(failure, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
        raise (Unsure if is_under_way and not is_answer else NotNow)(words) from failure


def is_timeout(failure: BaseException | None) -> bool:
    """Whether it comes from waiting in vain: smtplib hides that in an error of its own."""
    while failure is not None and not isinstance(failure, TimeoutError):
        failure = failure.__cause__ or failure.__context__
    return failure is not None


def is_final(failure: Exception) -> bool:
    """Whether a mail server's answer means "never" (5xx) rather than "not now"."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in failure.recipients.values())
    # A refused sign-in is our mistake, to be mended while the notices wait.
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return False
    return isinstance(failure, smtplib.SMTPResponseException) and failure.smtp_code >= 500


def in_words(failure: Exception) -> str:
    """What went wrong, for the log that the office reads."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return "The mail server refused the address."
    if isinstance(failure, smtplib.SMTPResponseException):
        return f"The mail server refused the message ({failure.smtp_code})."
    if is_timeout(failure):
        return "The mail server did not answer in time."
    if isinstance(failure, OSError):
        return "The mail server could not be reached."
    return str(failure) or type(failure).__name__


class KeptInDatabase(BaseEmailBackend):
    """The mail backend of the demo and the tests: every message stays on a page of the product."""

    def send_messages(self, email_messages: Any) -> int:
        """Keep each message once for each of its recipients."""
        messages = list(email_messages)
        now = app_now()
        Message.objects.bulk_create(
            Message(
                notice=Notice.objects.filter(uuid=message.extra_headers.get(ABOUT)).first(),
                reference=message.extra_headers.get("Message-ID", "").strip("<>"),
                to=address,
                subject=message.subject[:200],
                body=message.body,
                kept_at=now,
            )
            for message in messages
            for address in message.recipients()
        )
        return len(messages)
