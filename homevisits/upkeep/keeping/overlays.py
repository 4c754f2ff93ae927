"""Switches infection rules on and off at a school (PS-140, CS-080, CS-081)."""

import datetime as dt

from django.db import transaction

from homevisits.clock import london_day
from homevisits.people.keeping.rules import ask, fresh, require
from homevisits.people.models import Staff
from homevisits.trusts import registry
from homevisits.trusts.models import Overlay, School
from homevisits.upkeep.arming import locked, tell
from homevisits.upkeep.permissions import may_set_overlay

REFUSAL = "Only the head, the DSL, a trust admin or the Executive Head / CEO may."


@transaction.atomic
def start_overlay(
    *,
    school: School,
    starts_on: dt.date,
    ends_on: dt.date | None,
    reason: str,
    source: str,
    by: Staff,
    now: dt.datetime,
) -> Overlay:
    """Lay infection rules over a school's policy from a day on; they take nothing away from it."""
    ask(may_set_overlay(by, school), REFUSAL)
    require(ends_on is None or ends_on >= starts_on, "The last day must not come before the first.")
    require(ends_on is None or ends_on >= london_day(now), "The last day has passed: enter a later one.")
    place = locked(school.trust_id, school)
    running = Overlay.objects.filter(school=school, ended_at=None).exclude(ends_on__lt=starts_on)
    overlapping = running.filter(starts_on__lte=ends_on) if ends_on else running
    require(not overlapping.exists(), "Infection rules hold on some of these days already: end those first.")
    overlay = Overlay.objects.create(
        school=school,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        source=source,
        set_by=by,
        set_at=now,
    )
    until = f" to {ends_on:%-d %B %Y}" if ends_on else " until they are ended"
    told = f"Infection rules switched on: {reason}, from {starts_on:%-d %B %Y}{until}"
    tell(place, "overlay_started", told, by=by, now=now)
    for follow in registry.ON_OVERLAY:
        follow(overlay, now)
    return overlay


@transaction.atomic
def end_overlay(*, overlay: Overlay, by: Staff, now: dt.datetime) -> Overlay:
    """End infection rules now; ended twice, they stay as they were."""
    ask(may_set_overlay(by, overlay.school), REFUSAL)
    place = locked(overlay.school.trust_id, overlay.school)
    held = fresh(overlay)
    if held.ended_at is None:
        held.ended_by, held.ended_at = by, now
        held.save(update_fields=["ended_by", "ended_at"])
        tell(place, "overlay_ended", f"Infection rules ended: {held.reason}", by=by, now=now)
    return held
