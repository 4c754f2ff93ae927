"""What a decision is bound to: the facts of a visit that, once changed, void it."""

import datetime as dt
import hashlib
import json

from homevisits.clock import london_day
from visits.models import Visit
from visits.story import Decision


def facts_hash(visit: Visit) -> str:
    """SHA-256 over people, address, day, reason, purpose and who goes; times of day stay out.

    The time has a tolerance, so it is compared with the decision's own `start_at` instead.
    """
    party = sorted((a.staff_id or 0, a.name, str(a.phone) if not a.staff_id else "") for a in visit.party)
    says = {
        "school": visit.school_id,
        "reason": [visit.reason_code, visit.reason_explained, visit.purpose],
        "pupils": sorted(pupil.pk for pupil in visit.pupils.all()),
        "where": [visit.household_id, visit.address, visit.postcode, visit.access],
        "day": str(london_day(visit.start_at)) if visit.start_at else "",
        "party": party,
        "told": [visit.told, visit.ground_code],
    }
    return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()


def still_binds(decision: Decision, visit: Visit, digest: str) -> bool:
    """Whether a decision still speaks of this visit: same facts, start within the policy's tolerance."""
    if decision.facts_hash != digest or visit.start_at is None or visit.rules is None:
        return False
    tolerance = dt.timedelta(minutes=visit.rules.material_change_minutes)
    return abs(visit.start_at - decision.start_at) <= tolerance
