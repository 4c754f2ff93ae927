"""Whether everybody who goes has been made aware of the policy's points, and says so."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import Strength
from visits.briefing import Briefed, briefings, who_briefs
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites


@gate("depart")
def everybody_is_briefed(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Each visitor is briefed by somebody whom the policy names, and has read it (TC-130, TC-141)."""
    rules = visit.rules
    if rules is None:
        return
    for one in briefings(visit):
        column = "briefing_roles_ewo" if one.staff.is_ewo else "briefing_roles"
        yield need(
            one.is_acknowledged,
            "briefed" if one.is_confirmed else "briefing",
            _unmet(visit, one),
            met=f"{one.staff.short_name} is briefed",
            clauses=cites(rules, "briefing_rule", column),
            fix="briefing",
            blocks=rules.briefing_rule == Strength.BLOCK,
        )


def _unmet(visit: Visit, one: Briefed) -> str:
    name, who = one.staff.short_name, who_briefs(visit, one.staff)
    if one.is_confirmed:
        return f"{name} has not confirmed the briefing yet. Open it, read it and confirm it."
    if one.is_outdated:
        return f"The risks were assessed anew after {name}'s briefing. Ask {who} to brief again."
    return f"{name} is not briefed yet. Ask {who} to do that."
