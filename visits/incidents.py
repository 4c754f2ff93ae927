"""Incidents that were reported from a visit: from when on there may be one, and who reads which."""

from typing import TYPE_CHECKING

from homevisits.people.models import Staff
from visits.states import State
from visits.story import Incident

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from visits.models import Visit

# From the time at which somebody may be on the way; and long after, when it comes back to mind.
REPORTED = (State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED)


def read_by(visit: "Visit", staff: Staff) -> "QuerySet[Incident]":
    """Those that somebody reads, once they may read why the visit is made at all.

    Until all are back the people who go read their own alone: what the office heard of a code word
    must not stand on a phone in the home (PS-129).
    """
    found = Incident.objects.filter(moment__visit=visit).select_related("moment__by")
    if visit.includes(staff) and visit.state != State.RECORDED:
        return found.filter(moment__by=staff)
    return found
