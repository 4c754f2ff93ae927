"""Whether anybody would be in two places, or a home be visited twice."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import Strength
from visits.clashes import clashes
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites


@gate("submit")
@gate("authorise")
@gate("log")
def no_clash(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A visit to the same home from another school only ever warns: speaking to them is all that mends it."""
    rules = visit.rules
    if rules is None or rules.clash_rule == Strength.OFF:
        return
    for clash in clashes(visit, now):
        yield need(
            False,
            clash.code,
            clash.sentence,
            met="",
            clauses=cites(rules, "clash_rule"),
            fix=clash.fix,
            blocks=rules.clash_rule == Strength.BLOCK and not clash.elsewhere,
        )
