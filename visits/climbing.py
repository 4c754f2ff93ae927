"""How a visit's alarm climbs: who is told at each step, with which words, and who may answer."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.text import get_text_list

from homevisits.batches import once
from homevisits.clock import app_now, local
from homevisits.escalation.ladder import LAST_WAYS
from homevisits.escalation.models import Rung, Words
from homevisits.people.duty import office_is_open
from homevisits.people.models import DeskDuty, Staff
from homevisits.people.rota import RESPONDERS, on_rota
from homevisits.trusts.choices import Ladder
from homevisits.trusts.models import School
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import LEADERS, RoleName
from visits import homeward
from visits.reported import KINDS, heard_first
from visits.responding import sheet

if TYPE_CHECKING:
    from visits.models import Attendee, Visit
    from visits.safety import VisitAlarm

EVERYBODY = RESPONDERS
QUIET = "Open the alarm and read it first. Ring and text nobody before you have."
EVERYBODY_WORDS = "Everybody who can help"
# Asked for by somebody: the first two steps of the ladder are told at once.
AT_ONCE = {"help", "duress"}
SENTENCES = {
    "overdue": "{about} has not come back",
    "possibly_out": "{about}: left, or not going?",
    "missed_check_in": "{about} missed a check-in",
    "wait_over": "{about} has waited too long at the door",
    "unheard": "{about} has not been heard from at home",
    "help": "{about} asks for help",
    "left_unsafe": "{about}: they left because it was not safe",
    "child_alone": "{about}: a child is at home without an adult",
    "duress": "{about}: silent alarm",
    "fault": "{about}: a timer could not be processed",
}


def policy_of(alarm: "VisitAlarm") -> Policy:
    """The policy that binds the alarm's visit. A watched visit always has one pinned."""
    policy = alarm.visit.policy
    if policy is None:
        raise LookupError(f"{alarm.visit.ref} is watched without a policy")
    return policy


def missing_people(alarm: "VisitAlarm") -> "list[Attendee]":
    """Who is not accounted for; the one person for an alarm about one."""
    if alarm.attendee:
        return [alarm.attendee]
    return [a for a in alarm.visit.party if not a.back_at]


def roles_for(step: LadderStep, missing: "list[Attendee]") -> list[str]:
    """The step's roles; for a missing EWO those that the policy names instead (TC-122, TC-259).

    What counts is who is missing, not who led the visit.
    """
    ewo = [a for a in missing if a.staff and a.staff.is_ewo]
    if not ewo or not step.roles_ewo:
        return list(step.roles)
    others = step.roles if len(ewo) < len(missing) else []
    return list(dict.fromkeys([*step.roles_ewo, *others]))


def people_told(
    step: LadderStep,
    visit: "Visit",
    missing: "list[Attendee]",
    now: dt.datetime,
    rota: dict[str, list[Staff]] | None = None,
) -> list[Staff]:
    """Who is told at a step, never the party: whom the rota names now, else everybody with the part.

    The office is whoever has the desk duty now. `rota` saves reading it again for each step.
    """
    if step.is_everybody:
        return everybody(visit, now)
    from visits.watch import answerers, party_ids

    own, school = party_ids(visit), visit.school
    roles = roles_for(step, missing)
    turns = on_rota(school, now) if rota is None else rota
    named = {role: next((p for p in turns.get(role, []) if p.pk not in own), None) for role in roles}
    if RoleName.OFFICE in roles and not office_is_open(school, now):
        named[RoleName.OFFICE] = None  # the office's rota is for its hours
    people = [person for person in named.values() if person]
    rest = [role for role in roles if not named[role]]
    if RoleName.OFFICE in rest:
        people += answerers(visit, now)
    elif RoleName.OFFICE in roles:
        standing_in = once(("standing in", school.pk, now), lambda: _standing_in(school, now))
        people += [person for person in answerers(visit, now) if person.pk in standing_in]
    others = [role for role in rest if role != RoleName.OFFICE]
    if others:
        held = once(("present", *others, school.pk, now), lambda: _present(others, school, now))
        people += [person for person in held if person.pk not in own]
    return list({person.pk: person for person in people}.values())


