"""Whether everybody who goes holds what the policy and the school ask for, on the day of the visit."""

import datetime as dt
from collections.abc import Iterator

from homevisits.people.having_read import has_read, lone_papers
from homevisits.people.holding import holds
from homevisits.trusts.choices import Paper, Strength, TrainingFor
from homevisits.trusts.models import Policy
from homevisits.trusts.parts import TrainingRule
from visits.cleared import Asked, asked_of, dbs, gaps
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites


def _of(visit: Visit, now: dt.datetime) -> Asked | None:
    return asked_of(visit, [a.staff for a in visit.party if a.staff], now)


@gate("submit")
def checked(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A DBS check before anybody is put forward for a visit (TC-227)."""
    asked = _of(visit, now)
    if asked is None or asked.rules.dbs_rule == Strength.OFF:
        return
    for staff in asked.people:
        gap = next(dbs(asked, staff), None)
        yield need(
            gap is None,
            "dbs",
            gap.sentence if gap else "",
            met=f"{staff.short_name} has a DBS check",
            clauses=cites(asked.rules, "dbs_rule", "dbs_level"),
            fix=gap.fix if gap else "people",
            blocks=asked.rules.dbs_rule == Strength.BLOCK,
        )


@gate("submit")
def asker_has_read(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Whoever asks knows the policy, where it says so, before the first request (PS-044)."""
    rules, by = visit.rules, visit.requested_by
    if rules is None or rules.policy_read_rule == Strength.OFF:
        return
    yield need(
        has_read(by, rules),
        "asker_has_read",
        f"{by.short_name} has not confirmed having read the home-visit policy. Read it under Policy and confirm it.",
        met=f"{by.short_name} has read the policy",
        clauses=cites(rules, "policy_read_rule"),
        fix=f"read/{by.pk}",
        blocks=rules.policy_read_rule == Strength.BLOCK,
    )


@gate("authorise")
@gate("log")
@gate("depart")
def cleared(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """One line for each person and thing that is missing; one that says so where nothing is."""
    asked = _of(visit, now)
    if asked is None:
        return
    missing = list(gaps(asked))
    for gap in missing:
        yield need(
            False,
            gap.code,
            gap.sentence,
            met="",
            clauses=gap.clauses,
            fix=gap.fix,
            blocks=gap.strength == Strength.BLOCK,
        )
    yield from _held(asked, {(gap.staff.pk, gap.code) for gap in missing})


def _held(asked: Asked, missing: set[tuple[int, str]]) -> Iterator[Check]:
    """What everybody has, said once a person: the check, the training, the papers."""
    rules, codes = asked.rules, {code for _, code in missing}
    for staff in asked.people:
        if rules.dbs_rule != Strength.OFF and (staff.pk, "dbs") not in missing:
            met = f"{staff.short_name} has a DBS check"
            yield need(True, "dbs", "", met=met, clauses=cites(rules, "dbs_rule", "dbs_level"))
    for rule in asked.rows if asked.people else []:
        if rule.about == TrainingFor.EACH and "training" not in codes:
            yield need(True, "training", "", met=f"Everybody is trained: {rule.label}", clauses=rule.clauses)
    if rules.policy_read_rule != Strength.OFF and asked.people and "policy_read" not in codes:
        met = "Everybody has read the policy and the papers beside it"
        yield need(True, "policy_read", "", met=met, clauses=cites(rules, "policy_read_rule"))


@gate("authorise")
@gate("log")
@gate("depart")
def one_is_trained(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """At least one of the party holds the training of which the policy wants one (TC-187)."""
    asked = _of(visit, now)
    for rule in asked.rows if asked else []:
        if asked and rule.about == TrainingFor.ONE:
            yield _one_of(asked, rule)


def _one_of(asked: Asked, rule: TrainingRule) -> Check:
    trained = [staff.short_name for staff in asked.people if holds(staff, rule, asked.on)]
    return need(
        trained,
        "one_trained",
        f"Nobody who goes is trained: {rule.label}. Ask somebody along who is, or record their training.",
        met=f"{trained[0] if trained else ''} is trained: {rule.label}",
        clauses=rule.clauses,
        fix="people",
        blocks=rule.strength == Strength.BLOCK,
    )


@gate("submit")
@gate("authorise")
@gate("log")
@gate("depart")
def lone_working_paper(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Nobody goes alone where no lone-working policy is in place: its name alone is none (CS-022)."""
    rules = visit.rules
    if rules is None or rules.lone_paper_rule == Strength.OFF or not visit.is_lone:
        return
    yield need(
        _lone_paper_stands(visit, rules),
        "lone_paper",
        "No lone-working policy is in place: nothing says where it stands. Have the head add its link or file "
        "to the school's own papers, or go with somebody.",
        met="A lone-working policy is in place",
        clauses=cites(rules, "lone_paper_rule"),
        fix=f"paper/{visit.school.slug}",
        blocks=rules.lone_paper_rule == Strength.BLOCK,
    )


def _lone_paper_stands(visit: Visit, rules: Policy) -> bool:
    """Whether the policy links to one for schools like this, or the school keeps its own."""
    linked = lone_papers(rules.linkedpolicys.all(), {visit.school.phase})
    own = visit.school.papers.filter(kind=Paper.LONE_WORKING, retired_at=None)
    return any(paper.url for paper in linked) or own.exists()
