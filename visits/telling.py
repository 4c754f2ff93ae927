"""Who is told what about a visit. Words hold a reference and a link, never a child's name or a reason."""

import datetime as dt
from collections.abc import Iterable, Sequence

from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel, DslPart
from homevisits.trusts.roles import SAFEGUARDING_TEAM, RoleName
from visits import reported
from visits.briefing import briefers, briefings
from visits.models import Outcome, Visit
from visits.nudging import next_told
from visits.routes import deciders_on, missing, rota_of
from visits.watch import answerers

BOTH = (Channel.IN_APP, Channel.EMAIL)
# What must be read soon goes to a telephone too.
SOON = (*BOTH, Channel.TEXT, Channel.PUSH)


def tell(
    people: Iterable[Staff],
    visit: Visit,
    *,
    what: str,
    subject: str,
    body: str = "",
    now: dt.datetime,
    urgent: bool = False,
    path: str = "",
    ways: Sequence[str] = BOTH,
    private: bool = False,
) -> list[Staff]:
    """Queue one notice a person and channel that reaches them; gives back who was told.

    `what` and `now` make the key. `private`: no log shows it, only the recipient's own list.
    """
    told = list(dict.fromkeys(people))
    queue_all(
        drafted(
            key=f"{visit.ref}:{what}:{now.timestamp():.6f}:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=subject,
            body=body or subject,
            path=path or visit.get_absolute_url(),
            now=now,
            urgent=urgent,
            school=visit.school,
            private=private,
        )
        for person, channel in reach(told, ways).pairs
    )
    return told


def told_at(visit: Visit, at: dt.datetime) -> list[Staff]:
    """Who was told something about a visit at an instant: what the outbox holds, not what was meant."""
    notices = Notice.objects.filter(key__startswith=f"{visit.ref}:", created_at=at).select_related(
        "recipient"
    )
    return list({notice.recipient_id: notice.recipient for notice in notices.order_by("pk")}.values())


def names(people: Iterable[Staff]) -> str:
    """People in words, for a confirmation: "M. Reid and the office"."""
    listed = [person.short_name for person in people]
    if len(listed) < 2:
        return "".join(listed) or "nobody yet"
    return ", ".join(listed[:-1]) + " and " + listed[-1]


def askers(visit: Visit) -> list[Staff]:
    """Whoever asked, and the lead."""
    lead = [visit.lead.staff] if visit.lead and visit.lead.staff else []
    return list(dict.fromkeys([visit.requested_by, *lead]))


def waiting_deciders(visit: Visit, now: dt.datetime) -> list[Staff]:
    """Everybody who can take a decision that is still missing."""
    needs = missing(visit)
    rota = rota_of(needs, visit, now)
    able = [deciders_on(rota, need, visit) for need in needs]
    found = list(Staff.objects.filter(pk__in=set().union(*able))) if needs else []
    return list(dict.fromkeys(person for ids in able for person in found if person.pk in ids))


def office(visit: Visit, now: dt.datetime) -> list[Staff]:
    return answerers(visit, now)


def desk(visit: Visit, now: dt.datetime) -> list[Staff]:
    """Who reads at once what somebody who is out says: the office; with nobody there the ladder's first step."""
    return office(visit, now) or next_told(visit, now)


def briefers_of(visit: Visit) -> list[Staff]:
    """Everybody who may brief somebody on this visit who is not briefed yet."""
    waiting = [one for one in briefings(visit) if not one.is_confirmed]
    return list(dict.fromkeys(person for one in waiting for person in briefers(visit, one.staff)))


def told_of_changes(visit: Visit) -> list[Staff]:
    """Head; the CEO for the EWO: schedule changes, incidents, safety cancellations (TC-112, TC-113, TC-170, TC-171)."""
    policy = visit.rules
    if policy is None:
        return []
    roles = list(policy.told_roles_ewo if visit.has_ewo and policy.told_roles_ewo else policy.told_roles)
    if visit.has_ewo and any(a.staff and not a.staff.is_ewo for a in visit.party):
        roles += policy.told_roles
    return leading(visit, roles)


def leading(visit: Visit, roles: Iterable[str]) -> list[Staff]:
    """Those with one of these roles who do not go; the stand-ins, then the CEO, where nobody is left.

    A head who goes too tells no leader otherwise (TC-112, TC-113).
    """
    stand_ins = visit.rules.stand_in_roles if visit.rules else []
    ranks = (holding(visit, rank) for rank in (roles, stand_ins, [RoleName.CEO]))
    return next(filter(None, ranks), [])


def tell_schedule(visit: Visit, *, now: dt.datetime) -> list[Staff]:
    """Tell the head, or the CEO for the EWO, that the schedule changed (TC-170, TC-171)."""
    return tell(
        told_of_changes(visit),
        visit,
        what="schedule",
        subject=f"{visit.ref}: the times changed",
        body="The planned times of a home visit changed. Open it for the new ones and the reason.",
        now=now,
    )


def holding(visit: Visit, roles: Iterable[str]) -> list[Staff]:
    """Everybody with one of these roles at the visit's school who is not of the party."""
    own = {a.staff_id for a in visit.party}
    return [p for p in Staff.objects.holding(list(roles), visit.school) if p.pk not in own]


def tell_outcome(visit: Visit, *, now: dt.datetime) -> None:
    """Not safe, or a child alone, of a visit from which everybody is back: those who would have heard the alarm."""
    if visit.outcome in reported.OPENS:
        tell(
            [*office(visit, now), *reported.hear_at_once(visit)],
            visit,
            what=f"outcome_{visit.outcome}",
            subject=f"{visit.ref}: {Outcome(visit.outcome).label.lower()}",
            now=now,
            urgent=True,
            body="It stands in the record of a home visit. Everybody is back. Open the visit to read it.",
        )


def tell_safeguarding(visit: Visit, *, asked: Iterable[Staff], now: dt.datetime) -> None:
    """The safeguarding team hears of a request where its reason says so (DslPart.TOLD).

    Of an emergency the team and those who authorise hear at once (AF-019, PS-008), also where nobody
    is asked to decide. Whoever was `asked` to decide, or sent it, knows already.
    """
    emergency = visit.kind == Visit.Kind.EMERGENCY
    if not emergency and not (visit.reason and visit.reason.dsl == DslPart.TOLD):
        return
    authorising = visit.rules.authorising_roles if visit.rules and emergency else []
    knowing = {visit.requested_by_id, *(person.pk for person in asked)}
    tell(
        [person for person in holding(visit, [*SAFEGUARDING_TEAM, *authorising]) if person.pk not in knowing],
        visit,
        what="safeguarding",
        subject=f"{visit.ref}: an emergency visit is asked for"
        if emergency
        else f"{visit.ref}: a visit that the safeguarding team is told of",
        body="Nothing is asked of you here. Open it to read why, who goes and when.",
        now=now,
        urgent=emergency,
    )
