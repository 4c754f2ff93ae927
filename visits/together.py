"""Reads many visits with everything that the rules ask of each, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import QuerySet

from homevisits.trusts.models import Reason
from homevisits.trusts.pinned import give_policies
from visits.models import Attendee, Visit


def seated(visits: Sequence[Visit]) -> Sequence[Visit]:
    """The same visits, each knowing its party, the lead first, and whoever asked if they go. Two queries."""
    rows = Attendee.objects.filter(visit__in={visit.pk for visit in visits}).select_related(
        "staff", "vehicle"
    )
    parties = defaultdict(list)
    for attendee in rows.prefetch_related("staff__roles").order_by("-is_lead", "id") if visits else ():
        parties[attendee.visit_id].append(attendee)
    for visit in visits:
        visit.party = parties[visit.pk]
        asker = next((a.staff for a in visit.party if a.staff_id == visit.requested_by_id), None)
        if asker and not Visit.requested_by.is_cached(visit):
            visit.requested_by = asker
    return visits


def reasoned(visits: Sequence[Visit]) -> Sequence[Visit]:
    """The same visits, each knowing its reason as its policy words it. One query."""
    policies = {visit.policy_id for visit in visits}
    words = {(reason.policy_id, reason.code): reason for reason in Reason.objects.filter(policy__in=policies)}
    for visit in visits:
        visit.reason = words.get((visit.policy_id or 0, visit.reason_code))
    return visits


def gathered(visits: QuerySet[Visit]) -> list[Visit]:
    """Submitted visits with school, calendar, pinned policy, party, pupils, decisions and whoever asked."""
    found = list(
        visits.select_related("school__trust", "requested_by", "household", "risk")
        .defer("risk__content")
        .prefetch_related(
            "requested_by__roles",
            "school__terms",
            "school__closures",
            "pupils",
            "decisions__decider",
            "decisions__typed_by",
        )
    )
    give_policies(found)
    return list(reasoned(seated(found)))
