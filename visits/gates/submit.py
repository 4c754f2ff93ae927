"""What a request must say before anybody is asked to decide on it."""

import datetime as dt
from collections.abc import Iterator

from homevisits.clock import london_day
from homevisits.trusts.policies import DslPart, LoneRule, OutOfHours, ParentNotice, Reason, Strength, Unannounced
from homevisits.trusts.roles import RoleName
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, deciders, is_evening, is_out_of_hours, is_short, route
from visits.story import ContactAttempt

OTHER = "other"


@gate("submit")
def policy(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.rules,
        "policy",
        "This school has no home-visit policy in force. Ask your trust admin to publish one.",
        met="A home-visit policy is in force",
        clauses=["SH-106"],
    )


@gate("submit")
def why(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None:
        return
    yield need(
        visit.reason,
        "reason",
        "Choose a reason that your policy allows.",
        met="The policy allows this reason",
        clauses=visit.reason.clauses if visit.reason else cites(rules, "reasons_open"),
        fix="reason",
    )
    yield need(
        len(visit.purpose.strip()) >= rules.purpose_min_length,
        "purpose",
        f"Say what the visit is for, in {rules.purpose_min_length} characters or more.",
        met="The purpose is stated",
        clauses=cites(rules, "purpose_min_length"),
        fix="reason",
    )
    if rules.why_necessary_required:
        yield need(
            visit.why_necessary.strip(),
            "necessary",
            "Say why a home visit is necessary.",
            met="Why it is necessary is stated",
            clauses=cites(rules, "why_necessary_required"),
            fix="reason",
        )


@gate("submit")
def reason_asks(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    reason = visit.reason
    if reason is None:
        return
    if reason.needs_explanation:
        yield need(
            visit.reason_explained.strip(),
            "reason_explained",
            f"Explain the reason “{reason.label}” in a sentence.",
            met="The reason is explained",
            clauses=reason.clauses,
            fix="reason",
        )
    if reason.needs_concern:
        yield need(
            visit.concern_text.strip(),
            "concern",
            "Say what the welfare or safeguarding concern is.",
            met="The concern is stated",
            clauses=reason.clauses,
            fix="reason",
        )
    if reason.min_attempts:
        yield _attempts(visit, reason)


def failed_attempts(visit: Visit) -> list[ContactAttempt]:
    """Calls and messages of this request, or to these pupils' families, that brought no explanation."""
    found = ContactAttempt.objects.filter(pupil__in=visit.pupils.all()).exclude(
        result=ContactAttempt.Result.EXPLAINED
    )
    return list(found.filter(at__gte=visit.created_at - dt.timedelta(days=14)))


def _attempts(visit: Visit, reason: Reason) -> Check:
    tried = failed_attempts(visit)
    channels = {attempt.channel for attempt in tried}
    enough = len(tried) >= reason.min_attempts and len(channels) >= reason.min_channels
    ways = f" by {reason.min_channels} different ways" if reason.min_channels > 1 else ""
    return need(
        enough,
        "attempts",
        f"Note at least {reason.min_attempts} calls or messages{ways} that brought no explanation.",
        met=f"{len(tried)} calls or messages without an explanation are noted",
        clauses=reason.clauses,
        fix="told",
    )


@gate("submit")
def whom_and_where(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    pupils = list(visit.pupils.all())
    yield need(pupils, "pupil", "Choose the pupil.", met="The pupil is chosen", fix="pupil")
    if pupils:
        yield need(
            all(p.school_id == visit.school_id for p in pupils),
            "pupil_school",
            "Choose pupils of this school only; ask the other school about theirs.",
            met="The pupils are at this school",
            clauses=["TC-093"],
            fix="pupil",
        )
    yield need(
        visit.address.strip() and visit.postcode.strip(),
        "address",
        "Enter the address with its postcode.",
        met="The address is complete",
        clauses=["PS-107", "SH-063", "TC-099", "CS-036"],
        fix="where",
    )
    yield need(
        visit.to_see_text.strip() or visit.to_see.exists(),
        "to_see",
        "Say whom you need to see.",
        met="Whom to see is stated",
        clauses=["PS-053", "PS-109"],
        fix="where",
    )


@gate("submit")
def times(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    plan = [visit.depart_at, visit.start_at, visit.end_at, visit.return_at]
    clauses = ["TC-098", "PS-110", "SH-064"]
    if None in plan:
        yield need(False, "times", "Enter when you leave, arrive, finish and are back.", met="", clauses=clauses, fix="when")
        return
    in_order = visit.depart_at <= visit.start_at < visit.end_at <= visit.return_at
    yield need(
        in_order,
        "times",
        "Put the times in order: leave, arrive, finish, back.",
        met="The times are set",
        clauses=clauses,
        fix="when",
    )
    yield need(
        visit.start_at > now,
        "future",
        "Choose a start that lies ahead.",
        met="The visit is planned ahead",
        clauses=["TC-086"],
        fix="when",
    )


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
            False, "outsider_phone", f"Enter a mobile number for {outsider.name}.", met="", fix="people",
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
        people = {1: "One person goes", 2: "Two people go"}.get(len(visit.counted_party), f"{len(visit.counted_party)} people go")
        yield need(True, "min_people", "", met=people, clauses=clauses)
    elif rules.lone_rule == LoneRule.NEVER:
        yield need(
            False, "min_people", f"At least {rules.min_people} members of staff must go.", met="", clauses=clauses,
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
    for attendee in (a for a in visit.party if a.staff):
        held = [c for c in attendee.staff.clearances.all() if c.kind == "dbs_enhanced"]
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
    goes = [a for a in visit.party if a.staff]
    if reason.dsl == DslPart.LEADS:
        lead = visit.lead
        leads = bool(lead and lead.staff and lead.staff.has_role(RoleName.DSL, RoleName.EWO, school=visit.school))
        yield need(
            leads, "dsl_leads", "The DSL or the EWO must lead this visit.", met="The DSL or EWO leads",
            clauses=reason.clauses, fix="people",
        )
        return
    dsl_goes = any(a.staff.has_role(RoleName.DSL, RoleName.DEPUTY_DSL, school=visit.school) for a in goes)
    yield need(
        dsl_goes or visit.dsl_absent_reason.strip(),
        "dsl_takes_part",
        "Add the DSL to the people who go, or say why the DSL does not take part.",
        met="The DSL takes part" if dsl_goes else "Why the DSL does not take part is stated",
        clauses=reason.clauses,
        fix="people",
    )


@gate("submit")
def parents(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None:
        return
    clauses = cites(rules, "parent_notice")
    if not visit.told:
        yield need(False, "told", "Say whether the parents are told before you go.", met="", clauses=clauses, fix="told")
    elif visit.told == Visit.Told.NO:
        yield from _ground(visit)
    elif rules.parent_notice == ParentNotice.AGREED:
        yield need(
            visit.parent_agreed and visit.told_whom.strip(),
            "agreed",
            "Say which parent agreed to the visit.",
            met="A parent has agreed",
            clauses=clauses,
            fix="told",
        )
    else:
        yield need(
            visit.told_whom.strip(), "told_whom", "Say who was told.", met="The parents are told", clauses=clauses,
            fix="told",
        )


def _ground(visit: Visit) -> Iterator[Check]:
    rules, reason = visit.rules, visit.reason
    if reason and reason.unannounced == Unannounced.NO:
        yield need(
            False, "told", f"“{reason.label}” is by appointment: tell the parents first.", met="",
            clauses=reason.clauses, fix="told",
        )
        return
    ground = rules.noticegrounds.filter(code=visit.ground_code).first() if rules else None
    yield need(
        ground,
        "ground",
        "Choose why the parents are not told first.",
        met="An allowed reason for not telling the parents is stated",
        clauses=ground.clauses if ground else cites(rules, "parent_notice"),
        fix="told",
    )
    if ground and ground.needs_text:
        yield need(
            visit.ground_text.strip(), "ground_text", "Say in a sentence why the parents are not told first.",
            met="Why the parents are not told is explained", clauses=ground.clauses, fix="told",
        )
    if ground and ground.needs_attempts:
        yield need(
            failed_attempts(visit), "ground_attempts", "Note the calls and messages that were not answered.",
            met="Unanswered calls and messages are noted", clauses=ground.clauses, fix="told",
        )


@gate("submit")
def hours(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not (is_out_of_hours(visit) or is_evening(visit)):
        return
    exceptional = rules.out_of_hours == OutOfHours.EXCEPTIONAL and is_out_of_hours(visit)
    clauses = cites(rules, "out_of_hours")
    if exceptional or is_evening(visit):
        yield need(
            visit.ooh_necessary.strip(), "ooh_necessary",
            "Say why it is absolutely necessary to go outside school hours.",
            met="Why it must be outside school hours is stated", clauses=clauses + cites(rules, "evening_from"),
            fix="when",
        )
    if exceptional:
        yield need(
            visit.ooh_no_alternative.strip(), "ooh_alternative",
            "Say why there is no reasonable alternative to going outside school hours.",
            met="Why there is no alternative is stated", clauses=clauses, fix="when",
        )
    if rules.out_of_hours == OutOfHours.WARN:
        yield need(
            False, "ooh", "This is outside school hours. Go in school hours if you can.", met="", clauses=clauses,
            fix="when", blocks=False,
        )


@gate("submit")
def somebody_can_decide(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A route without a possible decider is refused here, naming who can mend it."""
    if not visit.party:
        return
    for wanted in (n for n in route(visit) if n.is_required):
        yield need(
            deciders(wanted, visit, now).exists(),
            f"decider_{wanted.kind}",
            f"Nobody can decide on “{wanted.label.lower()}”: it needs {wanted.who}, not in the party and not "
            "the person who asks. Your trust admin can give somebody that role or name a deputy.",
            met=f"{wanted.who} can decide on “{wanted.label.lower()}”",
            clauses=wanted.clauses,
            fix="people",
        )
