"""The risks at a home, and what their level asks of a visit. Reads; never writes.

A home has one line of versions for each school; the last one is the one that holds. A visit holds the
version that somebody confirmed for it, so that a decision can be bound to what was read.
"""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from homevisits.clock import local, london_day
from homevisits.people.models import HouseholdWarning
from homevisits.trusts.choices import RiskLevel, RiskRule
from homevisits.trusts.models import Policy, SchoolPaper
from homevisits.trusts.parts import RiskBand
from visits.models import Visit
from visits.preparing import ArrivalLook, RiskAssessment

ORDER = [RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH]


def is_wanted(visit: Visit) -> bool:
    """Whether the policy asks for a written risk assessment of this visit."""
    rules = visit.rules
    if rules is None or rules.risk_assessment == RiskRule.NEVER:
        return False
    if rules.risk_assessment == RiskRule.ALWAYS:
        return True
    return bool(visit.risk_known or warnings(visit).exists())


def warnings(visit: Visit) -> "QuerySet[HouseholdWarning]":
    """What stands about the home; nothing for a home that is not on file."""
    if visit.household is None:
        return HouseholdWarning.objects.none()
    return visit.household.warnings.filter(ended_at=None)


def versions(visit: Visit) -> "QuerySet[RiskAssessment]":
    """Every version for this home by this school, the last first, without the files."""
    found = RiskAssessment.objects.filter(school=visit.school_id).order_by("-number", "-pk")
    if visit.household_id:
        return found.filter(household=visit.household_id)
    return found.filter(household=None, address=visit.address)


def latest(visit: Visit) -> RiskAssessment | None:
    """The version that holds for this home now."""
    return versions(visit).first() if visit.household_id or visit.address else None


def is_of_this_home(assessment: RiskAssessment, visit: Visit) -> bool:
    """Whether a version speaks of the home that the visit goes to."""
    if visit.household_id or assessment.household_id:
        return assessment.household_id == visit.household_id
    return assessment.address == visit.address


def bands(policy: Policy) -> list[RiskBand]:
    """The policy's levels of risk, read once for each policy in hand: a published one never changes."""
    kept: list[RiskBand] | None = policy.__dict__.get("_bands")
    if kept is None:
        kept = policy.__dict__["_bands"] = list(policy.riskbands.all())
    return kept


def level_of(policy: Policy | None, score: int) -> RiskLevel:
    """The level that the policy gives a score; low where it has no levels."""
    return (
        higher(band.level for band in bands(policy) if band.from_score <= score) if policy else RiskLevel.LOW
    )


def higher(levels: Iterable[str]) -> RiskLevel:
    """The highest of some levels."""
    return max((RiskLevel(level) for level in levels), key=ORDER.index, default=RiskLevel.LOW)


def band_of(visit: Visit) -> RiskBand | None:
    """What the policy asks for at the level of this visit; None while nothing is assessed."""
    if visit.risk_id is None or visit.risk is None or visit.rules is None:
        return None
    level = visit.risk.level
    return next((band for band in bands(visit.rules) if band.level == level), None)


def fewest(visit: Visit) -> int:
    """How many must go: the larger of what the policy asks for and what the level does."""
    band = band_of(visit)
    return max(visit.rules.min_people if visit.rules else 1, band.min_people if band else 0)


def repeat_minutes(visit: Visit, policy: Policy) -> int:
    """Minutes between two check-ins: the shorter of the policy's and the level's; 0 for one call only."""
    band = band_of(visit)
    asked = [n for n in (policy.checkin_repeat_minutes, band.checkin_repeat_minutes if band else 0) if n]
    return min(asked, default=0)


def first_minutes(visit: Visit, policy: Policy) -> int:
    """Minutes from the planned start to the first check-in (TC-166); the level's interval where the policy has none; 0: no call."""
    band = band_of(visit) if not policy.checkin_after_start_minutes else None
    if band and band.checkin_repeat_minutes:
        return repeat_minutes(visit, policy)
    return policy.checkin_after_start_minutes


