"""What somebody assures besides: that they check on people, that arrangements are in place, that they looked at it."""

import datetime as dt

from homevisits.people.models import Staff
from visits.models import Visit
from visits.routes import is_exempt
from visits.states import State
from visits.transitions.door import Refused, happened, is_still, keep, opened, rearm


def acknowledge_contact(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """I check on these people out of hours (TC-106)."""
    with opened(visit, by=by, action="acknowledge_contact", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED, State.IN_PROGRESS)
        if fresh.contact_acknowledged_at is None:
            fresh.contact_acknowledged_at = now
            keep(fresh, "contact_acknowledged_at")
            happened(fresh, "contact", "Confirmed that they check on the visitors", by=by, now=now)
            rearm(fresh, now=now, met=["contact"])
    return fresh


def confirm_safeguarding(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """The EWO makes sure that safeguarding arrangements are in place for a visit that needs no head (TC-060)."""
    with opened(visit, by=by, action="confirm_safeguarding", now=now) as fresh:
        is_still(fresh, State.REQUESTED, State.AUTHORISED, State.LOGGED)
        if not is_exempt(fresh):
            raise Refused("Whoever authorises this visit confirms it with the decision.")
        if fresh.safeguarding_confirmed_at is None:
            fresh.safeguarding_confirmed_by, fresh.safeguarding_confirmed_at = by, now
            keep(fresh, "safeguarding_confirmed_by", "safeguarding_confirmed_at")
            sentence = "Confirmed that safeguarding arrangements are in place"
            happened(fresh, "safeguarding", sentence, by=by, now=now, clauses=["TC-060"])
    return fresh


def look_afterwards(*, visit: Visit, by: Staff, now: dt.datetime, words: str) -> Visit:
    """Look at an emergency that went ahead without a decision, and say what was found."""
    if not words.strip():
        raise Refused("Say what you think of it.")
    with opened(visit, by=by, action="look_afterwards", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED)
        if not fresh.is_undecided:
            raise Refused("This visit did not go ahead without a decision.")
        if not fresh.events.filter(kind="looked_at").exists():
            happened(fresh, "looked_at", "Looked at it afterwards", by=by, now=now, reason=words.strip())
    return fresh
