"""Reporting an incident: kept with who and when, and told at once to whom the policy names."""

import datetime as dt
from typing import Any

from homevisits.people.models import Staff
from homevisits.sealing import seal
from visits import telling
from visits.incidents import REPORTED
from visits.models import Visit
from visits.story import Incident, Moment
from visits.transitions.door import Refused, happened, is_still, opened
from visits.transitions.going import said
from visits.transitions.secret import hears


@hears("what")
def report_incident(*, visit: Visit, by: Staff, now: dt.datetime, what: str, **more: Any) -> Visit:
    """Report an issue or incident to the head, or the CEO for the EWO (TC-116, TC-117, TC-140, TC-151). Raises Refused."""
    if not what.strip():
        raise Refused("Say what happened.")
    with opened(visit, by=by, action="report_incident", now=now) as fresh:
        is_still(fresh, *REPORTED)
        moment = said(fresh, Moment.Kind.INCIDENT, by=by, now=now, **more)
        if moment is None:
            return fresh
        Incident.objects.create(moment=moment, sealed=seal(what.strip()))
        happened(fresh, "incident", "Reported an incident", by=by, now=now)
        telling.tell(
            [person for person in telling.told_of_changes(fresh) if person != by],
            fresh,
            what=f"incident_{moment.key}",
            subject=f"{fresh.ref}: an incident was reported",
            body="Somebody reports an incident on a home visit. Open it, read what happened, and ring them.",
            path=f"/visits/{fresh.ref}/incident/",
            now=now,
            urgent=True,
            ways=telling.SOON,
        )
    return fresh
