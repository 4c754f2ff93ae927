"""Who is reminded of what, in which words, and who is told when a reminder breaks."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from homevisits.clock import london_day
from homevisits.escalation.models import Rung, Words
from homevisits.people import checks
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.permissions import EDITORS
from homevisits.trusts.roles import RoleName
from homevisits.upkeep.due import Kind
from homevisits.upkeep.readers import Place, Register

if TYPE_CHECKING:
    from homevisits.upkeep.models import Upkeep, UpkeepDeadline

Told = Iterable[tuple[Staff, Words]]
DUE = {
    Kind.REVIEW: "The review of the policy was due",
    Kind.INSURANCE_SOON: "The insurance ends in 60 days",
    Kind.INSURANCE: "The insurance ends",
    Kind.CASCADE: "Staff should have been told of the policy",
    Kind.READING: "Somebody should have read the policy",
    Kind.CHECKS: "Checks or training end",
}


def nudge(deadline: "UpkeepDeadline", now: dt.datetime) -> Told:
    """The people of the place and the words for a reminder; nobody when it is settled by itself."""
    words, people = _SAYS[deadline.kind](deadline, now)
    return [(person, words) for person in people] if words else []


def due_text(deadline: "UpkeepDeadline") -> str:
    """What a place's story says when a reminder's day has come."""
    return DUE[deadline.kind]


def editors(place: "Upkeep") -> Iterable[Staff]:
    """Trust admins and the Executive Head / CEO."""
    held = Staff.objects.active().filter(trust_id=place.trust_id, roles__role__in=EDITORS)
    return held.filter(roles__school=None).distinct()


def heads(place: "Upkeep") -> list[Staff]:
    """The head of the school; whoever keeps the trust's policy where there is none."""
    found = list(Staff.objects.holding([RoleName.HEADTEACHER], place.school)) if place.school else []
    return found or list(editors(place))


def last_resort(place: "Upkeep") -> Iterable[Staff]:
    """Whom the engine tells when a reminder could not be processed."""
    return {staff.pk: staff for staff in [*heads(place), *editors(place)]}.values()


def rungs(place: "Upkeep", now: dt.datetime) -> list[Rung]:
    """One step: whoever keeps the place."""
    keys = [staff.pk for staff in last_resort(place)]
    people = Staff.objects.filter(pk__in=keys).present(now)
    return [Rung(1, dt.timedelta(), tuple(people), ("in_app", "email"), "Who keeps the policy", is_last=True)]


Says = tuple[Words | None, Iterable[Staff]]


def _review(deadline: "UpkeepDeadline", now: dt.datetime) -> Says:
    policy = deadline.policy
    if policy is None or policy.review_by is None:
        return None, []
    late = policy.review_by < london_day(now)
    body = (
        f"{policy} ({policy.scope}) is to be reviewed by {policy.review_by:%-d %B %Y}. "
        "Start the review, note who took part, and publish a version with the next date."
    )
    subject = "The review of the policy is overdue" if late else "The policy is due for review"
    people = heads(deadline.upkeep) if policy.school_id else []
    return Words(subject, body, f"/policy/{policy.pk}/review/"), {*people, *editors(deadline.upkeep)}


def _insurance(deadline: "UpkeepDeadline", now: dt.datetime) -> Says:
    insurance = deadline.insurance
    if insurance is None:
        return None, []
    today = london_day(now)
    subject = "The insurance ends soon"
    if insurance.expires_on <= today:  # the last day is covered
        subject = "The insurance ends today" if insurance.expires_on == today else "The insurance has ended"
    body = (
        f"The cover for staff who make visits ends on {insurance.expires_on:%-d %B %Y}. "
        "Renew it, then record the new policy."
    )
    return Words(subject, body, "/policy/insurance/"), editors(deadline.upkeep)


def _telling(deadline: "UpkeepDeadline", now: dt.datetime) -> Says:
    policy, school = deadline.policy, deadline.upkeep.school
    if policy is None or school is None:
        return None, []
    body = f"Version {policy.number} is in force. Tell the staff of {school} what changed, and confirm it."
    words = Words("Your staff are still to be told of the policy", body, f"/policy/{policy.pk}/tell/")
    return words, heads(deadline.upkeep)


def _reading(deadline: "UpkeepDeadline", now: dt.datetime) -> Says:
    count = len({reader.staff.pk for reader in _place(deadline.upkeep, now).overdue})
    if not count:
        return None, []
    who = f"{count} {'person has' if count == 1 else 'people have'}"
    body = f"{who} not confirmed that they read the policy. The list says who, and what is missing."
    words = Words(f"{who} not read the policy yet", body, "/policy/reading/overdue/")
    return words, heads(deadline.upkeep)


def _checks(deadline: "UpkeepDeadline", now: dt.datetime) -> Says:
    place, today = deadline.upkeep, london_day(now)
    found = (
        checks.of_schools([place.school], today)[0] if place.school else checks.of_trust(place.trust, today)
    )
    ended, soon = found.count("ended"), found.count("soon")
    if not (ended or soon):
        return None, []
    body = f"Ended: {ended}. Ending within 60 days: {soon}. The list says whose, and what to do."
    return Words("Checks or training of staff end", body, "/people/checks/"), heads(place)


def _place(place: "Upkeep", now: dt.datetime) -> Place:
    if place.school:
        return Register(place.trust, [place.school], now).place(place.school)
    return Register(place.trust, School.objects.filter(trust=place.trust), now).whole_trust()


_SAYS: dict[str, Callable[["UpkeepDeadline", dt.datetime], Says]] = {
    Kind.REVIEW: _review,
    Kind.INSURANCE_SOON: _insurance,
    Kind.INSURANCE: _insurance,
    Kind.CASCADE: _telling,
    Kind.READING: _reading,
    Kind.CHECKS: _checks,
}
