"""How a visit's alarm climbs: who is told at each step, with which words, and who may answer."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils.text import get_text_list

from homevisits.clock import local
from homevisits.escalation.models import Rung, Words
from homevisits.people.models import Staff
from homevisits.trusts.choices import Ladder
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import LEADERS, RoleName
from visits.responding import sheet

if TYPE_CHECKING:
    from visits.models import Attendee
    from visits.safety import VisitAlarm

EVERYBODY = [*sorted(LEADERS), RoleName.OFFICE, RoleName.ATTENDANCE_LEAD]
SENTENCES = {
    "overdue": "{about} has not come back",
    "possibly_out": "{about}: left, or not going?",
    "missed_check_in": "{about} missed a check-in",
    "wait_over": "{about} has waited too long at the door",
    "help": "{about} asks for help",
    "duress": "{about}: silent alarm",
    "fault": "{about}: a timer could not be processed",
}


AT_ONCE = {"help", "duress"}  # the first two steps are told together


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


def roles_told(step: LadderStep, alarm: "VisitAlarm") -> list[str]:
    """The step's roles for whoever is missing in this alarm."""
    return roles_for(step, missing_people(alarm))


def roles_for(step: LadderStep, missing: "list[Attendee]") -> list[str]:
    """The step's roles; for a missing EWO those that the policy names instead (TC-122, TC-259).

    What counts is who is missing, not who led the visit.
    """
    ewo = [a for a in missing if a.staff and a.staff.is_ewo]
    if not ewo or not step.roles_ewo:
        return list(step.roles)
    others = step.roles if len(ewo) < len(missing) else []
    return list(dict.fromkeys([*step.roles_ewo, *others]))


def people_of(step: LadderStep, alarm: "VisitAlarm", now: dt.datetime) -> list[Staff]:
    """Who is told at a step, without the party. The office is whoever has the desk duty now."""
    from visits.watch import answerers, party_ids

    visit = alarm.visit
    roles = EVERYBODY if step.is_everybody else roles_told(step, alarm)
    people = list(answerers(visit, now)) if RoleName.OFFICE in roles else []
    others = [role for role in roles if step.is_everybody or role != RoleName.OFFICE]
    found = Staff.objects.holding(others, visit.school).exclude(pk__in=party_ids(visit))
    people += list(found if step.is_everybody else found.present(now))
    return list({person.pk: person for person in people}.values())


def callers(alarm: "VisitAlarm", now: dt.datetime) -> list[Staff]:
    """Who may be asked to ring others about the alarm: whoever can answer for the visit, never the party."""
    from visits.watch import answerers

    return list(answerers(alarm.visit, now).order_by("pk"))


def rungs(alarm: "VisitAlarm", now: dt.datetime) -> list[Rung]:
    """The policy's safety ladder; a call for help tells the first two steps at once."""
    steps = list(policy_of(alarm).laddersteps.filter(ladder=Ladder.SAFETY))
    climbed = []
    for number, step in enumerate(steps, start=1):
        people = people_of(step, alarm, now)
        if number == 1 and alarm.kind in AT_ONCE and len(steps) > 1:
            people = list({p.pk: p for p in [*people, *people_of(steps[1], alarm, now)]}.values())
        climbed.append(
            Rung(
                number=number,
                after=dt.timedelta(minutes=step.after_minutes),
                people=tuple(people),
                channels=tuple(step.channels),
                label=label(step, alarm),
                is_last=number == len(steps),
            )
        )
    return climbed


def label(step: LadderStep, alarm: "VisitAlarm") -> str:
    """The step's people in words: "Headteacher, DSL and Executive Head / CEO"."""
    if step.is_everybody:
        return "Everybody who can help"
    policy = policy_of(alarm)
    return get_text_list([policy.role_label(role) for role in roles_told(step, alarm)], "and") or "Nobody"


def words(alarm: "VisitAlarm", rung: Rung, now: dt.datetime) -> Words:
    """A reference, since when, and a link. No child's name, no address, no reason."""
    if alarm.is_silent:
        return _quiet(alarm)
    sentence = SENTENCES.get(alarm.kind, "{about}").format(about=alarm.about)
    late = int((now - alarm.opened_at).total_seconds() // 60)
    since = f"Due {local(alarm.due_at):%H:%M}. " + (f"Open for {late} minutes. " if late else "")
    body = f"{sentence}. {since}Open the alarm, say that you are dealing with it, and ring them. Step: {rung.label}."
    return Words(subject=f"Alarm: {sentence}", body=body, path=alarm.get_absolute_url())


def _quiet(alarm: "VisitAlarm") -> Words:
    """What a silent alarm says where a screen may be read over a shoulder: no kind, no name (PS-129)."""
    body = "Open the alarm and read it first. Ring and text nobody before you have."
    return Words(subject=f"Alarm: {alarm.visit.ref} needs you", body=body, path=alarm.get_absolute_url())


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
    from visits.watch import may_act_as_office

    if may_act_as_office(staff, visit, now) or staff.has_role(*EVERYBODY, school=visit.school):
        return None
    return "Only the office, a leader of the school or somebody with the desk duty can answer this alarm."


def after(alarm: "VisitAlarm", *, by: Staff, now: dt.datetime) -> None:
    """What follows for the visit when a person has resolved its alarm; of a silent one nothing ever did."""
    if alarm.is_silent:
        return
    from visits.transitions.returning import after_alarm

    after_alarm(alarm.visit, by=by, now=now, words=alarm.resolution)


def panel(alarm: "VisitAlarm", staff: Staff) -> tuple[str, dict[str, Any]]:
    """The visit's part of the alarm's page: whom to ring, what to ask, what a code word means."""
    visit = apps.get_model("visits", "Visit").objects.select_related("school").get(pk=alarm.visit_id)
    people = list(visit.party) if alarm.is_silent else missing_people(alarm)
    missing = [attendee for attendee in people if alarm.is_silent or not attendee.back_at]
    return "visits/alarm/_panel.html", sheet(alarm, visit, missing, staff)
