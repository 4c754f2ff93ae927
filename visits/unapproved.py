"""Visits that took place without approval: reported afterwards, or found (features: detected and reported)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits.models import Visit
from visits.routes import is_exempt
from visits.story import Decision

READERS = (RoleName.HEADTEACHER, RoleName.SLT, RoleName.DSL, RoleName.CEO, RoleName.EWO)
SINCE = dt.timedelta(days=366)


@dataclass(frozen=True)
class Found:
    """One such visit: what was wrong with it, and what somebody answered."""

    visit: Visit
    what: str
    answer: str


def reads(staff: Staff) -> bool:
    """Whether this person answers for visits that should have been approved."""
    return staff.has_role(*READERS)


def found(staff: Staff, now: dt.datetime) -> list[Found]:
    """Those of the last year that this person may see, the latest first."""
    seen: dict[int, Found] = {}
    for one in _all(staff, now):
        seen.setdefault(one.visit.pk, one)
    return sorted(seen.values(), key=lambda one: one.visit.start_at or now, reverse=True)


def _all(staff: Staff, now: dt.datetime) -> Iterator[Found]:
    schools = [where for role, where in staff.held if role in READERS]
    visible = Visit.objects.visible_to(staff).filter(start_at__gte=now - SINCE)
    mine = visible if None in schools else visible.filter(school__in=[pk for pk in schools if pk])
    whole = mine.select_related("school", "policy", "requested_by").prefetch_related("decisions__decider")
    for visit in whole.filter(is_retrospective=True, submitted_at__isnull=False):
        yield Found(visit, "Reported afterwards", _answer(visit))
    went = whole.filter(departed_at__isnull=False, is_retrospective=False)
    voided = Q(decisions__voided_at__gte=F("departed_at"))
    for visit in went.filter(voided).distinct():
        yield Found(visit, "The decision was taken back after they had left", _answer(visit))
    for visit in went.filter(decisions__typed_by__isnull=False, decisions__countersigned_at=None).distinct():
        if any(_is_late(decision, visit, now) for decision in visit.decisions.all()):
            yield Found(visit, "Said by telephone and not confirmed in time", _answer(visit))
    for visit in went.filter(policy__urgent_needs_authorisation=False, kind=Visit.Kind.EMERGENCY):
        if not is_exempt(visit) and not _answer(visit):
            yield Found(visit, "An emergency that went ahead without a decision", _looked_at(visit))


def _looked_at(visit: Visit) -> str:
    """Who has looked at it afterwards; empty while nobody has."""
    event = visit.events.filter(kind="looked_at").select_related("by").first()
    return f"Looked at: {event.by.short_name}" if event and event.by else ""


def _is_late(decision: Decision, visit: Visit, now: dt.datetime) -> bool:
    if not (decision.wants_countersigning and visit.rules):
        return False
    return decision.decided_at + dt.timedelta(minutes=visit.rules.countersign_minutes) < now


def _answer(visit: Visit) -> str:
    """Who said what about the visit itself; empty while nobody has."""
    kept = [d for d in visit.decisions.all() if d.kind == Decision.Kind.VISIT and d.stands]
    if not kept:
        return ""
    right = "It was right" if kept[0].answer == Decision.Answer.YES else "It should not have been made"
    return f"{right}: {kept[0].decider.short_name}"
