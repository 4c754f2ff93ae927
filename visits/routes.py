"""Which decisions a visit needs, and who may take each. Reads; never writes."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from homevisits.clock import local
from homevisits.people.models import Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.calendar import is_in_school_hours
from homevisits.trusts.choices import DslPart, EwoRoute, LoneRule, OutOfHours, Strength
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName
from visits.facts import facts_hash, still_binds
from visits.models import Visit
from visits.risk import band_of, fewest
from visits.rota import Rota
from visits.story import Decision

Kind = Decision.Kind


@dataclass(frozen=True)
class Need:
    """One decision that a visit needs: `roles` first; `deputies`, then `stand_ins`, when none of those can.

    `who` says the roles in the policy's own words: "the Headteacher or the Senior leadership team".
    """

    kind: str
    roles: tuple[str, ...]
    who: str
    deputies: tuple[str, ...]
    stand_ins: tuple[str, ...]
    sentence: str
    clauses: tuple[str, ...]
    is_required: bool = True

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def ranks(self) -> tuple[tuple[str, ...], ...]:
        """Whom to ask, in this order."""
        return (self.roles, self.deputies, self.stand_ins)


def cites(policy: Policy, *columns: str) -> tuple[str, ...]:
    """The clauses that a policy's columns rest on, in order, each once."""
    found = [clause for column in columns for clause in policy.sources.get(column, {}).get("clauses", [])]
    return tuple(dict.fromkeys(found))


def is_exempt(visit: Visit) -> bool:
    """Whether the EWO's part in the visit lifts the head's authorisation (TC-092)."""
    policy = visit.rules
    exempt = policy is not None and policy.ewo_route == EwoRoute.EXEMPT
    return exempt and (visit.requested_by.is_ewo or visit.has_ewo)


def is_short(visit: Visit) -> bool:
    """Whether fewer go than the policy, or the level of risk, asks for."""
    return visit.rules is not None and len(visit.counted_party) < fewest(visit)


def is_out_of_hours(visit: Visit) -> bool:
    """Whether any of the time at the home lies outside the school's hours (TC-103)."""
    if not (visit.start_at and visit.end_at):
        return False
    return not is_in_school_hours(visit.school, visit.start_at, visit.end_at)


def wants_contact(visit: Visit) -> bool:
    """Whether the policy asks for somebody who checks on the visitors at this hour (TC-106)."""
    policy = visit.rules
    return bool(policy and policy.responsible_contact_required and is_out_of_hours(visit))


def is_evening(visit: Visit) -> bool:
    """Whether the visit starts, or is still going on, in what the policy calls evening (PS-136)."""
    policy = visit.rules
    if not (policy and policy.evening_from and visit.start_at and visit.end_at):
        return False
    return max(local(visit.start_at).time(), local(visit.end_at).time()) >= policy.evening_from


def is_early(visit: Visit) -> bool:
    """Whether the visit starts before what the policy calls the earliest hour."""
    policy = visit.rules
    if not (policy and policy.earliest_start and visit.start_at):
        return False
    return local(visit.start_at).time() < policy.earliest_start


def is_unusual_hour(visit: Visit) -> bool:
    """Whether the hour needs a reason and a decision of its own."""
    return is_evening(visit) or is_early(visit)


def goes_undecided(visit: Visit) -> bool:
    """Whether a visit on an emergency ground goes ahead without a decision, to be looked at afterwards.

    The ground counts, not that somebody calls the request urgent.
    """
    policy = visit.rules
    if policy is None or policy.urgent_needs_authorisation or visit.is_retrospective:
        return False
    ground = {"code": visit.ground_code, "is_emergency": True}
    return visit.told == Visit.Told.NO and policy.noticegrounds.filter(**ground).exists()


def route(visit: Visit) -> list[Need]:
    """Every decision the visit needs, in the order in which they are read."""
    policy = visit.rules
    if policy is None:
        return []
    if visit.is_retrospective:  # one person looks back on it, whatever would have been asked before
        return [need for need in [_visit(visit, policy)] if need]
    needs = [
        _visit(visit, policy),
        _lone(visit, policy),
        _out_of_hours(visit, policy),
        _risk(visit, policy),
        _dsl(visit, policy),
    ]
    return [need for need in needs if need is not None]


def _need(policy: Policy, kind: str, roles: list[str], sentence: str, *columns: str, **more: bool) -> Need:
    return Need(
        kind,
        tuple(roles),
        " or ".join(f"the {policy.role_label(role)}" for role in roles),
        tuple(policy.deputy_roles),
        tuple(policy.stand_in_roles),
        sentence,
        cites(policy, *columns),
        **more,
    )


def _visit(visit: Visit, policy: Policy) -> Need | None:
    if is_exempt(visit) or goes_undecided(visit):
        return None
    return _need(policy, Kind.VISIT, policy.authorising_roles, "The visit itself", "authorising_roles")


