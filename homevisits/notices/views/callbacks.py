"""What Notify tells us by itself: receipts, and texts that were sent to us."""

import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from homevisits.clock import AppNow, app_now
from homevisits.notices import receipts, receiving
from homevisits.notices.accounts import TextAccount
from homevisits.notices.keeping import is_token
from homevisits.notices.notify import Incoming, moment

Told = Callable[[TextAccount, dict[str, Any]], bool]


def from_notify(hear: Told) -> Callable[..., HttpResponse]:
    """A door for Notify alone: a bearer token, and JSON. Says nothing to anybody else.

    401 for a wrong token or account, 400 for what is not Notify's, 503 for what has to come again.
    """

    @csrf_exempt
    @login_not_required
    @require_POST
    @wraps(hear)
    def view(request: HttpRequest, account: uuid.UUID) -> HttpResponse:
        known = TextAccount.objects.filter(uuid=account).first()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not is_token(known, token) or known is None:
            return HttpResponse(status=401)
        try:
            heard = hear(known, json.loads(request.body))
        except (KeyError, TypeError, ValueError, AttributeError):
            return HttpResponse(status=400)
        TextAccount.objects.filter(pk=known.pk).update(called_back_at=AppNow())
        return HttpResponse(status=204 if heard else 503)

    return view


@from_notify
def receipt(account: TextAccount, told: dict[str, Any]) -> bool:
    """How a text or e-mail stands. One that we do not know is nothing to us."""
    provider_id = uuid.UUID(told["id"])
    notice = receipts.find(account.trust_id, provider_id, str(told.get("reference") or ""))
    if notice is None:
        return True
    return receipts.hear(notice, str(told["status"]), provider_id=provider_id, now=app_now())


@from_notify
def text(account: TextAccount, told: dict[str, Any]) -> bool:
    """A text that somebody sent us: kept first, then acted on; if that fails the poller tries again."""
    incoming = Incoming(
        provider_id=uuid.UUID(told["id"]),
        number=str(told["source_number"]),
        text=str(told["message"]),
        sent_at=moment(told["date_received"]),
    )
    kept = receiving.take_in(account, incoming, now=app_now())
    if kept is not None:
        receiving.answer(kept.pk)
    return True
