"""Gives the example trusts text accounts at the pretend Notify that the demo starts."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import OutputWrapper
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.local.examples.places import EXAMPLES
from homevisits.local.notify.state import Exchange
from homevisits.notices import keeping
from homevisits.people.models import Staff
from homevisits.trusts.models import Trust

# Ofcom keeps these for drama.
NUMBERS = ("07700900010", "07700900011", "07700900012")


def load(stdout: OutputWrapper) -> None:
    """An account for each trust, and the services that go with them in the file of the pretend Notify."""
    if not settings.NOTIFY_STATE:
        return
    file = Path(settings.NOTIFY_STATE)
    file.unlink(missing_ok=True)  # of a load that was cut short
    exchange = Exchange(file)
    for example, number in zip(EXAMPLES, NUMBERS, strict=True):
        trust = Trust.objects.get(slug=example.slug)
        _account(exchange, trust, Staff.objects.get(email=f"admin@{example.domain}"), number)
    exchange.save()


def _account(exchange: Exchange, trust: Trust, admin: Staff, number: str) -> None:
    now = app_now()
    service = exchange.add_service(name=str(trust), number=number)
    account = keeping.set_account(
        trust=trust,
        by=admin,
        now=now,
        key=service.key,
        text_template=service.text_template,
        email_template=service.email_template,
        reply_number=f"+44{number[1:]}",
    )
    exchange.add_service(
        id=service.id,
        secret=service.secret,
        name=service.name,
        number=number,
        text_template=service.text_template,
        email_template=service.email_template,
        receipt_url=reverse("notify_receipt", args=[account.uuid]),
        text_url=reverse("notify_text", args=[account.uuid]),
        token=keeping.new_token(account=account, by=admin, now=now),
    )