def _lone(visit: Visit, policy: Policy) -> Need | None:
    if not is_short(visit) or policy.lone_rule != LoneRule.BY_DECISION:
        return None
    for_ewo = bool(visit.has_ewo and policy.lone_roles_ewo)
    column = "lone_roles_ewo" if for_ewo else "lone_roles"
    return _need(policy, Kind.LONE, getattr(policy, column), "Going with fewer people than two", column)


def _out_of_hours(visit: Visit, policy: Policy) -> Need | None:
    exceptional = policy.out_of_hours == OutOfHours.EXCEPTIONAL and is_out_of_hours(visit)
    if not (exceptional or is_unusual_hour(visit)):
        return None
    roles = policy.stand_in_roles if is_exempt(visit) else policy.authorising_roles
    columns = ("out_of_hours", "evening_from", "earliest_start")
    return _need(policy, Kind.OUT_OF_HOURS, roles, "Going outside school hours", *columns)


def _risk(visit: Visit, policy: Policy) -> Need | None:
    """One decision more where the level of risk asks for it, by the people whom the policy names for it."""
    band = band_of(visit)
    if band is None or not band.roles:
        return None
    sentence = f"The level of risk, {band.get_level_display().lower()}"
    need = _need(policy, Kind.RISK, band.roles, sentence, "risk_assessment")
    return replace(need, clauses=tuple(dict.fromkeys([*band.clauses, *need.clauses])))


def _dsl(visit: Visit, policy: Policy) -> Need | None:
    part = visit.reason.dsl if visit.reason else DslPart.NONE
    required = part == DslPart.CO_AUTHORISES or policy.dsl_input == Strength.BLOCK
    asked = part in {DslPart.ASKED, DslPart.TAKES_PART} or policy.dsl_input == Strength.WARN
    if not (required or asked) or RoleName.DSL in policy.authorising_roles:
        return None
    clauses = tuple(visit.reason.clauses) if visit.reason and part != DslPart.NONE else ()
    deputies = (RoleName.DEPUTY_DSL,)
    return Need(
        Kind.DSL_INPUT,
        (RoleName.DSL,),
        f"the {policy.role_label(RoleName.DSL)}",
        deputies,
        (),
        "The DSL's view",
        cites(policy, "dsl_input") + clauses,
        is_required=required,
    )


def own_ids(visit: Visit) -> set[int]:
    """Those for whom this is their own visit: whoever asked, and the party."""
    return {visit.requested_by_id} | {a.staff_id for a in visit.party if a.staff_id}


def barred(need: Need, visit: Visit) -> set[int]:
    """Who may not answer: nobody decides on their own visit; a view may come from a DSL who goes."""
    return {visit.requested_by_id} if need.kind == Kind.DSL_INPUT else own_ids(visit)


def deciders_on(rota: Rota, need: Need, visit: Visit) -> set[int]:
    """Who may take this decision, by id, as a rota that was read says."""
    return rota.first_free(need.ranks, visit.school_id, barred(need, visit))


def deciders(need: Need, visit: Visit, now: dt.datetime) -> StaffQuerySet:
    """Who may take this decision now.

    The first of roles, deputies and stand-ins in which somebody is free to answer; those of
    the first rank may always decide, even while marked away (by telephone, say).
    """
    return Staff.objects.filter(pk__in=deciders_on(rota_of([need], visit, now), need, visit))


def rota_of(needs: Iterable[Need], visit: Visit, now: dt.datetime) -> Rota:
    """The rota, as far as these decisions ask for it. Two queries; none when nothing is asked."""
    roles = {role for need in needs for rank in need.ranks for role in rank}
    return Rota.read(visit.school.trust_id, roles, now) if roles else Rota(frozenset(), frozenset())


def decidable(needs: list[Need], visit: Visit, staff: Staff, now: dt.datetime) -> list[Need]:
    """Those of the decisions that this person may take now."""
    rota = rota_of(needs, visit, now)
    return [need for need in needs if staff.pk in deciders_on(rota, need, visit)]


def standing(visit: Visit) -> dict[str, Decision]:
    """The decisions that still bind, by kind."""
    found = _kept(visit)
    digest = facts_hash(visit) if found else ""
    return {d.kind: d for d in found if still_binds(d, visit, digest)}


def _kept(visit: Visit) -> list[Decision]:
    """The decisions that nobody has voided; those of a list of visits were read beforehand."""
    if "decisions" in getattr(visit, "_prefetched_objects_cache", {}):
        return [decision for decision in visit.decisions.all() if decision.stands]
    return list(visit.decisions.filter(voided_at=None).select_related("decider", "typed_by"))


def missing(visit: Visit) -> list[Need]:
    """The required decisions that are not in yet."""
    have = standing(visit)
    wanted = [need for need in route(visit) if need.is_required]
    return [n for n in wanted if n.kind not in have or have[n.kind].answer != Decision.Answer.YES]
