"""What a request must say before anybody is asked to decide on it."""

import datetime as dt
from collections.abc import Iterator

from homevisits.trusts.choices import OutOfHours
from homevisits.trusts.offering import allows_reason
from homevisits.trusts.parts import Reason
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, deciders_on, is_out_of_hours, is_unusual_hour, rota_of, route
from visits.story import ContactAttempt


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
        visit.reason and allows_reason(rules, visit.reason),
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


@gate("submit")
def reason_kind(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    reason = visit.reason
    if reason and reason.kinds:
        yield need(
            visit.reason_kind in reason.kinds,
            "reason_kind",
            f"Choose which kind it is: {', '.join(reason.kinds)}.",
            met=f"The kind is stated: {visit.reason_kind}",
            clauses=reason.clauses,
            fix="reason",
        )


@gate("submit")
def lifts(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A reason about transport only where the policy lets pupils be given a lift (PS-028, PS-029)."""
    rules, reason = visit.rules, visit.reason
    if rules and reason and reason.is_transport:
        yield need(
            rules.child_transport_allowed,
            "transport",
            "Your policy does not let staff give a pupil a lift. Choose another reason.",
            met="The policy allows giving the pupil a lift",
            clauses=cites(rules, "child_transport_allowed"),
            fix="reason",
        )


def failed_attempts(visit: Visit) -> list[ContactAttempt]:
    """Calls and messages to these pupils' families that brought no explanation, of the policy's last days."""
    days = visit.rules.attempts_within_days if visit.rules else 0
    found = ContactAttempt.objects.filter(pupil__in=visit.pupils.all()).exclude(
        result=ContactAttempt.Result.EXPLAINED
    )
    return list(found.filter(at__gte=visit.created_at - dt.timedelta(days=days)))


def unanswered(visit: Visit) -> list[ContactAttempt]:
    """Those that nobody answered: whoever spoke to the family has been answered (AF-018, PS-007)."""
    silent = {ContactAttempt.Result.NO_ANSWER, ContactAttempt.Result.VOICEMAIL}
    return [attempt for attempt in failed_attempts(visit) if attempt.result in silent]


def _attempts(visit: Visit, reason: Reason) -> Check:
    tried = failed_attempts(visit)
    channels = {attempt.channel for attempt in tried}
    enough = len(tried) >= reason.min_attempts and len(channels) >= reason.min_channels
    asked = (
        "a call or message"
        if reason.min_attempts == 1
        else f"at least {reason.min_attempts} calls or messages"
    )
    ways = f" by {reason.min_channels} different ways" if reason.min_channels > 1 else ""
    return need(
        enough,
        "attempts",
        f"Note {asked}{ways} that brought no explanation.",
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
    clauses = ["TC-098", "PS-110", "SH-064"]
    depart, start, end, back = visit.depart_at, visit.start_at, visit.end_at, visit.return_at
    if depart is None or start is None or end is None or back is None:
        yield need(
            False,
            "times",
            "Enter when you leave, arrive, finish and are back.",
            met="",
            clauses=clauses,
            fix="when",
        )
        return
    yield need(
        depart <= start < end <= back,
        "times",
        "Put the times in order: leave, arrive, finish, back.",
        met="The times are set",
        clauses=clauses,
        fix="when",
    )
    yield need(
        start > now,
        "future",
        "Choose a start that lies ahead.",
        met="The visit is planned ahead",
        clauses=["TC-086"],
        fix="when",
    )


@gate("submit")
def hours(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not (is_out_of_hours(visit) or is_unusual_hour(visit)):
        return
    exceptional = rules.out_of_hours == OutOfHours.EXCEPTIONAL and is_out_of_hours(visit)
    clauses = cites(rules, "out_of_hours")
    if exceptional or is_unusual_hour(visit):
        yield need(
            visit.ooh_necessary.strip(),
            "ooh_necessary",
            "Say why it is absolutely necessary to go outside school hours.",
            met="Why it must be outside school hours is stated",
            clauses=clauses + cites(rules, "evening_from", "earliest_start"),
            fix="when",
        )
    if exceptional:
        yield need(
            visit.ooh_no_alternative.strip(),
            "ooh_alternative",
            "Say why there is no reasonable alternative to going outside school hours.",
            met="Why there is no alternative is stated",
            clauses=clauses,
            fix="when",
        )
    if rules.out_of_hours == OutOfHours.WARN and is_out_of_hours(visit):
        yield need(
            False,
            "ooh",
            "This is outside school hours. Go in school hours if you can.",
            met="",
            clauses=clauses,
            fix="when",
            blocks=False,
        )


@gate("submit")
def somebody_can_decide(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A route without a possible decider is refused here, naming who can mend it."""
    if not visit.party:
        return
    needs = [wanted for wanted in route(visit) if wanted.is_required]
    rota = rota_of(needs, visit, now)
    for wanted in needs:
        yield need(
            deciders_on(rota, wanted, visit),
            f"decider_{wanted.kind}",
            f"Nobody can decide on “{wanted.label.lower()}”: it needs {wanted.who}, not in the party and not "
            "the person who asks. Your trust admin can give somebody that role or name a deputy.",
            met=f"“{wanted.label}” can be decided by {wanted.who}",
            clauses=wanted.clauses,
            fix="people",
        )
