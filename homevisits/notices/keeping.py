"""The door for a trust's text account: setting it up, its callback token, trying it out."""

import datetime as dt
import hashlib
import re
import secrets
import uuid
from typing import Any

from django.db import transaction
from django.utils.crypto import constant_time_compare

from homevisits.clock import local
from homevisits.notices import notify
from homevisits.notices.accounts import TextAccount
from homevisits.notices.permissions import may_set_texts
from homevisits.people.models import Staff
from homevisits.people.story import tell
from homevisits.sealing import seal
from homevisits.trusts.models import Trust
from homevisits.trusts.permissions import NotAllowed

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KEY = re.compile(rf"(?P<name>.+)-(?P<service>{UUID})-(?P<secret>{UUID})", re.IGNORECASE)


def set_account(
    *, trust: Trust, by: Staff | None, now: dt.datetime, key: str = "", **fields: Any
) -> TextAccount:
    """Set up a trust's account, or change it; without a key the one that is there stays.

    `fields` are columns of the account. Raises NotAllowed; ValueError for a key that is none.
    """
    _ask(by, trust)
    with transaction.atomic():
        account = TextAccount.objects.select_for_update().filter(trust=trust).first()
        if account is None:
            account = TextAccount(trust=trust, first_set_at=now, ask_texts_at=now)
        if key or account._state.adding:
            found = KEY.fullmatch(key.strip())
            if found is None:
                raise ValueError("This is no key of GOV.UK Notify.")
            account.key_name, account.sealed_key = found["name"][:120], seal(key.strip())
            account.set_at, account.set_by = now, by
            account.worked_at = account.failed_at = None
            account.failing = account.failure = ""
        for name, value in fields.items():
            setattr(account, name, value)
        account.save()
        what = "with a new key" if key else "and kept the key"
        tell(where=trust, kind="texts_set", by=by, now=now, sentence=f"Set up the text account {what}.")
    return account


def new_token(*, account: TextAccount, by: Staff | None, now: dt.datetime) -> str:
    """A new bearer token for Notify's callbacks, in clear this once; the one before is worth nothing."""
    _ask(by, account.trust)
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        TextAccount.objects.filter(pk=account.pk).update(token_hash=_digest(token), called_back_at=None)
        sentence = "Made a new token for the callbacks of the text account."
        tell(where=account.trust, kind="texts_token", by=by, now=now, sentence=sentence)
    return token


def is_token(account: TextAccount | None, token: str) -> bool:
    """Whether this is the account's token. As much work for an account that is not there."""
    known = account.token_hash if account else ""
    return constant_time_compare(_digest(token), known or _digest(secrets.token_hex(8)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def try_text(*, account: TextAccount, by: Staff, now: dt.datetime) -> None:
    """A text to one's own mobile, outside of any transaction. Raises notices.delivery.NotDelivered."""
    body = f"Home Visits: texts work. Sent {local(now):%H:%M} at your own request."
    notify.text(account, number=str(by.mobile), body=body, reference=uuid.uuid4())


def try_email(*, account: TextAccount, by: Staff, now: dt.datetime) -> None:
    """An e-mail to oneself, outside of any transaction. Raises notices.delivery.NotDelivered."""
    body = f"E-mail through GOV.UK Notify works. Sent {local(now):%H:%M} at your own request."
    notify.email(account, address=by.email, subject="Home Visits: a test", body=body, reference=uuid.uuid4())


def _ask(by: Staff | None, trust: Trust) -> None:
    """None is the system itself: examples, a command."""
    if by is not None and not (may_set_texts(by) and by.trust_id == trust.pk):
        raise NotAllowed("Only a trust admin may set up texts.")
