"""What must hold before anybody sets off."""

import datetime as dt
from collections.abc import Iterator

from homevisits.clock import local
from homevisits.trusts.choices import Strength
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites
from visits.watch import answerers


@gate("depart")
def window(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not (visit.depart_at and visit.return_at):
        return
    opens = visit.depart_at - dt.timedelta(minutes=rules.depart_early_minutes)
    yield need(
        now >= opens,
        "too_early",
        f"You may leave from {local(opens):%H:%M on %-d %B}. Ask the office to change the time if you go earlier.",
        met="It is time to go",
    )
    yield need(
        now < visit.return_at,
        "too_late",
        "The planned return has passed. Ask the office to change the times.",
        met="The planned return lies ahead",
    )


@gate("depart")
def somebody_answers(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Somebody not in the party can answer an alarm now and at the planned return."""
    rules = visit.rules
    if rules is None or rules.duty_rule == Strength.OFF or not visit.return_due_at:
        return
    for code, at, when in (
        ("duty_now", now, "now"),
        ("duty_return", visit.return_due_at, "when you are due back"),
    ):
        yield need(
            answerers(visit, at).exists(),
            code,
            f"Nobody outside the party has the desk duty {when} ({local(at):%H:%M}). Ask the office to name a stand-in.",
            met=f"Somebody can answer an alarm {when}",
            clauses=cites(rules, "duty_rule"),
            fix="/people/duty/",
            blocks=rules.duty_rule == Strength.BLOCK,
        )
