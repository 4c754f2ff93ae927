"""Who must read a concern, and how an unread one climbs its ladder."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet

from homevisits.escalation.models import Rung
from homevisits.people.models import Staff
from homevisits.trusts.choices import Ladder
from homevisits.trusts.models import Policy, School
from homevisits.trusts.roles import LEADERS, SAFEGUARDING_TEAM, RoleName

if TYPE_CHECKING:
    from safeguarding.models import Concern


def policy_of(concern: "Concern") -> Policy:
    """The visit's pinned policy, else the school's policy in force."""
    policy = (concern.visit.policy if concern.visit else None) or Policy.objects.in_force(concern.school)
    if policy is None:
        raise LookupError(f"{concern.school} has no policy in force")
    return policy


def readers(school: School, author: Staff, now: dt.datetime) -> list[Staff]:
    """Whom a new concern goes to: the DSL; the deputy when no DSL is there; then the head (TC-238).

    A DSL who writes one does not receive it: another of the team does.
    """
    for role in (RoleName.DSL, RoleName.DEPUTY_DSL, RoleName.HEADTEACHER, RoleName.CEO):
        found = Staff.objects.holding([role], school).present(now).exclude(pk=author.pk)
        if found.exists():
            return list(found)
    return list(Staff.objects.holding(sorted(LEADERS), school).exclude(pk=author.pk))


def rungs(concern: "Concern", now: dt.datetime) -> list[Rung]:
    """The policy's ladder for unread concerns, without the author."""
    policy = policy_of(concern)
    steps = list(policy.laddersteps.filter(ladder=Ladder.CONCERN))
    return [
        Rung(
            number=number,
            after=dt.timedelta(minutes=step.after_minutes),
            people=tuple(
                Staff.objects.holding(
                    sorted(LEADERS) if step.is_everybody else list(step.roles), concern.school
                )
                .exclude(pk=concern.author_id)
                .present(now)
            ),
            channels=tuple(step.channels),
            label=" and ".join(policy.role_label(role) for role in step.roles) or "Every leader",
            is_last=number == len(steps),
        )
        for number, step in enumerate(steps, start=1)
    ]


def callers(concern: "Concern", now: dt.datetime) -> list[Staff]:
    """Who may be asked to ring somebody about an unread concern: a leader, never its author or the desk."""
    found = Staff.objects.holding(sorted(LEADERS), concern.school).present(now)
    return list(found.exclude(pk=concern.author_id).order_by("pk"))


def note(
    concern: "Concern", kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any
) -> None:
    """Write a line of the concern's story."""
    apps.get_model("safeguarding", "ConcernEvent").append(
        chain=f"concerns:{concern.school_id}",
        concern=concern,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence,
        detail=detail,
    )


def refusal(concern: "Concern", staff: Staff) -> str | None:
    """Why this person may not answer for an unread concern: never its author; leaders may."""
    if staff.pk == concern.author_id:
        return "You wrote this concern: somebody else has to see that it is read."
    if staff.has_role(*LEADERS, school=concern.school):
        return None
    return "Only the DSL team and the leaders of the school can answer this."


def last_resort(concern: "Concern") -> QuerySet[Staff]:
    """Whom the engine tells when the chase itself is broken: every leader, never the office."""
    return Staff.objects.holding(sorted(LEADERS), concern.school).exclude(pk=concern.author_id)


def chased_schools(staff: Staff) -> QuerySet[School]:
    """The schools for which this person is told of unread concerns."""
    schools = School.objects.filter(trust_id=staff.trust_id)
    if staff.has_role(RoleName.CEO):
        return schools
    return schools.filter(pk__in={school for role, school in staff.held if role in LEADERS and school})


def panel(concern: "Concern", staff: Staff) -> dict[str, Any]:
    """Whom to ring, and the concern itself for those who may read it."""
    team = Staff.objects.holding(sorted(SAFEGUARDING_TEAM), concern.school)
    may_read = type(concern).objects.visible_to(staff).filter(pk=concern.pk).exists()
    return {"concern": concern, "team": team, "may_read": may_read}