def _standing_in(school: School, now: dt.datetime) -> set[int]:
    duties = DeskDuty.objects.filter(school=school, during__contains=now)
    return set(duties.values_list("staff", flat=True))


def _present(roles: list[str], school: School, now: dt.datetime) -> list[Staff]:
    return list(Staff.objects.holding(roles, school).present(now))


def callers(alarm: "VisitAlarm", now: dt.datetime) -> list[Staff]:
    """Who may be asked to ring others about the alarm, never the party: whoever can answer for the visit.

    Where nobody else is on duty, as when the office is closed, the school's leaders ring each other.
    """
    from visits.watch import answerers, party_ids

    school, by_key = alarm.visit.school, attrgetter("pk")
    on_duty = sorted(answerers(alarm.visit, now), key=by_key)
    if len(on_duty) > 1:
        return on_duty
    leaders = once(("present", *LEADERS, school.pk, now), lambda: _present(list(LEADERS), school, now))
    without = {*party_ids(alarm.visit), *(person.pk for person in on_duty)}
    return on_duty + sorted((person for person in leaders if person.pk not in without), key=by_key)


def everybody(visit: "Visit", now: dt.datetime) -> list[Staff]:
    """The last step: everybody who can help, away or not; a ladder never ends in nobody.

    Where a school has neither office nor leader outside the party, the trust's admins and CEO are
    told; without those everybody who works for the trust and does not go.
    """
    from visits.watch import answerers, party_ids

    own, school = party_ids(visit), visit.school
    held = once(("everybody", school.pk), lambda: list(Staff.objects.holding(EVERYBODY, school)))
    people = {person.pk: person for person in [*answerers(visit, now), *held] if person.pk not in own}
    return list(people.values()) or last_people(school, own)


def last_people(school: School, own: Iterable[int] = ()) -> list[Staff]:
    """When a school has nobody who could answer: the trust's own people, else all of its staff."""
    trust = Staff.objects.active().filter(trust_id=school.trust_id).exclude(pk__in=own)
    held = trust.filter(roles__role__in=[RoleName.TRUST_ADMIN, RoleName.CEO]).distinct()
    return list(held) or list(trust)


def rungs(alarm: "VisitAlarm", now: dt.datetime) -> list[Rung]:
    """The policy's safety ladder for whoever is missing in this alarm; of some kinds more people hear first."""
    at_once = 2 if alarm.kind in AT_ONCE else 1
    first, *rest = ladder(policy_of(alarm), alarm.visit, missing_people(alarm), now, at_once=at_once)
    also = heard_first(alarm)
    if also:
        people = {person.pk: person for person in [*first.people, *also]}
        label = f"{first.label}, and whom your policy tells at once"
        first = replace(first, people=tuple(people.values()), label=label)
    return [first, *rest]


def ladder(
    policy: Policy, visit: "Visit", missing: "list[Attendee]", now: dt.datetime, *, at_once: int = 1
) -> list[Rung]:
    """A policy's safety ladder with the people of each step now; the first tells so many steps at once."""
    steps = [step for step in policy.laddersteps.all() if step.ladder == Ladder.SAFETY]
    if not steps:
        # No published policy is without a ladder; an alarm must not fail if one ever were.
        return [
            Rung(1, dt.timedelta(), tuple(everybody(visit, now)), LAST_WAYS, EVERYBODY_WORDS, is_last=True)
        ]
    rota = on_rota(visit.school, now)
    told = [people_told(step, visit, missing, now, rota) for step in steps]
    if told:
        told[0] = list({p.pk: p for people in told[:at_once] for p in people}.values())
        told[-1] = told[-1] or everybody(visit, now)
    return [
        Rung(
            number=number,
            after=dt.timedelta(minutes=step.after_minutes),
            people=tuple(people),
            channels=tuple(step.channels),
            label=label_of(step, missing, policy),
            is_last=number == len(steps),
        )
        for number, (step, people) in enumerate(zip(steps, told, strict=True), start=1)
    ]


def label(step: LadderStep, alarm: "VisitAlarm") -> str:
    """The step's people in words, for whoever is missing in this alarm."""
    return label_of(step, missing_people(alarm), policy_of(alarm))


