"""What the pretend Notify answers: the paths, checks and errors of the real one's API."""

import re
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import TokenError, TokenExpiredError

from homevisits.local.notify.state import Exchange, Message, Service, digits

MOBILE = re.compile(r"447\d{9}")
FIELDS = {"sms": ("phone_number", "text_template"), "email": ("email_address", "email_template")}
# Words of Notify's own, by status; a test may give others.
SAID = {
    400: ("BadRequestError", "Can’t send to this recipient using a team-only API key"),
    403: ("AuthError", "Invalid token: API key not found"),
    429: ("RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"),
    500: ("Exception", "Internal server error"),
}


class Refusal(Exception):
    """An answer that is an error, in Notify's shape."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status_code": status, "errors": [{"error": error, "message": message}]}


def refusal(status: int, message: str = "") -> Refusal:
    """The usual error of a status."""
    kind, words = SAID.get(status, ("Exception", "Something went wrong"))
    return Refusal(status, kind, message or words)


def answer(
    exchange: Exchange, method: str, target: str, authorization: str, said: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    """Status and JSON for a request to the API. Raises Refusal."""
    url = urlsplit(target)
    service = signed_in(exchange, authorization)
    if method == "POST" and url.path in ("/v2/notifications/sms", "/v2/notifications/email"):
        return 201, send(exchange, service, url.path.rpartition("/")[2], said)
    if method == "GET" and url.path == "/v2/notifications":
        wanted = parse_qs(url.query).get("reference", [None])[0]
        found = [m for m in exchange.messages.values() if m.service == service.id]
        rows = [shown(m) for m in reversed(found) if wanted in (None, m.reference)][:250]
        return 200, {"notifications": rows, "links": {"current": target}}
    if method == "GET" and url.path.startswith("/v2/notifications/"):
        message = exchange.messages.get(url.path.rpartition("/")[2])
        if message is None or message.service != service.id:
            raise Refusal(404, "NoResultFound", "No result found")
        return 200, shown(message)
    if method == "GET" and url.path == "/v2/received-text-messages":
        return 200, {"received_text_messages": received(exchange, service), "links": {"current": target}}
    raise Refusal(404, "NotFound", "The requested URL was not found on the server.")


def signed_in(exchange: Exchange, authorization: str) -> Service:
    """The service that signed the request, by Notify's own checks."""
    token = authorization.removeprefix("Bearer ")
    if not token:
        raise Refusal(401, "AuthError", "Unauthorized: authentication token must be provided")
    try:
        service = exchange.services.get(get_token_issuer(token))
        if service is None:
            raise Refusal(403, "AuthError", "Invalid token: service not found")
        decode_jwt_token(token, service.secret)
    except TokenExpiredError:
        words = "Error: Your system clock must be accurate to within 30 seconds"
        raise Refusal(403, "AuthError", words) from None
    except TokenError:
        raise Refusal(403, "AuthError", "Invalid token: signature, api token not found") from None
    return service


def send(exchange: Exchange, service: Service, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """Take a text or an e-mail, or refuse it as Notify does."""
    field, template = FIELDS[kind]
    to, given = str(said.get(field) or ""), said.get("personalisation") or {}
    check_recipient(kind, field, to)
    check_template(service, kind, str(said.get("template_id") or ""), getattr(service, template))
    wanted = ("body",) if kind == "sms" else ("subject", "body")
    if missing := [name for name in wanted if name not in given]:
        raise Refusal(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
    message = exchange.take(
        service,
        kind=kind,
        to=to,
        subject=str(given.get("subject", "")),
        body=str(given["body"]),
        reference=said.get("reference"),
        template=str(said["template_id"]),
    )
    return {
        "id": message.id,
        "reference": message.reference,
        "content": {"body": message.body, "from_number": service.number},
        "uri": f"/v2/notifications/{message.id}",
        "template": {"id": message.template, "version": 1, "uri": f"/v2/template/{message.template}"},
    }


def check_recipient(kind: str, field: str, to: str) -> None:
    if not to:
        raise Refusal(400, "ValidationError", f"{field} is a required property")
    if kind == "sms" and not MOBILE.fullmatch(digits(to)):
        raise Refusal(400, "ValidationError", f"{field} Not a UK mobile number")
    if kind == "email" and "@" not in to:
        raise Refusal(400, "ValidationError", f"{field} Not a valid email address")


def check_template(service: Service, kind: str, asked: str, right: str) -> None:
    try:
        uuid.UUID(asked)
    except ValueError:
        raise Refusal(400, "ValidationError", "template_id is not a valid UUID") from None
    if asked == right:
        return
    if asked in (service.text_template, service.email_template):
        other = "email" if kind == "sms" else "sms"
        words = f"{other} template is not suitable for {kind} notification"
        raise Refusal(400, "BadRequestError", words)
    raise Refusal(400, "BadRequestError", "Template not found")


def shown(message: Message) -> dict[str, Any]:
    """A message as GET shows it."""
    is_text = message.kind == "sms"
    return {
        "id": message.id,
        "reference": message.reference,
        "phone_number": message.to if is_text else None,
        "email_address": None if is_text else message.to,
        "type": message.kind,
        "status": message.status,
        "template": {"id": message.template, "version": 1},
        "body": message.body,
        "subject": message.subject or None,
        "created_at": message.created_at,
        "sent_at": message.created_at,
        "completed_at": message.completed_at,
    }


def received(exchange: Exchange, service: Service) -> list[dict[str, Any]]:
    """The texts to a service, newest first."""
    mine = [reply for reply in exchange.replies.values() if reply.service == service.id]
    return [
        {
            "id": reply.id,
            "user_number": reply.number,
            "notify_number": service.number,
            "created_at": reply.created_at,
            "service_id": service.id,
            "content": reply.text,
        }
        for reply in reversed(mine[-250:])
    ]
