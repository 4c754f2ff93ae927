"""What follows when a visit did not reach the family, or was put off: who names it, and by when."""

import datetime as dt
from typing import TYPE_CHECKING

from homevisits.people.models import Staff
from homevisits.trusts.roles import SAFEGUARDING_TEAM, RoleName
from visits.following import NextStep
from visits.story import Moment

if TYPE_CHECKING:
    from visits.models import Visit

# Somebody who felt unsafe may come back later, or another day (SH-071, SH-072).
OUTCOMES = ("nobody_in", "parent_absent", "refused", "postponed", "unsafe")
# Who is asked when neither whoever asked for the visit nor its lead is there.
ELSE = (RoleName.ATTENDANCE_LEAD, RoleName.DSL, RoleName.HEADTEACHER)


def since(visit: "Visit") -> dt.datetime | None:
    """When it was said that the family was not reached; None where there is nothing to follow."""
    if visit.outcome not in OUTCOMES:
        return None
    said = visit.moments.filter(kind=Moment.Kind.OUTCOME).order_by("-recorded_at").first()
    return said.recorded_at if said else visit.left_at or visit.returned_at


def waits_since(visit: "Visit") -> dt.datetime | None:
    """Since when the next step waits for a person: to name it, or to decide on a check by the police.

    A check that was refused leaves it to be named again.
    """
    began = since(visit)
    if began is None:
        return None
    steps = list(visit.next_steps.all())
    last = next((step for step in reversed(steps) if step.at >= began), None)
    if last is None:
        return began
    if last.is_open:
        return last.at
    return last.answered_at if last.is_agreed is False else None


def proposed(visit: "Visit") -> NextStep | None:
    """A check by the police that was proposed and not decided on."""
    return next((step for step in visit.next_steps.all() if step.is_open), None)


def owners(visit: "Visit", now: dt.datetime) -> list[Staff]:
    """Whose the next step is: whoever asked, else the lead, else the attendance lead or the DSL.

    Of a check by the police the safeguarding team and the head decide. It is always somebody who can still sign in.
    """
    from visits.climbing import last_people
    from visits.telling import leading

    if proposed(visit):
        return welfare_deciders(visit)
    for person in [visit.requested_by, visit.lead.staff if visit.lead else None]:
        if person and person.is_active and not person.aways.filter(during__contains=now).exists():
            return [person]
    for role in ELSE:
        held = list(Staff.objects.holding([role], visit.school).present(now))
        if held:
            return held
    return leading(visit, ELSE) or last_people(visit.school)


def welfare_deciders(visit: "Visit") -> list[Staff]:
    """Who decides whether the police are asked to look in: the safeguarding team and the head (AF-039, AF-045)."""
    return list(Staff.objects.holding([*SAFEGUARDING_TEAM, RoleName.HEADTEACHER], visit.school))


def tried(visit: "Visit") -> int:
    """How often somebody has gone to this home and not reached the family, this visit too (SH-098)."""
    if visit.household_id is None:
        return 1
    others = type(visit).objects.filter(household=visit.household_id, outcome__in=OUTCOMES)
    return others.count()
