"""Another version of the cast's policy, in force at once: settings and rows turned for one test."""

from collections.abc import Callable
from typing import Any

from homevisits.clock import app_now
from homevisits.trusts import presets, publishing
from homevisits.trusts.models import Overlay, Policy
from tests.cast import Cast
from visits.models import Visit


def turned(cast: Cast, edit: Callable[[Policy], Any] | None = None, **changes: Any) -> Policy:
    """The cast's preset with these columns, and with rows edited before it is published."""
    draft = presets.draft(cast.trust, cast.policy.preset, by=None, now=app_now())
    if changes:
        draft = publishing.save_draft(policy=draft, by=None, now=app_now(), values=changes)
    if edit:
        edit(draft)
    return publishing.publish(policy=draft, by=None, now=app_now(), note="For a test.")


def pinned(visit: Visit, policy: Policy) -> Visit:
    """The same visit as if it had been sent under another version: what a turned setting changes, and nothing else."""
    Visit.objects.filter(pk=visit.pk).update(policy=policy)
    return Visit.objects.get(pk=visit.pk)


def overlay(cast: Cast, **fields: Any) -> Overlay:
    """Infection rules switched on at the cast's school since today."""
    now = app_now()
    values: dict[str, Any] = {
        "starts_on": now.date(),
        "reason": "Covid-19",
        "set_by": cast.head,
        "set_at": now,
    }
    return Overlay.objects.create(school=cast.school, **(values | fields))
