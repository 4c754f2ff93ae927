"""Writing down a physical intervention, and the head reading it."""

import datetime as dt

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits import telling
from visits.models import Intervention, Visit
from visits.safety import Due
from visits.states import State
from visits.transitions.door import Refused, happened, is_still, opened, rearm
from visits.transitions.secret import hears
from visits.writing import VisitRecord


@hears("who", "tried_first", "force", "prevented")
def write_intervention(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    happened_at: dt.datetime,
    who: str,
    tried_first: str,
    force: str,
    prevented: str,
) -> Intervention:
    """Write it down as soon as it reasonably can be; the head is told at once (TC-234 to TC-237). Raises Refused."""
    if happened_at > now:
        raise Refused("Enter a time that has passed.")
    with opened(visit, by=by, action="write", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        row = Intervention.objects.create(
            visit=fresh,
            happened_at=happened_at,
            who=who,
            tried_first=tried_first,
            force=force,
            prevented=prevented,
            written_by=by,
            written_at=now,
        )
        VisitRecord.objects.filter(visit=fresh).update(had_intervention=True)
        happened(
            fresh, "intervention", "Wrote down a physical intervention", by=by, now=now, said_at=happened_at
        )
        telling.tell(
            _readers(fresh),
            fresh,
            what="intervention",
            subject=f"{fresh.ref}: a physical intervention was written down",
            body="Open it and read it.",
            path=f"/visits/{fresh.ref}/intervention/",
            now=now,
            urgent=True,
        )
        rearm(fresh, now=now, met=[Due.INTERVENTION])
    return row


def read_interventions(*, visit: Visit, by: Staff, now: dt.datetime) -> None:
    """The first of those who were told has read them; who and when stays."""
    if by in _readers(visit):
        visit.interventions.filter(read_at=None).update(read_at=now, read_by=by)


def _readers(visit: Visit) -> list[Staff]:
    """Those who are told of incidents, and the head; whoever stands in where the head went along."""
    return [*telling.told_of_changes(visit), *telling.leading(visit, [RoleName.HEADTEACHER])]
