"""Somebody does not go after all, because they are worried: always allowed before leaving (PS-135)."""

import datetime as dt

from homevisits.people.models import Staff
from visits import telling
from visits.models import Visit
from visits.states import State
from visits.transitions.changing import reconsider
from visits.transitions.circumstances import after_change, circumstances
from visits.transitions.door import Refused, happened, is_still, moved, opened, rearm
from visits.transitions.secret import hears, known_otherwise, take_off


@hears("reason")
def withdraw(*, visit: Visit, by: Staff, now: dt.datetime, reason: str) -> Visit:
    """Take oneself off a visit that has not left. A word is enough, and nobody asks for more.

    Whoever asked, the office and the leaders are told. The last one of the party ends the visit.
    """
    if not reason.strip():
        raise Refused("Say in a word why you do not go. “I do not feel safe” is enough.")
    with opened(visit, by=by, action="withdraw", now=now) as fresh:
        is_still(fresh, State.DRAFT, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        if fresh.is_reported:
            raise Refused("You have been on this visit, so you stay in its record.")
        before = circumstances(fresh)
        _take_off(fresh, by)
        happened(fresh, "withdrew", f"{by.short_name} does not go", by=by, now=now, reason=reason[:500])
        if any(a.staff_id for a in fresh.party):
            after_change(fresh, before, by=by, now=now)
            reconsider(fresh, by=by, now=now)
        else:
            fresh.ended_reason = f"{by.short_name}: {reason}"[:500]
            moved(fresh, "cancel", "ended_reason")
            happened(fresh, "cancelled", "Cancelled: nobody is left who goes", by=by, now=now, reason=reason)
        _tell(fresh, by=by, now=now)
        rearm(fresh, now=now)
    return fresh


def _take_off(visit: Visit, by: Staff) -> None:
    """Leave the party; somebody else of it leads. Who has been out on this visit stays in its story."""
    own = next(a for a in visit.party if a.staff_id == by.pk)
    mine = visit.attendees.filter(pk=own.pk)
    if known_otherwise(mine).exists():
        raise Refused("You have been out on this visit already. Cancel it instead: the others can ask again.")
    take_off(mine)
    visit.__dict__.pop("party", None)
    heir = next((a for a in visit.party if a.staff_id), None)
    if own.is_lead and heir:
        heir.is_lead = True
        heir.save(update_fields=["is_lead"])
        visit.__dict__.pop("party", None)


def _tell(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    goes = [a.staff for a in visit.party if a.staff]
    people = [*telling.askers(visit), *goes, *telling.office(visit, now), *telling.told_of_changes(visit)]
    telling.tell(
        [person for person in people if person.pk != by.pk],
        visit,
        what="withdrew",
        subject=f"{visit.ref}: somebody does not go after all",
        body="Somebody took themselves off a home visit because they are worried. Open it and see what it needs now.",
        now=now,
    )