def asks_for_more(visit: Visit) -> bool:
    """Whether the level changes anything about the visit: then earlier decisions did not know it."""
    band = band_of(visit)
    if visit.risk is None or visit.rules is None:
        return False
    if band is None:
        return visit.risk.level != RiskLevel.LOW
    more_people = band.min_people > visit.rules.min_people
    return visit.risk.level != RiskLevel.LOW or more_people or bool(band.roles)


def template_of(visit: Visit) -> SchoolPaper | None:
    """The school's own form to fill in, if it has one; nothing is invented in its place (PS-061)."""
    papers = SchoolPaper.objects.filter(school=visit.school_id, kind="risk_template", retired_at=None)
    return papers.defer("content").first()


def objection(visit: Visit) -> str:
    """Why no assessment holds for this visit as things stand, and what to do; "" when one does (TC-153)."""
    found, newest = visit.risk, latest(visit)
    if found is None or not is_of_this_home(found, visit):
        return _nothing_confirmed(newest)
    if newest is not None and newest.pk != found.pk:
        return f"The risk assessment has changed: read version {newest.number} and say that it holds for this visit."
    return needs_version(visit, found) or _needs_confirmation(visit, found)


def _nothing_confirmed(newest: RiskAssessment | None) -> str:
    if newest is None:
        return "Write the risk assessment for this visit."
    return (
        f"Say that the risk assessment of this home (version {newest.number}, {local(newest.assessed_at):%-d %b %Y}) "
        "still holds for this visit, or write a new version."
    )


def needs_version(visit: Visit, found: RiskAssessment) -> str:
    """Why this version cannot be confirmed for the visit any more, but has to be written anew."""
    days = visit.rules.risk_valid_days if visit.rules else 0
    if days and visit.start_at:
        last_day = london_day(found.assessed_at) + dt.timedelta(days=days)
        if london_day(visit.start_at) > last_day:
            return (
                f"The risk assessment holds for {days} days, until {last_day:%-d %b %Y}. Write a new version."
            )
    if found.assessed_at < (flagged_at(visit) or found.assessed_at):
        return "A new risk is known for this visit. Write it into a new version of the risk assessment."
    return ""


def flagged_at(visit: Visit) -> dt.datetime | None:
    """When somebody said that this visit brings a new risk (TC-153); None when nobody did."""
    if not visit.risk_known:
        return None
    said = visit.events.filter(kind="new_risk").order_by("-number").first()
    return said.recorded_at if said else visit.created_at


def new_warnings(visit: Visit, since: dt.datetime) -> list[HouseholdWarning]:
    """Warnings about the home that were written after an instant."""
    return list(warnings(visit).filter(written_at__gt=since))


def _needs_confirmation(visit: Visit, found: RiskAssessment) -> str:
    seen = max(filter(None, [visit.risk_confirmed_at, found.assessed_at]))
    if new_warnings(visit, seen):
        return "There is a new warning about this home. Say that the risk assessment still holds, or write a new version."
    if visit.rules and visit.rules.risk_reconfirmed and visit.risk_confirmed_at is None:
        return _nothing_confirmed(found)
    return ""


def lone_objection(visit: Visit) -> str:
    """Why the lone-working assessment does not hold, and what to do; "" when it does (TC-128, TC-129)."""
    if not (visit.lone_assessed_at and visit.lone_assessment.strip()):
        stale = " again: something has changed since" if visit.lone_assessment.strip() else ""
        return f"Write the lone-working assessment{stale}."
    if new_warnings(visit, visit.lone_assessed_at):
        return "There is a new warning about this home. Look at the lone-working assessment again."
    return ""


def seen_at_door(visit: Visit, last: RiskAssessment | None = None) -> list[str]:
    """What visitors ticked on arriving at this home, since a version if there is one (CS-063 to CS-066)."""
    if visit.household_id is None:
        return []
    looks = ArrivalLook.objects.filter(visit__household=visit.household_id, visit__school=visit.school_id)
    if last is not None:
        looks = looks.filter(at__gt=last.assessed_at)
    return list(dict.fromkeys(kind for seen in looks.values_list("seen", flat=True) for kind in seen))
