"""Which visits wait for a briefing by somebody, and which for somebody's own word that they have read it."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from homevisits.people.models import Staff
from homevisits.trusts.choices import Strength
from homevisits.trusts.policies import Policy
from visits.briefing import WAITS, Briefed, briefed, is_asked, roles_for
from visits.models import Briefing, Visit
from visits.querysets import VisitQuerySet
from visits.rota import Rota
from visits.together import seated


@dataclass(frozen=True)
class Waits:
    """A visit, and those on it whom one person briefs and has not briefed yet."""

    visit: Visit
    people: tuple[Staff, ...]

    @property
    def who(self) -> str:
        return ", ".join(person.short_name for person in self.people)


def waiting_to_brief(staff: Staff, now: dt.datetime) -> list[Waits]:
    """What waits for this person's briefing, the first to leave first. A fixed number of queries."""
    if not staff.held:
        return []
    visits = _prepared(Visit.objects.visible_to(staff).about_reason(staff), now)
    if not visits:
        return []
    rows = _rows(visits)
    roles = {role for visit in visits for role in _ranked(visit)}
    rota = Rota.read(staff.trust_id, roles, now)
    found = [Waits(visit, tuple(_unbriefed(visit, rows[visit.pk], rota, staff))) for visit in visits]
    return [one for one in found if one.people]


def waiting_to_read(staff: Staff, now: dt.datetime) -> list[Visit]:
    """Visits of which this person was briefed and has not confirmed it. A fixed number of queries."""
    visits = _prepared(Visit.objects.filter(attendees__staff=staff), now)
    rows = _rows(visits)
    own = {visit.pk: _one(visit, staff, rows[visit.pk]) for visit in visits}
    return [
        v for v in visits if own[v.pk].is_confirmed and not own[v.pk].is_acknowledged and own[v.pk].points
    ]


def _prepared(visits: VisitQuerySet, now: dt.datetime) -> list[Visit]:
    """Those that are authorised or logged under a policy that asks for briefings, and not over."""
    found = visits.filter(state__in=WAITS, return_at__gt=now).exclude(policy__briefing_rule=Strength.OFF)
    whole = found.select_related("school", "policy", "risk").prefetch_related("policy__briefingpoints")
    return [visit for visit in seated(list(whole.order_by("depart_at", "pk"))) if is_asked(visit)]


def _rows(visits: list[Visit]) -> dict[int, list[Briefing]]:
    """The confirmations that bear on each visit: its own, and the standing ones of its policy."""
    policies = {visit.policy_id for visit in visits}
    kept = Briefing.objects.filter(Q(visit__in=visits) | Q(visit=None, policy__in=policies)) if visits else []
    found: dict[int, list[Briefing]] = defaultdict(list)
    for row in kept:
        for visit in visits:
            if row.visit_id == visit.pk or (row.visit_id is None and row.policy_id == visit.policy_id):
                found[visit.pk].append(row)
    return found


def _one(visit: Visit, staff: Staff, rows: list[Briefing]) -> Briefed:
    points = visit.policy.briefingpoints.all() if visit.policy else ()
    return briefed(visit, staff, points, rows)


def _ranked(visit: Visit) -> set[str]:
    rules = visit.rules
    if rules is None:
        return set()
    roles = {role for a in visit.party if a.staff for role in roles_for(rules, a.staff)}
    return roles | set(rules.stand_in_roles)


def _unbriefed(visit: Visit, rows: list[Briefing], rota: Rota, staff: Staff) -> list[Staff]:
    """Those of a party whom this person briefs, as `briefing.briefers` says, and who wait for it."""
    rules = visit.rules
    people = [a.staff for a in visit.party if a.staff]
    waiting = [p for p in people if (one := _one(visit, p, rows)).points and not one.is_confirmed]
    return [p for p in waiting if rules and staff.pk in _briefers(rules, visit, p, rota)]


def _briefers(rules: Policy, visit: Visit, person: Staff, rota: Rota) -> set[int]:
    own = rota.holding(roles_for(rules, person), visit.school_id) - {person.pk}
    return own or rota.holding(rules.stand_in_roles, visit.school_id) - {person.pk}
