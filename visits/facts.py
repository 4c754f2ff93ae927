"""What a decision is bound to: the facts of a visit that, once changed, void it."""

import datetime as dt
import hashlib
import json
from typing import Any

from homevisits.clock import london_day
from visits import risk
from visits.models import Visit
from visits.story import Decision


def facts_hash(visit: Visit, *, unassessed: bool = False, undated: bool = False) -> str:
    """SHA-256 over people, address, day, reason, purpose, who goes and the risks; times of day stay out.

    The time has a tolerance, so it is compared with the decision's own `start_at` instead.
    `unassessed` leaves the risk assessment out: the visit as it was before one was written. `undated`
    leaves the day out: lessons of one series differ in it alone.
    """
    party = sorted((a.staff_id or 0, a.name, str(a.phone) if not a.staff_id else "") for a in visit.party)
    says: dict[str, Any] = {
        "school": visit.school_id,
        "reason": [visit.reason_code, visit.reason_explained, visit.purpose],
        "pupils": sorted(pupil.pk for pupil in visit.pupils.all()),
        "where": [visit.household_id, visit.address, visit.postcode, visit.access],
        "day": str(london_day(visit.start_at)) if visit.start_at and not undated else "",
        "party": party,
        "told": [visit.told, visit.ground_code],
    }
    if visit.risk_id and not unassessed:
        says["risk"] = visit.risk_id
    if visit.symptoms:
        says["symptoms"] = visit.symptoms
    return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()


def still_binds(decision: Decision, visit: Visit, digest: str) -> bool:
    """Whether a decision still speaks of this visit: same facts, start within the policy's tolerance."""
    if visit.start_at is None or visit.rules is None:
        return False
    if decision.facts_hash != digest and not _knew_enough(decision, visit):
        return False
    tolerance = dt.timedelta(minutes=visit.rules.material_change_minutes)
    return abs(visit.start_at - decision.start_at) <= tolerance


def _knew_enough(decision: Decision, visit: Visit) -> bool:
    """A first assessment that changes nothing about the visit leaves what was decided before it standing."""
    if visit.risk_id is None or risk.asks_for_more(visit):
        return False
    return decision.facts_hash == facts_hash(visit, unassessed=True)
