"""The office's list: what to log, whom to ring, who leaves and comes back, whose record is owed. Never why."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from homevisits.look.times import when_text
from homevisits.people.models import Staff
from homevisits.people.phones import written
from homevisits.trusts.pinned import give_policies
from visits.board.scope import in_scope
from visits.models import Visit, VisitDeadline
from visits.safety import Due
from visits.states import OUT, State
from visits.together import seated
from visits.waiting import HURRY

CALLS_AHEAD = dt.timedelta(hours=3)


@dataclass(frozen=True)
class Worklist:
    """Each list in the order in which its things have to be done."""

    to_log: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    leaving: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    owed: list[dict[str, Any]]

    @property
    def many_schools(self) -> bool:
        """Whether the lines have to say which school they are of."""
        return len({one["school"] for one in [*self.to_log, *self.leaving, *self.waiting]}) > 1

    @property
    def is_empty(self) -> bool:
        return not (self.to_log or self.calls or self.leaving or self.waiting or self.owed)


def worklist(staff: Staff, now: dt.datetime) -> Worklist:
    """Everything that the office of this person's schools has to do. A fixed number of queries."""
    states = [State.REQUESTED, State.AUTHORISED, State.LOGGED, State.RETURNED_SAFE]
    found = in_scope(staff).filter(state__in=states).select_related("school", "requested_by")
    visits = list(seated(list(found.order_by("depart_at", "pk"))))
    give_policies(visits)
    of = {state: [line(visit, now) for visit in visits if visit.state == state] for state in states}
    return Worklist(
        to_log=of[State.AUTHORISED],
        calls=calls(staff, now),
        leaving=of[State.LOGGED],
        waiting=of[State.REQUESTED],
        owed=sorted(of[State.RETURNED_SAFE], key=lambda one: one["returned_at"]),
    )


def line(visit: Visit, now: dt.datetime) -> dict[str, Any]:
    """One visit as the office reads it."""
    leaves = visit.depart_at or visit.start_at or visit.created_at
    lead = visit.lead
    return {
        "ref": visit.ref,
        "leaves": leaves,
        "pill": urgency(leaves, now),
        "who": ", ".join(attendee.short_name for attendee in visit.party),
        "alone": visit.is_lone,
        "where": ", ".join(filter(None, [visit.address, visit.postcode])),
        "school": visit.school.name,
        "returned_at": visit.returned_at or leaves,
        "writer": lead.short_name if lead else "",
    }


def urgency(leaves: dt.datetime, now: dt.datetime) -> tuple[str, str, str]:
    """How soon they leave: in word, icon and colour."""
    left = leaves - now
    if left <= dt.timedelta(0):
        return ("late", "timer-off", f"was to leave {when_text(leaves, now).removeprefix('today ')}")
    if left <= HURRY:
        return ("soon", "timer", f"leaves in {max(1, round(left.total_seconds() / 60))} min")
    return ("plain", "timer", f"leaves {when_text(leaves, now)}")


def calls(staff: Staff, now: dt.datetime) -> list[dict[str, Any]]:
    """The check-in calls of the next hours, the first one first (TC-166)."""
    due = VisitDeadline.objects.filter(
        kind=Due.CHECK_IN,
        state=VisitDeadline.State.LIVE,
        visit__in=in_scope(staff).filter(state__in=OUT).order_by().values("pk"),
        next_at__lt=now + CALLS_AHEAD,
    )
    rows = due.select_related("visit__checkin_colleague", "attendee__staff").order_by("prompt_at", "pk")
    return [call(deadline) for deadline in rows if deadline.attendee]


def call(deadline: VisitDeadline) -> dict[str, Any]:
    attendee, colleague = deadline.attendee, deadline.visit.checkin_colleague
    phone = str(attendee.phone or "") if attendee else ""
    return {
        "at": deadline.prompt_at or deadline.due_at,
        "name": attendee.short_name if attendee else "",
        "phone": phone,
        "phone_shown": written(phone) if phone else "",
        "ref": deadline.visit.ref,
        "url": f"/visits/{deadline.visit.ref}/call/{deadline.attendee_id}/",
        "colleague": colleague.short_name if colleague else "",
    }
