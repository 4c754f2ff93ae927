"""What must hold before a visit may be authorised, besides the decisions themselves."""

import datetime as dt
from collections.abc import Iterator

from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, is_short, route, standing
from visits.story import Decision


@gate("authorise")
def people(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None:
        return
    if not is_short(visit):
        count = len(visit.counted_party)
        met = {1: "One person goes", 2: "Two people go"}.get(count, f"{count} people go")
        yield need(True, "min_people", "", met=met, clauses=cites(rules, "min_people"))


@gate("authorise")
def still_ahead(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.end_at and visit.end_at > now,
        "future",
        "The time of this visit has passed. Return it for changes.",
        met="The visit lies ahead",
        clauses=["TC-086"],
        fix="when",
    )


@gate("authorise")
def decisions(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """One line for each decision of the route, besides the visit's own which this page takes."""
    have = standing(visit)
    for wanted in route(visit):
        decision = have.get(wanted.kind)
        yes = decision is not None and decision.answer == Decision.Answer.YES
        who = decision.decider.short_name if decision else ""
        if wanted.is_required:
            unmet = f"{wanted.sentence} waits for {wanted.who}."
        else:
            unmet = "The DSL has not commented. Not required; you may go ahead."
        yield need(
            yes,
            f"decision_{wanted.kind}",
            unmet,
            met=f"{wanted.sentence}: agreed by {who}",
            clauses=wanted.clauses,
            blocks=wanted.is_required,
        )
