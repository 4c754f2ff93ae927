"""The pretend Notify as tests use it: a real server on loopback, whose callbacks the test lets through."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.local.notify.callbacks import tell
from homevisits.local.notify.server import serving
from homevisits.local.notify.state import Exchange, Faults, Message, Reply
from homevisits.notices import keeping
from homevisits.notices.accounts import TextAccount
from homevisits.trusts.models import Trust


class Pretend:
    """What a test does with it. `heard` are the statuses that its callbacks got back."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.heard: list[int] = []

    def account(self, trust: Trust, *, callbacks: bool = True, **fields: Any) -> TextAccount:
        """Set up a trust's texts, as its admin and Notify's pages would."""
        service = self.exchange.add_service(name=str(trust))
        account = keeping.set_account(
            trust=trust,
            by=None,
            now=app_now(),
            key=service.key,
            text_template=service.text_template,
            email_template=service.email_template,
            **fields,
        )
        if callbacks:
            service.token = keeping.new_token(account=account, by=None, now=app_now())
            service.receipt_url = reverse("notify_receipt", args=[account.uuid])
            service.text_url = reverse("notify_text", args=[account.uuid])
        return account

    def misbehave(self, **faults: Any) -> None:
        self.exchange.faults = Faults(**faults)

    @property
    def taken(self) -> list[Message]:
        """Everything that was taken, oldest first."""
        return list(self.exchange.messages.values())

    @property
    def texts(self) -> list[str]:
        return [message.body for message in self.taken if message.kind == "sms"]

    def settle(self) -> None:
        """Deliver what is on its way, or not, and call back."""
        self.exchange.settle()
        self.call_back()

    def call_back(self) -> None:
        tell(self.exchange, self._carry)

    def reply(self, number: str, text: str) -> Reply:
        """Somebody texts us, by the test's clock; nobody has been told of it yet."""
        reply = self.exchange.reply(number, text)
        reply.created_at = app_now().isoformat()
        return reply

    def _carry(self, url: str, token: str, said: dict[str, Any]) -> int:
        headers = {"Authorization": f"Bearer {token}"}
        reply = Client().post(urlsplit(url).path, said, content_type="application/json", headers=headers)
        self.heard.append(reply.status_code)
        return reply.status_code


@pytest.fixture
def notify(settings: Any, db: None) -> Iterator[Pretend]:
    """A Notify that takes everything; nothing settles or calls back until the test says so."""
    with serving(Exchange()) as double:
        settings.NOTIFY_URL = double.url
        yield Pretend(double.exchange)
