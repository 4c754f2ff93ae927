"""What follows when a version is published: who is told, and what is then due (TC-252 to TC-255)."""

import datetime as dt
from collections.abc import Iterable

from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.people.models import Staff
from homevisits.trusts.comparing import Difference, differences
from homevisits.trusts.contents import Contents
from homevisits.trusts.models import Policy, School
from homevisits.trusts.roles import RoleName
from homevisits.upkeep import arming, editions

SHOWN = 8
CHANNELS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)


def on_published(policy: Policy, by: Staff | None, now: dt.datetime) -> None:
    """Tell heads and those whom the policy names; arm what is due; ask for the parents' edition.

    Loaded by the system itself, nobody is told: nobody was there before it.
    """
    if by is None:
        return
    schools = bound(policy)
    queue_all(_notices(policy, schools, now))
    if policy.school is None:
        arming.keep(policy.trust_id, None, now=now)
    for school in schools:
        arming.keep(policy.trust_id, school, now=now)
    editions.refresh(policy.trust, now=now)


def bound(policy: Policy) -> list[School]:
    """The schools that a version binds: its own, or all of the trust that have none of their own."""
    if policy.school:
        return [policy.school]
    schools = School.objects.filter(trust_id=policy.trust_id).order_by("pk")
    own = Policy.objects.published().filter(school__isnull=False).values("school")
    return list(schools.exclude(pk__in=own))


def before(policy: Policy) -> Policy | None:
    """The version that this one follows; a school's first own version follows the trust's."""
    published = Policy.objects.published().filter(trust_id=policy.trust_id)
    same = published.filter(school=policy.school, number__lt=policy.number).order_by("-number").first()
    if same is None and policy.school_id:
        return published.filter(school=None).order_by("-number").first()
    return same


def changes_of(policy: Policy) -> list[Difference]:
    """What a version says otherwise than the one that was followed until now."""
    earlier = before(policy)
    return differences(Contents.of(earlier), Contents.of(policy)) if earlier else []


def _notices(policy: Policy, schools: list[School], now: dt.datetime) -> list[Notice]:
    said = _words(policy, changes_of(policy))
    heads = {staff.pk: (staff, school) for school in schools for staff in _heads(school)}
    told = [
        *((staff, f"/policy/{policy.pk}/tell/", school) for staff, school in heads.values()),
        *(
            (staff, f"/policy/{policy.pk}/changes/", policy.school)
            for staff in _named(policy)
            if staff.pk not in heads
        ),
    ]
    subject = f"Version {policy.number} of the home-visit policy is in force"
    return [
        drafted(
            key=f"policy:{policy.pk}:published:{staff.pk}:{channel}",
            recipient=staff,
            channel=channel,
            subject=subject,
            body=said + (TELL if path.endswith("/tell/") else ""),
            path=path,
            now=now,
            school=school,
        )
        for staff, path, school in told
        for channel in CHANNELS
    ]


TELL = "\n\nPlease tell your staff what changed, and confirm it on the page."


def _words(policy: Policy, changes: list[Difference]) -> str:
    """What changed, in words of the settings."""
    lines = [f"{policy}, of {policy.scope}, holds for visits asked for from now on."]
    if policy.note:
        lines.append(policy.note)
    lines += [f"- {change.label}: {_sides(change)}" for change in changes[:SHOWN]]
    if len(changes) > SHOWN:
        lines.append(f"And {len(changes) - SHOWN} more: the page has them all.")
    return "\n".join(lines)


def _sides(change: Difference) -> str:
    if not change.before:
        return f"new: {change.after}"
    return f"{change.after}, was {change.before}" if change.after else f"no longer: {change.before}"


def _heads(school: School) -> Iterable[Staff]:
    return Staff.objects.holding([RoleName.HEADTEACHER], school)


def _named(policy: Policy) -> Iterable[Staff]:
    """The roles that the policy tells of changes: at its school, or anywhere in the trust."""
    if policy.school:
        return Staff.objects.holding(list(policy.change_roles), policy.school)
    held = Staff.objects.active().filter(trust_id=policy.trust_id, roles__role__in=policy.change_roles)
    return held.distinct()
