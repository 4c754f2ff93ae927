"""Heads tell their staff of a version, and staff confirm that they have read it (TC-050, TC-255)."""

import datetime as dt
from collections.abc import Collection

from django.db import transaction

from homevisits.clock import london_day
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.people.having_read import papers_for
from homevisits.people.keeping.rules import ask, require
from homevisits.people.models import Cascade, Reading, Staff
from homevisits.trusts.models import Policy, School
from homevisits.upkeep import editions
from homevisits.upkeep.arming import locked, rearm, tell
from homevisits.upkeep.permissions import may_tell
from homevisits.upkeep.readers import Register

CHANNELS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)


@transaction.atomic
def tell_staff(
    *,
    policy: Policy,
    school: School,
    how: str,
    by: Staff,
    now: dt.datetime,
    adopted_on: dt.date | None = None,
) -> Cascade:
    """A head confirms that staff were told, and since when the school has adopted it (AF-003).

    Each of the staff is asked to read it. Told twice, it stays one.
    """
    ask(may_tell(by, school), "Only the school's head confirms that its staff were told.")
    require(
        _binds(policy, school), "Another version is in force at your school: tell your staff of that one."
    )
    today = london_day(now)
    require(adopted_on is None or adopted_on <= today, "Enter a day of adoption that has come.")
    place = locked(school.trust_id, school)
    cascade, is_new = Cascade.objects.get_or_create(
        policy=policy,
        school=school,
        defaults={"told_by": by, "told_at": now, "note": how, "adopted_on": adopted_on},
    )
    if is_new:
        queue_all(_asked_to_read(policy, school, now))
        since = f", adopted on {adopted_on:%-d %B %Y}" if adopted_on else ""
        tell(place, "staff_told", f"Staff were told of {policy}{since}: {how}", by=by, now=now)
        rearm(place, now=now)
        editions.refresh(school.trust, now=now)
    return cascade


@transaction.atomic
def confirm_reading(*, policy: Policy, papers: Collection[str], by: Staff, now: dt.datetime) -> None:
    """Somebody confirms for themself what they have read, "" for the policy itself (PS-044, SH-060).

    Confirmed twice, the first time stands. Raises Refused for a paper that the version does not name.
    """
    ask(policy.trust_id == by.trust_id and policy.is_published, "This is not your policy.")
    require(bool(papers), "Tick what you have read.")
    require(set(papers) <= set(papers_for(by, policy)), "This paper does not stand beside the policy.")
    rows = [Reading(staff=by, policy=policy, paper=paper, read_at=now) for paper in papers]
    Reading.objects.bulk_create(rows, ignore_conflicts=True)


def _binds(policy: Policy, school: School) -> bool:
    return Policy.objects.in_force(school) == policy


def _asked_to_read(policy: Policy, school: School, now: dt.datetime) -> list[Notice]:
    place = Register(school.trust, [school], now).place(school)
    body = (
        f"Version {policy.number} of the home-visit policy is in force. "
        f"Please read it and confirm that you have by {place.readers[0].due_on:%-d %B %Y}."
        if place.readers
        else ""
    )
    people = {reader.staff.pk: reader.staff for reader in place.readers}
    return [
        drafted(
            key=f"policy:{policy.pk}:read:{staff.pk}:{channel}",
            recipient=staff,
            channel=channel,
            subject="Please read the home-visit policy",
            body=body,
            path=f"/policy/{policy.pk}/read/",
            now=now,
            school=school,
        )
        for staff in people.values()
        for channel in CHANNELS
    ]
