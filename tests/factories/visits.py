"""Visits brought to any state by walking the real transitions: no test starts where nobody could be.

A walk that was taken before, by the same people in the same world at the same time, is put back
as it was written then (tests/kept.py).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from homevisits.clock import app_now, london_day
from homevisits.people.models import Clearance, Contact, ContactLink, Pupil, Reading, Staff
from homevisits.trusts.models import Policy
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.factories.people import HouseholdFactory, PupilFactory
from tests.kept import kept
from visits import transitions
from visits.briefing import briefings
from visits.codeword import has_code_word, set_code_word
from visits.guidance import departure_checks
from visits.models import Briefing, Visit
from visits.routes import deciders, is_exempt, missing, route, wants_contact
from visits.states import State
from visits.story import ContactAttempt

REASON = {
    "three_counties": "LOW_ATTENDANCE",
    "aspirational_futures": "ATTENDANCE_CONCERN",
    "poulton_le_sands": "ATTENDANCE_CONCERN",
}


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def a_pupil(cast: Cast, **fields: Any) -> Pupil:
    """A pupil of the cast's school at a home, with a mother who has parental responsibility."""
    household = fields.pop("household", None) or HouseholdFactory(trust=cast.trust)
    pupil = PupilFactory(school=cast.school, household=household, **fields)
    mother = Contact.objects.create(
        trust=cast.trust, household=household, first_name="Maria", last_name="Novak", phone="+447700900555"
    )
    ContactLink.objects.create(
        pupil=pupil,
        contact=mother,
        relationship="mother",
        has_parental_responsibility=True,
        may_be_discussed_with=True,
    )
    return pupil


def attempt(
    pupil: int, by: Staff, at: dt.datetime, channel: str, result: str = "no_answer"
) -> ContactAttempt:
    """A call or message to a pupil's family."""
    return ContactAttempt.objects.create(pupil_id=pupil, by=by, at=at, channel=channel, result=result)


TRAINED = ("dbs_enhanced", "violence_prevention", "early_help", "home_visits")


def checked(*people: Staff) -> None:
    """Give people what lets them go: the check, the training, the papers read. Writes new rows alone."""
    ids = {person.pk for person in people}
    have = set(Clearance.objects.filter(staff__in=ids).values_list("staff_id", flat=True))
    issued = london_day(app_now()) - dt.timedelta(days=365)
    Clearance.objects.bulk_create(
        Clearance(staff_id=pk, kind=kind, issued_on=issued) for pk in ids - have for kind in TRAINED
    )
    read(*people)


def read(*people: Staff) -> None:
    """Have people confirm every policy of their trust, and the papers beside it."""
    trusts = {person.trust_id for person in people}
    policies = Policy.objects.published().filter(trust__in=trusts).prefetch_related("linkedpolicys")
    papers = [(p, title) for p in policies for title in ["", *(x.title for x in p.linkedpolicys.all())]]
    Reading.objects.bulk_create(
        [
            Reading(staff_id=pk, policy=policy, paper=title, read_at=app_now())
            for pk in {person.pk for person in people}
            for policy, title in papers
        ],
        ignore_conflicts=True,
    )


def briefed(cast: Cast, visit: Visit, now: dt.datetime) -> None:
    """Everybody who goes is briefed by whom the policy names, and has read it."""
    rows = []
    for one in briefings(visit):
        by = cast.ceo if one.staff.is_ewo or one.staff == cast.head else cast.head
        said = {"staff": one.staff, "confirmed_by": by, "confirmed_at": now, "acknowledged_at": now}
        if one.standing_row is None:
            rows.append(Briefing(policy=visit.rules, **said))
        if one.visit_row is None:
            rows.append(
                Briefing(policy=visit.rules, visit=visit, words="A quiet street; a small dog.", **said)
            )
    Briefing.objects.bulk_create(rows)


