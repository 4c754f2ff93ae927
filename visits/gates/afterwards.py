"""What must be said of a visit that took place without a request: what it was, when, and who went."""

import datetime as dt
from collections.abc import Iterator

from visits.gates import authorise, submit
from visits.gates.checks import Check, gate, need
from visits.models import Visit

for looker in (submit.policy, submit.why, submit.whom_and_where, submit.somebody_can_decide):
    gate("submit_afterwards")(looker)
gate("authorise_afterwards")(authorise.decisions)


@gate("submit_afterwards")
def over(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """It has taken place, and everybody is back: whoever is still out is looked after first."""
    leave, start, end, back = visit.depart_at, visit.start_at, visit.end_at, visit.return_at
    in_order = bool(leave and start and end and back and leave <= start < end <= back)
    yield need(
        in_order,
        "times",
        "Put the times in order: left, arrived, finished, back.",
        met="The times are set",
        clauses=["TC-019"],
        fix="when",
    )
    yield need(
        back and back <= now,
        "future",
        "Somebody is still out, or has not left yet. Ask for the visit now, and tell the office.",
        met="Everybody is back",
        fix="when",
    )


@gate("submit_afterwards")
def who_went(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.party and visit.lead,
        "people",
        "Say who went, and who led.",
        met="Who went is stated",
        clauses=["TC-100"],
        fix="people",
    )


@gate("submit_afterwards")
def why_not_asked(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.retrospective_why.strip(),
        "retrospective_why",
        "Say why the visit was not asked for beforehand.",
        met="Why it was not asked for is stated",
        clauses=["TC-069", "AF-011"],
        fix="reason",
    )
