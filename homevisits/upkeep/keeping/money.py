"""Keeps the insurance for staff who make visits (TC-046). Rows are never changed: the history is there."""

import datetime as dt

from django.db import transaction

from homevisits.people.keeping.rules import ask, require
from homevisits.people.models import Staff
from homevisits.trusts.models import Insurance, Trust
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep.arming import locked, rearm, tell


@transaction.atomic
def add_insurance(
    *,
    trust: Trust,
    insurer: str,
    reference: str,
    starts_on: dt.date,
    expires_on: dt.date,
    by: Staff,
    now: dt.datetime,
) -> Insurance:
    """Record cover with its number and dates; reminders of the cover before it end."""
    ask(may_edit(by) and by.trust_id == trust.pk, "Only a trust admin or the Executive Head / CEO may.")
    require(expires_on >= starts_on, "It must end on or after the day it starts.")
    place = locked(trust, None)
    kept = Insurance.objects.create(
        trust=trust,
        insurer=insurer,
        reference=reference,
        starts_on=starts_on,
        expires_on=expires_on,
        recorded_by=by,
        recorded_at=now,
    )
    told = f"Insurance recorded: {kept}, {starts_on:%-d %B %Y} to {expires_on:%-d %B %Y}"
    tell(place, "insurance_recorded", told, by=by, now=now)
    rearm(place, now=now)
    return kept
