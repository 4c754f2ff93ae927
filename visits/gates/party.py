"""Who goes: enough people, somebody to interpret, the DSL where the reason asks for it."""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Q

from homevisits.people.models import Contact
from homevisits.trusts.choices import DslPart, LoneRule, Strength
from homevisits.trusts.roles import RoleName
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.risk import fewest
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
    yield from _outsiders(visit)
    yield from _enough_people(visit)
    yield from _dsl_part(visit)


def _outsiders(visit: Visit) -> Iterator[Check]:
    """Each is accounted for, so each says where they are from and has a number (TC-243, TC-244)."""
    for outsider in (a for a in visit.party if not a.staff_id):
        if not outsider.phone:
            yield need(
                False,
                "outsider_phone",
                f"Enter a mobile number for {outsider.name}.",
                met="",
                fix="people",
                clauses=["TC-158"],
            )
        if not outsider.organisation.strip():
            yield need(
                False,
                "outsider_organisation",
                f"Say where {outsider.name} is from.",
                met="",
                fix="people",
                clauses=["TC-244"],
            )


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
            f"At least {fewest(visit)} members of staff must go.",
            met="",
            clauses=clauses,
            fix="people",
        )
    elif rules.lone_rule == LoneRule.BY_DECISION:
        worse = rules.two_may_escalate and visit.two_may_escalate
        yield need(
            visit.lone_reason.strip() or (worse and visit.two_may_escalate_why.strip()),
            "min_people",
            f"Choose at least {fewest(visit)} members of staff, or say why fewer should go.",
            met="Why fewer people go is stated; it needs a decision of its own",
            clauses=clauses + cites(rules, "lone_rule"),
            fix="people",
        )


@gate("submit")
def two_may_escalate(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Whether two people could make it worse: yes, with why, is a ground for going with fewer (PS-125)."""
    rules = visit.rules
    if rules is None or not rules.two_may_escalate:
        return
    clauses = cites(rules, "two_may_escalate")
    yield need(
        visit.two_may_escalate is not None,
        "two_may_escalate",
        "Say whether two people could make it worse.",
        met="Two people could make it worse"
        if visit.two_may_escalate
        else "Two people would not make it worse",
        clauses=clauses,
        fix="people",
    )
    if visit.two_may_escalate:
        yield need(
            visit.two_may_escalate_why.strip(),
            "two_may_escalate_why",
            "Say why two people could make it worse.",
            met="Why two people could make it worse is stated",
            clauses=clauses,
            fix="people",
        )


@gate("submit")
@gate("authorise")
def interpreter(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Somebody interprets where the family needs it, or why nobody does is stated."""
    rules = visit.rules
    if rules is None or rules.interpreter_rule == Strength.OFF or not (languages := interpreted_for(visit)):
        return
    comes = next((a for a in visit.party if a.is_interpreter), None)
    yield need(
        comes or visit.no_interpreter_reason.strip(),
        "interpreter",
        f"Somebody at this home needs an interpreter ({', '.join(languages)}). Say who interprets, or why nobody does.",
        met=f"{comes.short_name} interprets" if comes else "Why nobody interprets is stated",
        clauses=cites(rules, "interpreter_rule"),
        fix="people",
        blocks=rules.interpreter_rule == Strength.BLOCK,
    )


def interpreted_for(visit: Visit) -> list[str]:
    """The languages of those whom to see, or who live there, who need an interpreter."""
    seen = Q(pk__in=visit.to_see.values("contact"))
    there = Q(household=visit.household_id) if visit.household_id else Q(pk__in=[])
    needing = Contact.objects.filter(seen | there, interpreter_needed=True)
    return list(dict.fromkeys(needing.order_by("language").values_list("language", flat=True)))


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
