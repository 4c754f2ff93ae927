"""Who may do what to a visit: a sentence that refuses, or None."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from homevisits.people.duty import office_is_open
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import LEADERS, SAFEGUARDING_TEAM, RoleName
from visits.briefing import may_brief
from visits.climbing import may_answer
from visits.debrief import holders
from visits.models import Visit
from visits.routes import decidable, route, standing
from visits.watch import may_act_as_office

Rule = Callable[[Staff, Visit, dt.datetime], str | None]

# Who may ask a named colleague to make a visit (TC-184).
DELEGATES = (RoleName.HEADTEACHER, RoleName.SLT, RoleName.ATTENDANCE_LEAD)
READS_CODE_WORD = {*LEADERS, RoleName.OFFICE}


def is_asker(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return visit.requested_by_id == staff.pk


def is_drafter(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Whoever fills in a draft: the colleague who was asked to make the visit, else who began it (TC-184)."""
    return staff.pk == (visit.asked_of_id or visit.requested_by_id)


def is_delegator(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """A head, a member of SLT or the attendance lead, with a draft of their own (TC-184)."""
    return is_drafter(staff, visit, now) and may_delegate(staff, visit.school)


def may_delegate(staff: Staff, school: School) -> bool:
    """Whether somebody may ask a colleague of a school to make a visit (TC-184)."""
    return staff.has_role(*DELEGATES, school=school)


def is_ewo(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return staff.has_role(RoleName.EWO, school=visit.school)


def is_own_ewo(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """The EWO who initiates or attends this visit (TC-060)."""
    return is_ewo(staff, visit, now) and (visit.includes(staff) or is_asker(staff, visit, now))


def is_briefer(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Somebody who briefs at least one of those who go."""
    return any(may_brief(staff, visit, a.staff) for a in visit.party if a.staff)


def is_contact(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return staff.pk == visit.responsible_contact_id


def is_visitor(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return visit.includes(staff)


def is_office(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return may_act_as_office(staff, visit, now)


def is_decider(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return bool(decidable(route(visit), visit, staff, now))


def is_leader(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """A leader of the school or trust who is not in the party."""
    return staff.has_role(*LEADERS, school=visit.school) and not visit.includes(staff)


def is_onlooker(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """A leader for whom it is not their own visit."""
    return is_leader(staff, visit, now) and not is_asker(staff, visit, now)


def is_closed_desk(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Whoever logs while the office is closed: the responsible contact, or who authorised."""
    if visit.includes(staff) or office_is_open(visit.school, now):
        return False
    decided = {decision.decider_id for decision in standing(visit).values()}
    return staff.pk == visit.responsible_contact_id or staff.pk in decided


def is_debriefer(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Who has the talk after a visit that was not safe (CS-069)."""
    return staff in holders(visit)


def is_attendance_lead(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    return staff.has_role(RoleName.ATTENDANCE_LEAD, school=visit.school)


def is_welfare_decider(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Who decides whether the police look in on a family (AF-039, AF-045)."""
    return staff.has_role(*SAFEGUARDING_TEAM, RoleName.HEADTEACHER, school=visit.school)


def is_responder(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Somebody who may answer an alarm about this visit."""
    return may_answer(visit, staff, now)


def is_caller(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """The colleague agreed on for the check-in call, or the contact out of hours (TC-106, TC-166)."""
    named = {visit.checkin_colleague_id, visit.responsible_contact_id}
    return staff.pk in named and not visit.includes(staff)


def is_assessor(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """Somebody whom the policy names to assess risks (TC-152, SH-004)."""
    roles = visit.rules.risk_assessor_roles if visit.rules else []
    return bool(roles) and staff.has_role(*roles, school=visit.school)


def is_writer(staff: Staff, visit: Visit, now: dt.datetime) -> bool:
    """The lead; another of the party when the lead has no account or is away."""
    lead = visit.lead.staff if visit.lead else None
    if lead is None or lead.aways.filter(during__contains=now).exists() or not lead.is_active:
        return visit.includes(staff)
    return lead.pk == staff.pk


@dataclass(frozen=True)
class AnyOf:
    """Refuses with its sentence everybody who is none of these."""

    sentence: str
    who: tuple[Callable[[Staff, Visit, dt.datetime], bool], ...]

    def __call__(self, staff: Staff, visit: Visit, now: dt.datetime) -> str | None:
        return None if any(is_it(staff, visit, now) for is_it in self.who) else self.sentence


def _any(sentence: str, *who: Callable[[Staff, Visit, dt.datetime], bool]) -> AnyOf:
    return AnyOf(sentence, who)


RULES: dict[str, Rule] = {
    "edit": _any("Only the person who asks can change this request.", is_drafter),
    "submit": _any("Only the person who asks can send this request.", is_drafter),
    "ask_colleague": _any(
        "Only a head, a member of SLT or the attendance lead can ask a colleague to make a visit.",
        is_delegator,
    ),
    "hand_back": _any("Only whoever was asked, or who asked them, can hand this back.", is_asker, is_drafter),
    "brief": _any(
        "Only those whom your policy names brief visitors, and nobody briefs themself.", is_briefer
    ),
    "acknowledge_briefing": _any("Only somebody who goes can confirm their briefing.", is_visitor),
    "ask_background": _any(
        "Only somebody who goes, who asked, or a leader can ask the EWO.", is_visitor, is_asker, is_leader
    ),
    "give_background": _any("Only the EWO answers this.", is_ewo),
    "acknowledge_contact": _any("Only the responsible contact can confirm this.", is_contact),
    "confirm_safeguarding": _any("Only the EWO of this visit can confirm this.", is_own_ewo),
    "look_afterwards": _any(
        "Only a leader who neither asked nor goes can look at this visit afterwards.", is_onlooker
    ),
    "amend": _any(
        "Only the person who asked, the lead or the office can change this visit.",
        is_asker,
        is_visitor,
        is_office,
    ),
    "assess_risk": _any(
        "Only the person who asked, somebody who goes or a leader can write the risk assessment.",
        is_asker,
        is_visitor,
        is_leader,
        is_assessor,
    ),
    "flag_risk": _any(
        "Only somebody who asked, who goes or who assesses, the office or a leader can say so.",
        is_asker,
        is_visitor,
        is_office,
        is_leader,
        is_assessor,
    ),
    "withdraw": _any("Only somebody who goes can take themselves off this visit.", is_visitor),
    "decide": _any("This decision is not yours to take. Nobody decides on their own visit.", is_decider),
    "type_decision": _any(
        "Only the office, a leader or the person who asks can type in what was said by telephone.",
        is_office,
        is_leader,
        is_asker,
    ),
    "ask_dsl": _any("Only somebody who decides can ask the DSL.", is_decider),
    "log": _any("Only the office can log a visit; nobody logs their own.", is_office, is_closed_desk),
    "plan_log": _any(
        "Only the office, the person who asked or somebody who goes can fill this in.",
        is_office,
        is_closed_desk,
        is_asker,
        is_visitor,
    ),
    "depart": _any(
        "Only somebody who goes, or the office for them, can say that they left.", is_visitor, is_office
    ),
    "did_not_leave": _any(
        "Only somebody who goes, or the office, can say that nobody left.", is_visitor, is_office
    ),
    "say": _any(
        "Only somebody who goes, or the office or agreed colleague for them, can report this.",
        is_visitor,
        is_caller,
        is_office,
        is_leader,
    ),
    "note": _any("Only somebody who goes can write to the office from here.", is_visitor),
    "report_incident": _any(
        "Only somebody who goes, the office or a leader can report an incident.",
        is_visitor,
        is_office,
        is_leader,
    ),
    "retime": _any("Only somebody who goes, or the office, can change the times.", is_visitor, is_office),
    "back": _any(
        "Only somebody who goes, or the office after speaking to them, can say who is back.",
        is_visitor,
        is_office,
        is_leader,
    ),
    "not_back": _any(
        "Only the office, a leader or somebody who went can undo this.", is_office, is_visitor, is_leader
    ),
    "cancel": _any(
        "Only the person who asked, somebody who goes, a decider or the office can cancel this visit.",
        is_asker,
        is_decider,
        is_office,
        is_visitor,
    ),
    "debrief": _any("Only a leader whom your policy names has this talk, never one who went.", is_debriefer),
    "agree_time": _any("Only the office or a leader can agree to more time.", is_office, is_leader),
    "next_step": _any(
        "Only whoever asked for the visit, who went, the attendance lead or a leader says what follows.",
        is_asker,
        is_visitor,
        is_leader,
        is_attendance_lead,
    ),
    "welfare": _any("The DSL team or the head decides this.", is_welfare_decider),
    "respond": _any(
        "Only the office, a leader of the school or somebody with the desk duty can do this.", is_responder
    ),
    "write": _any("Only somebody who went can write the record.", is_visitor),
    "record": _any("Only the lead visitor can finish the record.", is_writer),
    "agree_code_word": _any(
        "Only the office, a leader or somebody who goes can set a code word.",
        is_office,
        is_closed_desk,
        is_leader,
        is_visitor,
    ),
    "read": lambda staff, visit, now: None,
    "code_word": _any(
        "The code word is for the office, the leaders and the people who go.",
        is_visitor,
        is_caller,
        is_office,
        lambda staff, visit, now: staff.has_role(*READS_CODE_WORD, school=visit.school),
    ),
}


def refusal(staff: Staff, action: str, visit: Visit, now: dt.datetime) -> str | None:
    """Why this person may not do this now; None if they may."""
    if staff.trust_id != visit.school.trust_id:
        return "This visit belongs to another trust."
    return RULES[action](staff, visit, now)