def assured(cast: Cast, visit: Visit, now: dt.datetime) -> None:
    """The EWO has made sure of the safeguarding arrangements of a visit that needs no head."""
    if is_exempt(visit):
        Visit.objects.filter(pk=visit.pk).update(
            safeguarding_confirmed_by=cast.ewo, safeguarding_confirmed_at=now
        )


def plan(now: dt.datetime) -> dict[str, dt.datetime]:
    """Leave now, arrive in ten minutes, half an hour there, back in fifty-five."""
    return {
        "depart_at": now,
        "start_at": now + minutes(10),
        "end_at": now + minutes(40),
        "return_at": now + minutes(55),
    }


@kept
def draft(
    cast: Cast,
    *,
    by: Staff | None = None,
    party: Sequence[Staff] | None = None,
    now: dt.datetime | None = None,
    pupil: Pupil | None = None,
    **values: Any,
) -> Visit:
    """A draft that could be sent: by the teacher, with a colleague, parents told and agreed."""
    now = now or app_now()
    by = by or cast.teacher
    party = (
        party if party is not None else ([by, cast.colleague] if by != cast.colleague else [by, cast.teacher])
    )
    checked(by, *party)
    pupil = pupil or a_pupil(cast)
    visit = transitions.start_draft(by=by, school=cast.school, now=now, pupils=[pupil])
    home = pupil.household
    facts: dict[str, Any] = {
        "reason_code": REASON[cast.policy.preset],
        "purpose": "Understand why mornings are hard and agree a plan.",
        "why_necessary": "Meetings in school were offered and missed twice.",
        "household": home,
        "address": home.address,
        "postcode": home.postcode,
        "to_see_text": "Mother",
        "told": "call",
        "told_whom": "Maria Novak, mother",
        "told_at": now,
        "told_by": by,
        "parent_agreed": True,
        "two_may_escalate": False,
        **plan(now),
        **values,
    }
    people = [{"staff": person, "is_lead": index == 0} for index, person in enumerate(party)]
    return transitions.keep_draft(visit=visit, by=by, now=now, values=facts, party=people)


@kept
def requested(cast: Cast, **options: Any) -> Visit:
    visit = draft(cast, **options)
    now = options.get("now") or app_now()
    return transitions.submit(visit=visit, by=visit.requested_by, now=now)


def assessed(cast: Cast, visit: Visit, now: dt.datetime) -> Visit:
    """The risk assessment, and the lone one where somebody goes alone, by who the policy names."""
    fresh = Visit.objects.get(pk=visit.pk)
    roles = fresh.rules.risk_assessor_roles if fresh.rules else []
    people = [fresh.requested_by, cast.head, cast.dsl, cast.slt, cast.ceo, cast.ewo]
    by = next(
        p
        for p in people
        if not roles or p.has_role(*roles, school=fresh.school) or (p == fresh.requested_by and p.is_ewo)
    )
    return transitions.assess_risk(
        visit=visit,
        by=by,
        now=now,
        level="low",
        text="Known family, quiet street.",
        lone="Own car, daylight.",
    )


@kept
def authorised(cast: Cast, **options: Any) -> Visit:
    """Every decision that the route asks for, each by somebody who may."""
    visit = requested(cast, **options)
    now = options.get("now") or app_now()
    assessed(cast, visit, now)
    while needs := missing(fresh := Visit.objects.get(pk=visit.pk)):
        decider = deciders(needs[0], fresh, now).first()
        assert decider is not None, f"nobody can decide on {needs[0]}"
        transitions.answer(
            visit=visit,
            by=decider,
            now=now,
            reply="yes",
            reason="Needed, and best for the pupil.",
            kinds=[n.kind for n in route(fresh)],
            necessary=True,
            best_interests=True,
            safeguarding=True,
        )
    ready = Visit.objects.get(pk=visit.pk)
    briefed(cast, ready, now)
    assured(cast, ready, now)
    return Visit.objects.get(pk=visit.pk)


def log_facts(cast: Cast, visit: Visit) -> dict[str, Any]:
    """What the office fills in: phones, on foot, and the office itself calls."""
    fresh = Visit.objects.get(pk=visit.pk)
    phones = {a.pk: {"phone": a.phone or "+447700900111", "travel": "walks"} for a in fresh.party}
    return {"values": {"checkin_colleague": cast.office, "responsible_contact": cast.slt}, "people": phones}


