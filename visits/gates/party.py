"""Who goes: enough people, cleared to go, with the DSL where the reason asks for it."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import prefetch_related_objects

from homevisits.clock import london_day
from homevisits.trusts.choices import DslPart, LoneRule, Strength
from homevisits.trusts.roles import RoleName
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, is_short


@gate("submit")
def party(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.party and visit.lead,
        "people",
        "Choose who goes, and who leads.",
        met="Who goes is stated",
        clauses=["TC-100"],
        fix="people",
    )
    for outsider in (a for a in visit.party if not a.staff_id and not a.phone):
        yield need(
            False,
            "outsider_phone",
            f"Enter a mobile number for {outsider.name}.",
            met="",
            fix="people",
            clauses=["TC-158"],
        )
    yield from _enough_people(visit)
    yield from dbs(visit, now)
    yield from _dsl_part(visit)


def _enough_people(visit: Visit) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not visit.party:
        return
    clauses = cites(rules, "min_people")
    if not is_short(visit):
        people = {1: "One person goes", 2: "Two people go"}.get(
            len(visit.counted_party), f"{len(visit.counted_party)} people go"
        )
        yield need(True, "min_people", "", met=people, clauses=clauses)
    elif rules.lone_rule == LoneRule.NEVER:
        yield need(
            False,
            "min_people",
            f"At least {rules.min_people} members of staff must go.",
            met="",
            clauses=clauses,
            fix="people",
        )
    elif rules.lone_rule == LoneRule.BY_DECISION:
        yield need(
            visit.lone_reason.strip(),
            "min_people",
            f"Choose at least {rules.min_people} members of staff, or say why fewer should go.",
            met="Why fewer people go is stated; it needs a decision of its own",
            clauses=clauses + cites(rules, "lone_rule"),
            fix="people",
        )


@gate("log")
@gate("depart")
def dbs(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Every member of staff who goes has a DBS check on file (TC-227)."""
    rules = visit.rules
    if rules is None or rules.dbs_rule == Strength.OFF:
        return
    today = london_day(now)
    people = [(a, a.staff) for a in visit.party if a.staff]
    prefetch_related_objects([staff for _, staff in people], "clearances")
    for attendee, staff in people:
        held = [c for c in staff.clearances.all() if c.kind == "dbs_enhanced"]
        yield need(
            any(c.expires_on is None or c.expires_on >= today for c in held),
            "dbs",
            f"{attendee.short_name}'s DBS check is not on file. Ask the office to add it, or choose another person.",
            met=f"{attendee.short_name} has a DBS check",
            clauses=cites(rules, "dbs_rule"),
            fix="people",
            blocks=rules.dbs_rule == Strength.BLOCK,
        )


def _dsl_part(visit: Visit) -> Iterator[Check]:
    reason = visit.reason
    if reason is None or reason.dsl not in {DslPart.TAKES_PART, DslPart.LEADS}:
        return
    goes = [a.staff for a in visit.party if a.staff]
    if reason.dsl == DslPart.LEADS:
        lead = visit.lead
        leads = bool(
            lead and lead.staff and lead.staff.has_role(RoleName.DSL, RoleName.EWO, school=visit.school)
        )
        yield need(
            leads,
            "dsl_leads",
            "The DSL or the EWO must lead this visit.",
            met="The DSL or EWO leads",
            clauses=reason.clauses,
            fix="people",
        )
        return
    dsl_goes = any(staff.has_role(RoleName.DSL, RoleName.DEPUTY_DSL, school=visit.school) for staff in goes)
    yield need(
        dsl_goes or visit.dsl_absent_reason.strip(),
        "dsl_takes_part",
        "Add the DSL to the people who go, or say why the DSL does not take part.",
        met="The DSL takes part" if dsl_goes else "Why the DSL does not take part is stated",
        clauses=reason.clauses,
        fix="people",
    )
