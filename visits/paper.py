"""What the appointment form says, and the letterhead of every document: plain words from a visit's facts.

The same facts give the same words, whoever prints them and when. The code word is never among
them; the office's copy leaves out why the visit is made.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from homevisits.clock import local, london_day
from homevisits.people.holding import dbs_of, dbs_reaches, held
from homevisits.people.models import Staff
from homevisits.trusts.choices import DbsLevel, Ladder, Strength
from visits import climbing
from visits.guidance import departure_checks
from visits.models import Attendee, Visit
from visits.risk import first_minutes
from visits.routes import is_exempt, is_out_of_hours, standing
from visits.story import Decision

Facts = list[tuple[str, str]]
EARLY_YEARS = {"R": "Reception", "N": "Nursery"}


def day(at: dt.datetime | None) -> str:
    """ "Thu 26 Nov 2026" on the school's calendar."""
    return f"{local(at):%a %-d %b %Y}" if at else ""


def clock(at: dt.datetime | None) -> str:
    """ "09:55" on the school's wall."""
    return f"{local(at):%H:%M}" if at else ""


def moment(at: dt.datetime | None) -> str:
    """ "26 Nov 2026 09:31"."""
    return f"{local(at):%-d %b %Y %H:%M}" if at else ""


def told(*facts: tuple[str, str]) -> Facts:
    """The facts that there are."""
    return [(name, text.strip()) for name, text in facts if text.strip()]


def letterhead(visit: Visit) -> dict[str, Any]:
    """Whose paper it is (AF-068, PS-001), and the policy in the footer."""
    school = visit.school
    trust = "" if school.name == school.trust.name else school.trust.name
    return {
        "ref": visit.ref,
        "school": ", ".join(filter(None, [school.name, trust])),
        "motto": school.motto or school.trust.motto,
        "contact": " · ".join(filter(None, [f"{school.address}, {school.postcode}", spoken(school.phone)])),
        "policy": str(visit.rules) if visit.rules else "No policy in force",
    }


def spoken(phone: Any) -> str:
    """A number as people write it."""
    return str(getattr(phone, "as_national", phone) or "")


def pupils(visit: Visit) -> str:
    """ "Ivy Child, Year 5 (5B); Noah Child, Year 3"."""
    listed = []
    for pupil in visit.pupils.all():
        group = f" ({pupil.reg_group})" if pupil.reg_group else ""
        listed.append(f"{pupil}, {year(pupil.year_group)}{group}")
    return "; ".join(listed)


def year(group: str) -> str:
    """ "Year 5", "Reception"; anything else as it is written."""
    return f"Year {group}" if group.isdigit() else EARLY_YEARS.get(group, group)


def place(visit: Visit) -> str:
    return ", ".join(filter(None, [visit.address, visit.postcode]))


def whom(visit: Visit) -> str:
    """Whom the visitors want to see, and whether the child should be there."""
    people = [str(link) for link in visit.to_see.select_related("contact")]
    child = visit.get_child_there_display().lower() if visit.child_there else ""
    return "; ".join(filter(None, [*people, visit.to_see_text, child]))


def language(visit: Visit) -> str:
    """The languages of those whom the visitors want to see, and whether somebody interprets."""
    contacts = [link.contact for link in visit.to_see.select_related("contact")]
    if not contacts:
        return ""
    spoken_there = ", ".join(sorted({contact.language for contact in contacts}))
    helped = any(contact.interpreter_needed for contact in contacts)
    return f"{spoken_there}. {'An interpreter is needed.' if helped else 'No interpreter needed.'}"


def parents_told(visit: Visit, *, for_office: bool) -> str:
    """Whether the parents were told; on what ground not, unless that would say why the visit is made."""
    if visit.told != Visit.Told.NO:
        how = visit.get_told_display() if visit.told else "Not stated"
        whom_and_when = ", ".join(filter(None, [visit.told_whom, moment(visit.told_at)]))
        return f"{how}. {whom_and_when}".strip(". ") + "."
    if for_office or not visit.rules:
        return "No."
    ground = visit.rules.noticegrounds.filter(code=visit.ground_code).first()
    allowed = f"Allowed ground: {str(ground)[0].lower()}{str(ground)[1:]}." if ground else ""
    return " ".join(filter(None, ["No.", allowed, visit.ground_text]))


def appointment_words(visit: Visit, *, for_office: bool) -> dict[str, Any]:
    """The appointment form (TC-097 to TC-102): who, when, where; and, but for the office, why."""
    return {
        "title": "Home visit appointment form",
        "aside": "Office copy, without the reason" if for_office else "Keep on the pupil file",
        "times": [
            ("Date", day(visit.start_at)),
            ("Leave", clock(visit.depart_at)),
            ("Visit", f"{clock(visit.start_at)} to {clock(visit.end_at)}"),
            ("Back by", clock(visit.return_at)),
        ],
        "visit": _visit_facts(visit, for_office),
        "people": [_person(attendee, visit) for attendee in visit.party],
        "know": know(visit),
        "safety": _safety(visit, for_office),
        "authorised": _authorised(visit, for_office),
        "checks": [item.text for item in departure_checks(visit)],
        "extras": extras(visit),
    }


def extras(visit: Visit) -> Facts:
    """The answers to what the school's form asks besides (TC-101)."""
    given = dict(visit.extra_answers.values_list("code", "text"))
    asked = visit.rules.extrafields.all() if given and visit.rules else []
    return told(*((field.label, given.get(field.code, "")) for field in asked))