@kept
def logged(cast: Cast, **options: Any) -> Visit:
    visit = authorised(cast, **options)
    now = options.get("now") or app_now()
    if not has_code_word(visit):
        set_code_word(school=cast.school, word="Is the blue folder on my desk?", by=cast.office, now=now)
    visit = transitions.log(visit=visit, by=cast.office, now=now, **log_facts(cast, visit))
    if wants_contact(visit):
        visit = transitions.acknowledge_contact(visit=visit, by=cast.slt, now=now)
    return visit


@kept
def out(cast: Cast, **options: Any) -> Visit:
    visit = logged(cast, **options)
    now = options.get("now") or app_now()
    lead = Visit.objects.get(pk=visit.pk).lead
    assert lead is not None
    assert lead.staff is not None
    ticked = [item.pk for item in departure_checks(visit)]
    return transitions.depart(visit=visit, by=lead.staff, now=now, checks=ticked)


@kept
def returned(cast: Cast, **options: Any) -> Visit:
    visit = out(cast, **options)
    now = options.get("now") or app_now()
    for attendee in Visit.objects.get(pk=visit.pk).party:
        visit = transitions.say_back(
            visit=visit, by=cast.office, now=now, attendee=attendee, identity="Saw them at the desk"
        )
    return visit


@kept
def recorded(cast: Cast, **options: Any) -> Visit:
    visit = returned(cast, **options)
    now = options.get("now") or app_now()
    lead = visit.lead
    assert lead is not None
    transitions.keep_record(
        visit=visit,
        by=lead.staff,
        now=now,
        values=record_facts(visit),
        outcome="completed",
        people=[("Maria Novak", "mother")],
        actions=[],
    )
    return transitions.record(visit=visit, by=lead.staff, now=now)


def record_facts(visit: Visit) -> dict[str, Any]:
    """A record with its compulsory parts."""
    choices = visit.rules.file_choices if visit.rules else []
    return {
        "place": visit.address,
        "pupil_seen": "in_home",
        "pupil_spoken": "with_adult",
        "discussed": "Mornings, the bus, and who can help.",
        "facts": "The pupil was dressed and had eaten.",
        "opinions": "The family wants to work with us.",
        "nothing_agreed": True,
        "concern": "no",
        "file_destination": choices[0] if choices else "",
    }


BUILDERS: dict[str, Callable[..., Visit]] = {
    State.DRAFT: draft,
    State.REQUESTED: requested,
    State.AUTHORISED: authorised,
    State.LOGGED: logged,
    State.IN_PROGRESS: out,
    State.RETURNED_SAFE: returned,
    State.RECORDED: recorded,
}


@kept
def declined(cast: Cast, **options: Any) -> Visit:
    visit = requested(cast, **options)
    now = options.get("now") or app_now()
    decider = deciders(missing(visit)[0], visit, now).first()
    return transitions.answer(visit=visit, by=decider, now=now, reply="no", reason="Meet in school first.")


@kept
def cancelled(cast: Cast, **options: Any) -> Visit:
    visit = requested(cast, **options)
    return transitions.cancel(
        visit=visit, by=visit.requested_by, now=options.get("now") or app_now(), reason="The family came in."
    )


BUILDERS |= {State.DECLINED: declined, State.CANCELLED: cancelled}


def in_state(cast: Cast, state: str, **options: Any) -> Visit:
    """A visit in any state, by its real way there."""
    return BUILDERS[State(state)](cast, **options)


def give_role(staff: Staff, role: RoleName, cast: Cast) -> None:
    """Another role at the cast's school."""
    staff.roles.create(role=role, school=cast.school)
    staff.__dict__.pop("held", None)


def fresh(visit: Visit) -> Visit:
    """The visit as the database has it now."""
    return Visit.objects.get(pk=visit.pk)
