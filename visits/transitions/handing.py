"""A leader asks a named colleague to make a visit; the colleague asks for it, or hands it back (TC-184)."""

import datetime as dt
from typing import Any

from homevisits.people.models import Staff
from visits import telling
from visits.models import Visit
from visits.states import State
from visits.transitions.asking import write_plan
from visits.transitions.door import Refused, happened, is_still, keep, opened


def ask_colleague(*, visit: Visit, by: Staff, now: dt.datetime, staff: Staff, words: str = "") -> Visit:
    """Hand a draft to a colleague, who completes and sends it and leads the visit.

    From then on it is the colleague's request: whoever asked for it may decide on it.
    """
    with opened(visit, by=by, action="ask_colleague", now=now) as fresh:
        is_still(fresh, State.DRAFT)
        if staff.pk == by.pk:
            raise Refused("Choose somebody else; you can go on with this request yourself.")
        if not Staff.objects.visible_to(by).active().filter(pk=staff.pk).exists():
            raise Refused("Choose a colleague of this school or trust.")
        fresh.asked_of, fresh.ended_reason = staff, ""
        keep(fresh, "asked_of", "ended_reason")
        write_plan(fresh, {}, party=[{"staff": staff, "is_lead": True}, *_without(fresh, by, staff)])
        sentence = f"Asked {staff.short_name} to make this visit"
        happened(fresh, "handed", sentence, by=by, now=now, reason=words.strip(), staff=staff.pk)
        telling.tell(
            [staff],
            fresh,
            what="handed",
            subject=f"{by.short_name} asks you to make a home visit ({fresh.ref})",
            body="Open it, fill in what is missing and send it, or hand it back and say why.",
            path=f"/visits/{fresh.ref}/request/",
            now=now,
        )
    return fresh


def hand_back(*, visit: Visit, by: Staff, now: dt.datetime, reason: str) -> Visit:
    """Give a draft back to whoever asked, with a reason; or whoever asked takes it back (TC-184).

    Only the colleague who was asked leaves the party: the others who were typed in stay.
    """
    if not reason.strip():
        raise Refused("Say why you hand it back.")
    with opened(visit, by=by, action="hand_back", now=now) as fresh:
        is_still(fresh, State.DRAFT)
        if fresh.asked_of is None or fresh.asked_of_id == fresh.requested_by_id:
            raise Refused("Nobody was asked to make this visit.")
        other = fresh.requested_by if by.pk == fresh.asked_of_id else fresh.asked_of
        rest = _without(fresh, fresh.requested_by, fresh.asked_of)
        fresh.asked_of, fresh.ended_reason = None, reason.strip()[:500]
        keep(fresh, "asked_of", "ended_reason")
        write_plan(fresh, {}, party=[{"staff": fresh.requested_by, "is_lead": True}, *rest])
        happened(fresh, "handed_back", "Handed the visit back", by=by, now=now, reason=reason)
        telling.tell(
            [other],
            fresh,
            what="handed_back",
            subject=f"{fresh.ref} was handed back",
            body=f"{by.short_name} gave a reason. Open it to read it.",
            now=now,
        )
    return fresh


def _without(visit: Visit, *people: Staff) -> list[dict[str, Any]]:
    """The party as it was typed, outsiders too, but for these people."""
    gone = {person.pk for person in people}
    return [
        {"staff": a.staff} if a.staff else {"name": a.name} for a in visit.party if a.staff_id not in gone
    ]


def is_handed(visit: Visit) -> bool:
    """Whether a draft waits for a colleague who was asked, and has not been sent yet."""
    return (
        visit.state == State.DRAFT
        and visit.asked_of_id is not None
        and visit.asked_of_id != visit.requested_by_id
    )
