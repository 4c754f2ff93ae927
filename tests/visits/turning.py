"""Turns a setting of the version that a visit pinned, in memory alone: published versions never change."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from visits import gates
from visits.gates.checks import Check
from visits.models import Visit

OFF, WARN, BLOCK = "off", "warn", "block"
SAID = {OFF: [], WARN: ["warns"], BLOCK: ["blocks"]}


def turned(visit: Visit, **settings: Any) -> Visit:
    """The visit as the database has it, under rules with these settings."""
    fresh = Visit.objects.select_related("school__trust", "policy", "requested_by").get(pk=visit.pk)
    for name, value in settings.items():
        assert hasattr(fresh.rules, name), name
        setattr(fresh.rules, name, value)
    return fresh


def checks(gate: str, visit: Visit, now: dt.datetime, code: str, **settings: Any) -> list[Check]:
    """What a gate says under a code, met or not."""
    return [check for check in gates.checks(gate, turned(visit, **settings), now) if check.code == code]


def unmet(gate: str, visit: Visit, now: dt.datetime, code: str, **settings: Any) -> list[str]:
    """How a gate's unmet checks of a code stand: "warns", "blocks"."""
    return [check.status for check in checks(gate, visit, now, code, **settings) if not check.is_met]


def undone(act: Callable[[], Any]) -> Any:
    """Do something, give back what came of it, and take everything back."""
    with transaction.atomic():
        result = act()
        transaction.set_rollback(True)
    return result
