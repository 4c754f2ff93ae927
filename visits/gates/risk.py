"""Risks: assessed, still true, and met by enough people, at every step until somebody leaves."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import LoneRule
from visits import risk
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, is_exempt, is_short


def assessed(visit: Visit) -> Iterator[Check]:
    """A written assessment that holds for this visit (TC-052, TC-061, TC-152, TC-153, PS-061)."""
    if visit.rules is None or not risk.is_wanted(visit):
        return
    unmet = risk.objection(visit)
    level = visit.risk.get_level_display().lower() if visit.risk else ""
    yield need(
        not unmet,
        "risk",
        unmet,
        met=f"The risks are assessed: {level}",
        clauses=cites(visit.rules, "risk_assessment", "risk_reconfirmed"),
        fix="risk",
    )


@gate("authorise")
def before_the_decision(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    if not is_exempt(visit):
        yield from assessed(visit)


@gate("log")
@gate("depart")
def before_anybody_leaves(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """For the visits of the EWO the first time; for all others because something may have come up since."""
    yield from assessed(visit)


@gate("authorise")
@gate("log")
@gate("depart")
def enough_people(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A level of risk may ask for more people than the policy does, and somebody may have withdrawn since."""
    rules, wanted = visit.rules, risk.fewest(visit)
    if (
        rules is None
        or not is_short(visit)
        or (rules.min_people == wanted and rules.lone_rule == LoneRule.ALLOWED)
    ):
        return
    band = risk.band_of(visit)
    by_decision = rules.lone_rule == LoneRule.BY_DECISION
    level = f"{band.get_level_display()} risk: at" if band and band.min_people == wanted else "At"
    yield need(
        by_decision and visit.lone_reason.strip(),
        "enough_people",
        f"{level} least {wanted} must go. "
        + ("Add somebody, or say why fewer should go." if by_decision else "Add somebody."),
        met="Why fewer people go is stated; it needs a decision of its own",
        clauses=[*(band.clauses if band else ()), *cites(rules, "min_people", "lone_rule")],
        fix="people",
    )


@gate("authorise")
def every_danger_is_met(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A high risk is not authorised as it stands: something is done about each danger (PS-135)."""
    if visit.risk is None or visit.risk.level != "high":
        return
    bare = [h for h in visit.risk.hazards.all() if h.score and not h.control.strip()]
    yield need(
        not bare,
        "risk_controls",
        f"The risk is high. Say in the assessment what is done about: {', '.join(str(h).lower() for h in bare)}.",
        met="Something is done about every danger",
        clauses=cites(visit.rules, "risk_assessment") if visit.rules else (),
        fix="risk",
    )


def lone_is_assessed(visit: Visit) -> bool:
    """Whether the policy asks for a lone-working assessment of this visit (TC-128)."""
    rules = visit.rules
    return bool(rules and rules.lone_assessment_required and visit.is_lone and is_short(visit))


@gate("log")
@gate("depart")
def lone_assessment(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A lone-working assessment of its own, made anew when circumstances change (TC-128, TC-129)."""
    if visit.rules is None or not lone_is_assessed(visit):
        return
    unmet = risk.lone_objection(visit)
    yield need(
        not unmet,
        "lone_assessment",
        unmet,
        met="The lone-working assessment is written",
        clauses=cites(visit.rules, "lone_assessment_required"),
        fix="risk",
    )
