"""The card of all reminders of a policy, without a visit (CS-100): made once by whoever looks first, kept for a day."""

import datetime as dt
import hashlib
import json
import threading
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.template.loader import render_to_string

from homevisits import pdf
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy
from visits.cards import policy_checklist

A_DAY, A_WHILE = 24 * 60 * 60, 45


def words(policy: Policy) -> dict[str, Any]:
    """What the card says, under the name of whose policy it is."""
    return policy_checklist(policy) | {
        "ref": "",
        "school": policy.scope,
        "motto": "",
        "contact": "",
        "policy": str(policy),
    }


def card(policy: Policy) -> bytes | None:
    """The PDF; None while it is being made, behind the page that waits for it."""
    said = words(policy)
    key = f"reminders:{policy.pk}:{hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"
    made: bytes | None = cache.get(key)
    if made is None and cache.add(f"{key}:lease", 1, A_WHILE):
        threading.Thread(target=_make, args=(key, said), name="reminders", daemon=True).start()
    return made


def _make(key: str, said: dict[str, Any]) -> None:
    try:
        cache.set(key, pdf.render(render_to_string("pdf/checklist.html", {**said, "printed": ""})), A_DAY)
    finally:
        cache.delete(f"{key}:lease")
        connection.close()


def on_policy_page(policy: Policy, staff: Staff, now: dt.datetime) -> tuple[str, dict[str, Any]]:
    """On a version's page: what to keep in mind about the policy itself, and the card."""
    items = list(policy.guidanceitems.filter(moment="keep"))
    return ("visits/document/_of_policy.html", {"policy": policy, "items": items})