def _visit_facts(visit: Visit, for_office: bool) -> Facts:
    why = (
        []
        if for_office
        else [
            ("Reason", ". ".join(filter(None, [str(visit.reason or ""), visit.reason_explained]))),
            ("Purpose", visit.purpose),
            ("Why a visit", visit.why_necessary),
        ]
    )
    hours = "Outside school hours." if is_out_of_hours(visit) else ""
    return told(
        ("Pupils" if visit.pupils.count() > 1 else "Pupil", pupils(visit)),
        ("Where", " ".join(filter(None, [f"{place(visit)}.", f"{visit.get_access_display()}.", hours]))),
        ("To see", whom(visit)),
        *why,
        ("Parents told", parents_told(visit, for_office=for_office)),
        ("Language", language(visit)),
    )


def _person(attendee: Attendee, visit: Visit) -> dict[str, str]:
    """Name and part, mobile, car, and the checks that hold on the day."""
    staff = attendee.staff
    part = staff.title if staff else attendee.organisation or "From outside"
    part += ", interprets" if attendee.is_interpreter else ""
    checks = _checks(staff, visit) if staff else []
    return {
        "name": f"{attendee}, {part}" + (" (lead)" if attendee.is_lead else ""),
        "phone": spoken(attendee.phone),
        "car": attendee.car,
        "checks": ", ".join(checks) or ("None on file" if staff else "Not ours to check"),
    }


def _checks(staff: Staff, visit: Visit) -> list[str]:
    """What somebody holds on the day of the visit as its policy counts it (TC-227)."""
    rules = visit.rules
    if not (visit.start_at and rules):
        return []
    on = london_day(visit.start_at)
    words = list(dict.fromkeys(str(clearance) for clearance in held(staff, rules.trainingrules.all(), on)))
    check = dbs_of(staff, on)
    if check and rules.dbs_rule != Strength.OFF and not dbs_reaches(check, rules.dbs_level):
        words[0] += f" (your policy asks for {DbsLevel(rules.dbs_level).label.lower()})"
    return words


def know(visit: Visit) -> list[str]:
    """What to know before going: warnings about the home that still stand, its circumstances, its entrance."""
    home = visit.household
    if home is None:
        return []
    warnings = [f"{w.get_kind_display()}. {w.note}" for w in home.warnings.filter(ended_at=None)]
    shared = (
        "Shared entrance: do not say there why you came." if home.entrance == home.Entrance.SHARED else ""
    )
    return list(filter(None, [*warnings, home.circumstances, shared]))


def _safety(visit: Visit, for_office: bool) -> Facts:
    rules = visit.rules
    if rules is None:
        return []
    return told(
        ("Risk assessment", _risk(visit, for_office)),
        ("Check-in", _check_in(visit)),
        ("Wait at the door", f"No longer than {rules.wait_minutes} minutes."),
        ("If not back", if_not_back(visit)),
    )


def _risk(visit: Visit, for_office: bool) -> str:
    if visit.risk is None:
        return "None in writing."
    level = f"Level: {visit.risk.get_level_display().lower()}."
    text = "" if for_office else " ".join(filter(None, [visit.risk.text, visit.lone_assessment]))
    return " ".join(
        filter(None, [f"{moment(visit.risk.assessed_at)} by {visit.risk.assessed_by}.", level, text])
    )


def _check_in(visit: Visit) -> str:
    """When the call begins and who makes it (TC-166)."""
    rules, colleague = visit.rules, visit.checkin_colleague
    first = first_minutes(visit, rules) if rules else 0
    if not (first and visit.start_at):
        return ""
    begins = visit.start_at + dt.timedelta(minutes=first)
    if colleague is None:
        return f"The office rings at {clock(begins)}."
    number = f", {spoken(colleague.mobile)}" if colleague.mobile else ""
    return f"{colleague}{number} rings at {clock(begins)}."


def if_not_back(visit: Visit) -> str:
    """The ladder with its times on the wall: who is told when (TC-118 to TC-122)."""
    rules, due = visit.rules, visit.return_due_at
    if not (rules and due):
        return ""
    steps = []
    for step in rules.laddersteps.filter(ladder=Ladder.SAFETY):
        roles = climbing.roles_for(step, visit.party)
        who = "everybody" if step.is_everybody else " and ".join(rules.role_label(role) for role in roles)
        steps.append(f"{clock(due + dt.timedelta(minutes=step.after_minutes))} {who}")
    return "; ".join(steps) + "; the police by a named person’s decision."


def _authorised(visit: Visit, for_office: bool) -> Facts:
    decisions = list(standing(visit).values())
    if for_office:
        decisions = [d for d in decisions if d.kind != Decision.Kind.DSL_INPUT]
    facts = [(d.get_kind_display(), _decided(d, for_office)) for d in decisions]
    if is_exempt(visit):
        facts.insert(0, ("The visit", "Needs no head’s authorisation: the EWO initiates or attends."))
    if not facts:
        facts.append(("The visit", "Not authorised yet. Nobody goes."))
    if visit.logged_by:
        facts.append(("Logged", f"{visit.logged_by}, {moment(visit.logged_at)}."))
    return told(*facts)


def _decided(decision: Decision, for_office: bool) -> str:
    no = "" if decision.answer == Decision.Answer.YES else f"{decision.get_answer_display()}:"
    said = f"{decision.decider}, {decision.decider.title.lower()}, {moment(decision.decided_at)}."
    confirmed = [
        word
        for word, holds in (
            ("necessary", decision.necessary),
            ("in the pupil’s best interests", decision.best_interests),
            ("safeguarding arrangements are in place", decision.safeguarding),
        )
        if holds
    ]
    joined = _sentence(confirmed)
    phoned = f"By telephone, typed in by {decision.typed_by}." if decision.typed_by else ""
    return " ".join(filter(None, [no, said, joined, phoned, "" if for_office else decision.reason]))


def _sentence(confirmed: Iterable[str]) -> str:
    text = " and ".join(confirmed)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
