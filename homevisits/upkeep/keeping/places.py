"""Keeps letterhead, website and position of a trust and its schools (AF-068, PS-001, TC-022, TC-023)."""

import datetime as dt
from typing import Any

from django.db import transaction

from homevisits.people.keeping.rules import ask, fresh, set_fields
from homevisits.people.models import Staff
from homevisits.trusts.columns import column
from homevisits.trusts.models import School, Trust
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep import editions
from homevisits.upkeep.arming import locked, tell

REFUSAL = "Only a trust admin or the Executive Head / CEO may."


@transaction.atomic
def set_school_details(*, school: School, by: Staff, now: dt.datetime, **details: Any) -> School:
    """Change motto, website, the policy's address there, or the position of a school."""
    ask(may_edit(by) and by.trust_id == school.trust_id, REFUSAL)
    place = locked(school.trust_id, school)
    held = fresh(school)
    if changed := set_fields(held, **details):
        tell(place, "details", f"Changed: {_named(School, changed)}", by=by, now=now)
        editions.refresh(school.trust, now=now)
    return held


@transaction.atomic
def set_trust_details(*, trust: Trust, by: Staff, now: dt.datetime, **details: Any) -> Trust:
    """Change motto, website, or the policy's address there."""
    ask(may_edit(by) and by.trust_id == trust.pk, REFUSAL)
    place = locked(trust, None)
    held = fresh(trust)
    if changed := set_fields(held, **details):
        tell(place, "details", f"Changed: {_named(Trust, changed)}", by=by, now=now)
        editions.refresh(held, now=now)
    return held


def _named(model: type[School] | type[Trust], names: list[str]) -> str:
    return ", ".join(str(column(model, name).verbose_name) for name in names)