def label_of(step: LadderStep, missing: "list[Attendee]", policy: Policy) -> str:
    """The step's people in words: "Headteacher, DSL and Executive Head / CEO"."""
    if step.is_everybody:
        return EVERYBODY_WORDS
    return get_text_list([policy.role_label(role) for role in roles_for(step, missing)], "and") or "Nobody"


def words(alarm: "VisitAlarm", rung: Rung, now: dt.datetime) -> Words:
    """A reference, since when, and a link. No child's name, no address, no reason."""
    if alarm.is_silent:
        return _quiet(alarm)
    sentence = SENTENCES.get(alarm.kind, "{about}").format(about=alarm.about)
    late = int((now - alarm.opened_at).total_seconds() // 60)
    since = "Said" if alarm.kind in KINDS else "Due"
    since = f"{since} {local(alarm.due_at):%H:%M}. " + (f"Open for {late} minutes. " if late else "")
    body = f"{sentence}. {since}Open the alarm, say that you are dealing with it, and ring them. Step: {rung.label}."
    if alarm.visit.is_quiet:
        body = QUIET
    return Words(subject=f"Alarm: {sentence}", body=body, path=alarm.get_absolute_url())


def _quiet(alarm: "VisitAlarm") -> Words:
    """What a silent alarm says where a screen may be read over a shoulder: no kind, no name (PS-129)."""
    subject = f"Alarm: {alarm.visit.ref} needs you"
    return Words(subject=subject, body=QUIET, path=alarm.get_absolute_url())


def resolve_refusal(alarm: "VisitAlarm", staff: Staff) -> str | None:
    """Whoever asked for help, for themselves or for another, is not the one who says that all is well."""
    if alarm.raised_by_id == staff.pk:
        return "You raised this alarm: somebody else makes sure that everybody is safe, and resolves it."
    return None


def refusal(alarm: "VisitAlarm", staff: Staff, now: dt.datetime) -> str | None:
    """Why this person may not own or resolve the alarm: never the party; office and leaders may."""
    visit = alarm.visit
    if visit.includes(staff):
        return "You are on this visit: somebody else has to answer the alarm."
    if may_answer(visit, staff, now):
        return None
    return "Only the office, a leader of the school or somebody with the desk duty can answer this alarm."


def may_answer(visit: "Visit", staff: Staff, now: dt.datetime) -> bool:
    """Whether somebody may answer an alarm about a visit: office, leaders and whoever has the duty; never the party.

    And the trust's own people where the school has nobody else: the ladder ends with them.
    """
    from visits.watch import may_act_as_office

    if visit.includes(staff) or staff.trust_id != visit.school.trust_id:
        return False
    if may_act_as_office(staff, visit, now) or staff.has_role(*EVERYBODY, school=visit.school):
        return True
    return staff in everybody(visit, now)


def after(alarm: "VisitAlarm", *, by: Staff, now: dt.datetime) -> None:
    """What follows for the visit when a person has resolved its alarm; of a silent one nothing that the party sees."""
    from visits.transitions.door import rearm
    from visits.transitions.homeward import after_unheard
    from visits.transitions.noting import forget_whereabouts
    from visits.transitions.returning import after_alarm

    if alarm.is_silent:
        rearm(alarm.visit, now=now)
    else:
        if alarm.kind == homeward.ALARM:
            after_unheard(alarm, by=by, now=now)
        after_alarm(alarm.visit, by=by, now=now, words=alarm.resolution)
    forget_whereabouts(alarm.visit)


def panel(alarm: "VisitAlarm", staff: Staff) -> tuple[str, dict[str, Any]]:
    """The visit's part of the alarm's page: whom to ring, what to ask, what a code word means."""
    visit = apps.get_model("visits", "Visit").objects.select_related("school").get(pk=alarm.visit_id)
    people = list(visit.party) if alarm.is_silent else missing_people(alarm)
    is_all = alarm.is_silent or alarm.kind in (homeward.ALARM, alarm.Kind.HELP)
    missing = [attendee for attendee in people if is_all or not attendee.back_at]
    return "visits/alarm/_panel.html", sheet(alarm, visit, missing, staff, app_now())
