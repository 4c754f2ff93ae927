"""What is said to GOV.UK Notify, by its own client, and what its answers mean.

Nothing here opens a transaction, and nobody may call it inside one: Notify may take seconds.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from cryptography.fernet import InvalidToken
from django.conf import settings
from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from homevisits.notices import health
from homevisits.notices.accounts import TextAccount
from homevisits.notices.delivery import Misconfigured, NotNow, Silent, Unanswered, Undeliverable, Unsure
from homevisits.notices.silence import asked

# Seconds to reach Notify, and to wait for each part of its answer.
PATIENCE = (3.0, 5.0)
NEVER_LEFT = (requests.exceptions.InvalidURL, requests.exceptions.SSLError)
Doing = TextAccount.Doing
UNREADABLE = "Notify's answer could not be read."


@dataclass(frozen=True)
class Incoming:
    """A text to us, as Notify tells it."""

    provider_id: uuid.UUID
    number: str
    text: str
    sent_at: dt.datetime


def text(account: TextAccount, *, number: str, body: str, reference: uuid.UUID) -> uuid.UUID:
    """Have a text sent; gives back Notify's id. Raises NotDelivered."""
    return _sent(
        account,
        Doing.TEXT,
        lambda client: client.send_sms_notification(
            phone_number=number,
            template_id=str(account.text_template),
            personalisation={"body": body},
            reference=str(reference),
        ),
    )


def email(account: TextAccount, *, address: str, subject: str, body: str, reference: uuid.UUID) -> uuid.UUID:
    """Have an e-mail sent; gives back Notify's id. Raises NotDelivered."""
    return _sent(
        account,
        Doing.EMAIL,
        lambda client: client.send_email_notification(
            email_address=address,
            template_id=str(account.email_template),
            personalisation={"subject": subject, "body": body},
            reference=str(reference),
        ),
    )


def status(account: TextAccount, provider_id: uuid.UUID) -> str:
    """How a text or e-mail stands, in Notify's word. Raises NotDelivered."""
    with _answering(account, Doing.READ) as client:
        return str(client.get_notification_by_id(str(provider_id))["status"])


def received(account: TextAccount) -> list[Incoming]:
    """The latest texts that were sent to us, newest first: one page of up to 250. Raises NotDelivered."""
    with _answering(account, Doing.READ) as client:
        return [
            Incoming(uuid.UUID(each["id"]), each["user_number"], each["content"], moment(each["created_at"]))
            for each in client.get_received_texts()["received_text_messages"]
        ]


def moment(written: str) -> dt.datetime:
    """A time as Notify writes it, which is UTC. Raises ValueError."""
    at = dt.datetime.fromisoformat(written)
    return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _sent(account: TextAccount, doing: str, send: Callable[[Any], Any]) -> uuid.UUID:
    with _answering(account, doing) as client:
        return uuid.UUID(send(client)["id"])


@contextmanager
def _answering(account: TextAccount, doing: str) -> Iterator[NotificationsAPIClient]:
    """A client for a block; errors become ours, and the account remembers whether it works."""
    try:
        with asked(settings.NOTIFY_URL), _client(account) as client:
            yield client
    except Undeliverable:
        raise
    except NotNow as failure:
        health.fails(account, doing, failure)
        raise
    health.works(account, doing)


@contextmanager
def _client(account: TextAccount) -> Iterator[NotificationsAPIClient]:
    """Notify's own client. Raises NotDelivered for every error of a block that it knows."""
    try:
        key = account.key
    except InvalidToken as failure:
        raise Misconfigured("The key cannot be opened here (FIELD_KEY): enter it again.") from failure
    client = NotificationsAPIClient(key, base_url=settings.NOTIFY_URL, timeout=PATIENCE)
    try:
        yield client
    except APIError as failure:
        raise meaning(failure) from failure
    except (KeyError, TypeError, ValueError) as failure:  # an answer that is not Notify's
        raise Unsure(UNREADABLE) from failure
    finally:
        client.request_session.close()


def meaning(failure: APIError) -> Undeliverable | NotNow:
    """What Notify's error means for the notice: decided by code and type, its words are for people."""
    if failure.response is None:
        return _no_answer(failure.__cause__)
    code, kind, said = failure.status_code, *_first_error(failure)
    if code == 400 and kind == "ValidationError" and "phone_number" in said:
        return Undeliverable("Notify says that this is no mobile number that it can text.")
    if code == 400 and kind == "ValidationError" and "email_address" in said:
        return Undeliverable("Notify says that this is no e-mail address.")
    if code == 400 and "international" in said.lower():
        return Undeliverable("Notify does not text numbers abroad for this service: its settings say so.")
    if code == 400:
        return Misconfigured(_of_400(said))
    if code == 403:
        return Misconfigured(_of_403(said))
    if code == 404:
        return Undeliverable("Notify no longer knows of it.")
    if code == 429:
        return NotNow("Notify's limit is reached: too many messages in a minute, or today.")
    if code < 300:
        return Unsure(UNREADABLE)
    if code < 500:
        return Misconfigured(f"Notify refused ({code}).")
    return Unsure(f"Notify has a fault of its own ({code}).")


def _no_answer(cause: BaseException | None) -> NotNow:
    """Nothing came back: whether the message went is known only where it never left."""
    if isinstance(cause, requests.ConnectTimeout):
        return Silent("Notify could not be reached in time.")
    if isinstance(cause, requests.Timeout):
        return Unanswered("Notify did not answer in time.")
    if isinstance(cause, NEVER_LEFT) or "NewConnectionError" in str(cause):
        return NotNow("Notify could not be reached.")
    return Unsure("Notify broke off before it answered.")


def _first_error(failure: APIError) -> tuple[str, str]:
    """The type and the words of the first error in Notify's answer; empty where there are none."""
    said: Any = failure.message
    first = said[0] if isinstance(said, list) and said else {}
    if not isinstance(first, dict):
        return "", str(said)
    return str(first.get("error", "")), str(first.get("message", ""))


def _of_400(said: str) -> str:
    words = said.lower()
    if "team-only" in words or "trial mode" in words or "restricted" in words:
        return "The key or the service may text only its own team: ask Notify to make the service live."
    if "missing personalisation" in words:
        return "The template asks for something else than we give: use the exact text on this page."
    if "template" in words:
        return "Notify knows no such template, or it is of the wrong kind: check the template's id."
    return "Notify refused the message (400)."


def _of_403(said: str) -> str:
    if "clock" in said.lower():
        return "The clock of this server is wrong by more than 30 seconds: Notify refuses it."
    return "Notify does not accept the key: it was mistyped, or somebody revoked it."
