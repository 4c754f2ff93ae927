"""Web push: alerts on phones and browsers whose owners switched them on.

What goes out is a notice's subject and its address inside the product, encrypted for the phone; the
lock screen shows no more. A phone that its maker no longer knows is forgotten.
"""

import ipaddress
import json
import logging
import socket
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from homevisits.clock import app_now
from homevisits.notices.delivery import NotNow, Silent, Unanswered, Undeliverable, Unsure
from homevisits.notices.models import Notice, PushSubscription
from homevisits.notices.outbox import queue
from homevisits.notices.silence import asked
from homevisits.people.models import Staff

# Seconds to reach a service and to wait for its answer; and after which no further phone is begun.
PATIENCE = (2.0, 4.0)
WHOLE = 4.0
GONE = {404, 410}
KEPT_FOR = {True: 60 * 60, False: 24 * 60 * 60}  # seconds that the maker keeps it, by urgency
NO_PHONE = "No phone is set up for alerts."
SILENT = "The push service did not answer in time."

logger = logging.getLogger(__name__)


class UnsafeEndpoint(ValueError):
    """An address that is not one of a public push service."""


class NoDetours(requests.Session):
    """A session that follows no redirect: it could lead to an address that was never looked at."""

    def post(self, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        return super().post(url, *args, **kwargs | {"allow_redirects": False})


def is_on() -> bool:
    """Whether this installation can send alerts at all: VAPID_PRIVATE_KEY is set."""
    return bool(settings.VAPID_PRIVATE_KEY)


def reached(people: Iterable[Staff]) -> set[int]:
    """The keys of those people who have a phone set up; nobody else is queued by push. One query."""
    if not is_on():
        return set()
    phones = PushSubscription.objects.filter(staff__in=[person.pk for person in people])
    return set(phones.values_list("staff_id", flat=True))


def must_be_public(endpoint: str) -> None:
    """Raise UnsafeEndpoint unless an address is https and leads outside: a browser names it, we call it.

    Only in production: the tests' and the demo's push service is this machine.
    """
    parts = urlsplit(endpoint)
    if parts.scheme not in ({"https"} if settings.PRODUCTION else {"https", "http"}) or not parts.hostname:
        raise UnsafeEndpoint("The push address does not begin with https://.")
    if not settings.PRODUCTION:
        return
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise UnsafeEndpoint("The push address is not known.") from None
    if not all(ipaddress.ip_address(place[4][0]).is_global for place in found):
        raise UnsafeEndpoint("The push address is inside a private network.")


def send(notice: Notice, *, is_repeat: bool) -> str:
    """Send a notice to every phone of its recipient; a reference of the first that took it.

    Those that worked last time go first, and all of them together get no longer than WHOLE. Raises
    Undeliverable when there is no phone (any more), NotNow when none took it this time.
    """
    until = time.monotonic() + WHOLE
    words = words_of(notice, is_repeat=is_repeat)
    taken: list[str] = []
    troubles: list[NotNow] = []
    phones = PushSubscription.objects.filter(staff=notice.recipient_id).select_related("staff")
    for phone in sorted(phones, key=lambda each: each.is_failing):
        if time.monotonic() > until:
            troubles.append(Silent(SILENT))
            break
        try:
            taken.append(send_to(phone, words, is_urgent=notice.is_urgent))
        except Undeliverable:
            continue
        except NotNow as trouble:
            troubles.append(trouble)
    if taken:
        return taken[0]
    if not troubles:
        raise Undeliverable(NO_PHONE)
    raise max(troubles, key=lambda each: (isinstance(each, Unsure), isinstance(each, Silent)))


def words_of(notice: Notice, *, is_repeat: bool) -> dict[str, str]:
    """What a phone shows: the subject and where a tap leads. The tag lets a repeat take its place."""
    subject = f"{notice.subject} (repeat)" if is_repeat else notice.subject
    return {"title": subject, "path": notice.path or "/notices/", "tag": notice.uuid.hex}


def send_to(phone: PushSubscription, words: dict[str, str], *, is_urgent: bool) -> str:
    """One phone. Raises NotNow; Undeliverable when its maker does not know it any more: it is forgotten."""
    try:
        with asked(urlsplit(phone.endpoint).netloc):
            reply = _handed_over(phone, words, is_urgent)
    except Undeliverable:
        _forget(phone)
        raise
    except NotNow as failure:
        logger.warning("push to phone %d failed: %s", phone.pk, failure)
        PushSubscription.objects.filter(pk=phone.pk).update(failed_at=app_now())
        raise
    PushSubscription.objects.filter(pk=phone.pk).update(last_worked_at=app_now())
    return str(reply.headers.get("Location", ""))[:200] or words["tag"]


def _handed_over(phone: PushSubscription, words: dict[str, str], is_urgent: bool) -> Any:
    """The service's answer. What is raised instead says nothing of the phone's address."""
    try:
        must_be_public(phone.endpoint)
        return webpush(
            {"endpoint": phone.endpoint, "keys": {"p256dh": phone.p256dh, "auth": phone.auth}},
            data=json.dumps(words),
            vapid_private_key=settings.VAPID_PRIVATE_KEY,
            vapid_claims={"sub": settings.VAPID_SUBJECT},
            ttl=KEPT_FOR[is_urgent],
            headers={"Urgency": "high" if is_urgent else "normal", "Topic": words["tag"]},
            timeout=PATIENCE,
            requests_session=NoDetours(),
        )
    except WebPushException as refused:
        if refused.status_code in GONE:
            raise Undeliverable(NO_PHONE) from None
        raise NotNow(f"The push service refused it ({refused.status_code}).") from None
    except requests.ConnectTimeout:
        raise Silent(SILENT) from None
    except requests.Timeout:
        raise Unanswered(SILENT) from None
    except (requests.RequestException, UnsafeEndpoint, ValueError):
        raise NotNow("The push service could not be reached.") from None


def _forget(phone: PushSubscription) -> None:
    """Its maker no longer knows it. Its owner, who counts on it, is told in the product."""
    now = app_now()
    queue(
        key=f"phone:{phone.pk}:gone",
        recipient=phone.staff,
        channel=Notice.Channel.IN_APP,
        subject=f"Alerts are off for {phone}",
        body="Its maker says that it gets none any more. Open this on that device and switch alerts on again.",
        path="/notices/phone/",
        now=now,
    )
    phone.delete()
