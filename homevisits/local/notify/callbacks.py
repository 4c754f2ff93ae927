"""What the pretend Notify tells its services by itself: receipts, and texts that were sent to them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from homevisits.local.notify.state import Exchange, Message, Reply, Service

TRIES = 5
PATIENCE = 5.0
# Says what status came back; 0 for no answer.
Carry = Callable[[str, str, dict[str, Any]], int]


def carry(url: str, token: str, said: dict[str, Any]) -> int:
    """POST to a service, as Notify does."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(said).encode(), headers)  # noqa: S310  (the demo's own)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:  # noqa: S310
            return int(reply.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


def tell(exchange: Exchange, by: Carry = carry) -> int:
    """Tell every service what it has not been told; says how much was heard."""
    with exchange.lock:
        if exchange.faults.receipts == "none":
            return 0
        rows: list[Message | Reply] = [*exchange.messages.values(), *exchange.replies.values()]
        waiting = [row for row in rows if not row.is_told and row.tries < TRIES]
    return sum(_tell(exchange, row, by) for row in waiting)


def _tell(exchange: Exchange, row: Message | Reply, by: Carry) -> bool:
    service = exchange.services[row.service]
    url, said = (
        (service.receipt_url, of_message(row))
        if isinstance(row, Message)
        else (service.text_url, of_reply(row, service))
    )
    if not url:
        return False
    row.tries += 1
    row.is_told = 200 <= by(urljoin(exchange.site, url), service.token, said) < 300
    exchange.is_changed = True
    return row.is_told


def of_message(message: Message) -> dict[str, Any]:
    """A delivery receipt."""
    return {
        "id": message.id,
        "reference": message.reference,
        "to": message.to,
        "status": message.status,
        "created_at": message.created_at,
        "completed_at": message.completed_at,
        "sent_at": message.created_at,
        "notification_type": message.kind,
        "template_id": message.template,
        "template_version": 1,
    }


def of_reply(reply: Reply, service: Service) -> dict[str, Any]:
    """A received text."""
    return {
        "id": reply.id,
        "source_number": reply.number,
        "destination_number": service.number,
        "message": reply.text,
        "date_received": reply.created_at,
    }
