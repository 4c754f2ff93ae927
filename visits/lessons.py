"""Which series of lessons a person sees, and what a page shows of them."""

import datetime as dt
from typing import Any

from django.db.models import Count, Q, QuerySet

from homevisits.people.models import Staff
from visits.models import TuitionSeries, Visit
from visits.querysets import WHOLE_SCHOOL
from visits.states import ENDED, State

WIDE = {"ceo", "ewo"}


def visible(staff: Staff) -> "QuerySet[TuitionSeries]":
    """Tutors and whoever started it; leaders of the school; CEO and EWO: those who read why."""
    ours = TuitionSeries.objects.filter(school__trust_id=staff.trust_id)
    if any(role in WIDE and where is None for role, where in staff.held):
        return ours
    schools = {where for role, where in staff.held if role in WHOLE_SCHOOL and where}
    goes = Visit.objects.filter(attendees__staff=staff, series__isnull=False).values("series")
    own = Q(tutor=staff) | Q(started_by=staff) | Q(pk__in=goes)
    return ours.filter(own | Q(school__in=schools))


def listed(staff: Staff) -> "QuerySet[TuitionSeries]":
    """With how many sessions there are, how many lie ahead, and how often something happened."""
    ahead = Count("visits", filter=~Q(visits__state__in=list(ENDED)), distinct=True)
    incidents = Count("visits__session__misbehaviour", distinct=True)
    found = visible(staff).select_related("pupil", "tutor", "school")
    return found.annotate(sessions=Count("visits", distinct=True), ahead=ahead, incidents=incidents)


def others_waiting(visit: Visit) -> "QuerySet[Visit]":
    """The other sessions of a visit's series that wait for a decision."""
    if visit.series_id is None:
        return Visit.objects.none()
    return Visit.objects.filter(series=visit.series_id, state=State.REQUESTED).exclude(pk=visit.pk)


def whole(series: TuitionSeries, now: dt.datetime) -> dict[str, Any]:
    """Everything that the page of a series shows."""
    visits = list(
        series.visits.select_related("session")
        .prefetch_related("session__misbehaviour__reported_by")
        .order_by("start_at")
    )
    incidents = [
        row for visit in visits if hasattr(visit, "session") for row in visit.session.misbehaviour.all()
    ]
    return {
        "series": series,
        "visits": visits,
        "first": visits[0] if visits else None,
        "incidents": incidents,
        "now": now,
    }
