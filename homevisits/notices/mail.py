"""E-mail: how a notice becomes a message, and where messages stay when no mail server is set."""

import contextlib
import smtplib
from types import TracebackType
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend

from homevisits.clock import app_now
from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Message, Notice

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
        """Hand a message over. Raises Undeliverable when the address or text is refused for good."""
        try:
            if self._open is None:
                backend = mailers.default
                backend.open()
                self._open = backend
            if not self._open.send_messages([message]):
                raise Undeliverable("There is no address to send to.")
        except Exception as failure:
            self._close()
            if is_final(failure):
                raise Undeliverable(in_words(failure)) from failure
            raise

    def _close(self) -> None:
        backend, self._open = self._open, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()


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
