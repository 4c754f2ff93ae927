"""What a change of the plan does to what was assessed and assured: another home, other circumstances (TC-129, TC-153)."""

import datetime as dt

from homevisits.people.models import Staff
from visits import risk, telling
from visits.facts import facts_hash
from visits.models import Visit
from visits.transitions.door import happened, keep

TIMES = ("depart_at", "start_at", "end_at", "return_at")
LINK = ("risk", "risk_confirmed_by", "risk_confirmed_at")

type Circumstances = tuple[str, dt.datetime | None]


def circumstances(visit: Visit) -> Circumstances:
    """What a lone-working assessment was made of: who, where, why, on which day, and when."""
    return facts_hash(visit), visit.start_at


def after_change(visit: Visit, before: Circumstances, *, by: Staff, now: dt.datetime) -> None:
    """Another home has another assessment; other circumstances than `before` void the lone-working one."""
    adopt(visit)
    digest, start = before
    tolerance = dt.timedelta(minutes=visit.rules.material_change_minutes if visit.rules else 0)
    has_moved = visit.start_at is None or start is None or abs(visit.start_at - start) > tolerance
    has_changed = facts_hash(visit) != digest
    if has_moved or has_changed:
        void_lone(visit, by=by, now=now)
    if has_moved and visit.contact_acknowledged_at:
        visit.contact_acknowledged_at = None  # they said that they check at another time (TC-106)
        keep(visit, "contact_acknowledged_at")
    if has_changed and visit.safeguarding_confirmed_at:
        visit.safeguarding_confirmed_at, visit.safeguarding_confirmed_by = None, None
        keep(visit, "safeguarding_confirmed_at", "safeguarding_confirmed_by")


def note_times(visit: Visit, *, by: Staff, now: dt.datetime, reason: str) -> None:
    """The planned times have changed: it stands in the story, and the head knows (CEO for the EWO; TC-170, TC-171)."""
    times = {field: getattr(visit, field) for field in TIMES}
    happened(visit, "retimed", "Changed the planned times", by=by, now=now, reason=reason, times=times)
    telling.tell_schedule(visit, now=now)


def adopt(visit: Visit) -> None:
    """Let go of another home's assessment; hold the last one of this home where nobody has to confirm it."""
    found = visit.risk
    if found is not None and not risk.is_of_this_home(found, visit):
        found = None
    if found is None and visit.rules and not visit.rules.risk_reconfirmed and risk.is_wanted(visit):
        found = risk.latest(visit)
    if (found.pk if found else None) != visit.risk_id:
        visit.risk, visit.risk_confirmed_by, visit.risk_confirmed_at = found, None, None
        keep(visit, *LINK)


def void_lone(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """The lone-working assessment spoke of something else: its words stay, to be looked at again."""
    if visit.lone_assessed_at is None:
        return
    visit.lone_assessed_by, visit.lone_assessed_at = None, None
    keep(visit, "lone_assessed_by", "lone_assessed_at")
    happened(visit, "lone_void", "The lone-working assessment has to be looked at again", by=by, now=now)
