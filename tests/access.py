"""A small world in which every address has an object at the own school, another school and another trust."""

import dataclasses
import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from attendance.models import Agreement, Mark
from attendance.proposing import propose
from homevisits.notices.models import Notice
from homevisits.people import keeping as people
from homevisits.people.importing.models import Import
from homevisits.people.models import Away, DeskDuty, HouseholdMember, SchoolTraining
from homevisits.trusts import publishing
from homevisits.trusts.models import Closure, Overlay, SchoolPaper
from homevisits.trusts.roles import RoleName
from homevisits.upkeep import editions, files
from homevisits.upkeep import keeping as upkeep
from homevisits.upkeep.models import Edition
from safeguarding.raising import raise_concern
from tests.cast import Cast, make_cast
from tests.factories import visits as make
from tests.factories.people import ClearanceFactory, HouseholdWarningFactory, VehicleFactory, staff_with
from visits import transitions
from visits.models import Document, TuitionSeries, Visit


def addresses() -> dict[str, URLPattern]:
    """Every named address of the product, by name."""

    def walk(resolver: URLResolver) -> Any:
        for pattern in resolver.url_patterns:
            yield from walk(pattern) if isinstance(pattern, URLResolver) else [pattern]

    return {pattern.name: pattern for pattern in walk(get_resolver()) if pattern.name}


@dataclass(frozen=True)
class Place:
    """One of each thing that an address may name, all of one school."""

    visits: dict[str, Visit]
    kwargs: dict[str, dict[str, Any]]


def at_other_school(cast: Cast) -> Cast:
    """The same trust's other school, with people of its own."""
    school = cast.other_school
    parts = {
        "teacher": RoleName.VISITOR,
        "colleague": RoleName.VISITOR,
        "office": RoleName.OFFICE,
        "dsl": RoleName.DSL,
        "slt": RoleName.SLT,
        "deputy": RoleName.DEPUTY_DSL,
        "head": RoleName.HEADTEACHER,
        "attendance": RoleName.ATTENDANCE_OFFICER,
    }
    people = {part: staff_with(role, school, last_name=f"Other {part}") for part, role in parts.items()}
    return dataclasses.replace(cast, school=school, other_school=cast.school, **people)


def place(cast: Cast, now: dt.datetime) -> Place:
    """Objects for every address, by walking what people really do."""
    visits = {
        state: make.in_state(cast, state, now=now) for state in ("draft", "requested", "authorised", "logged")
    }
    visits["out"] = make.out(cast, now=now)
    visits["returned"] = make.returned(cast, now=now)
    visits["recorded"] = _with_agreement(cast, now)
    transitions.ask_for_help(visit=visits["out"], by=cast.teacher, now=now)
    return Place(visits, _kwargs(cast, visits, now))


def _with_agreement(cast: Cast, now: dt.datetime) -> Visit:
    visit = make.returned(cast, now=now)
    transitions.keep_record(
        visit=visit,
        by=cast.teacher,
        now=now,
        outcome="completed",
        people=[("Maria", "mother")],
        values=make.record_facts(visit) | {"nothing_agreed": False},
        actions=[("Ring on Monday", "D. Mensah", dt.date(2026, 12, 7))],
    )
    return transitions.record(visit=visit, by=cast.teacher, now=now)


def _kwargs(cast: Cast, visits: dict[str, Visit], now: dt.datetime) -> dict[str, dict[str, Any]]:
    out, pupil = visits["out"], visits["out"].pupils.get()
    warning = HouseholdWarningFactory(household=pupil.household, author=cast.dsl)
    member = HouseholdMember.objects.create(household=pupil.household, name="Uncle Jan")
    concern, _ = raise_concern(pupil=pupil, visit=out, by=cast.teacher, now=now, facts="No food.")
    _absent(cast, now)
    Document.objects.filter(visit=visits["recorded"]).update(state="ready", pdf=b"%PDF-1.7")
    upload = Import.objects.create(
        school=cast.school,
        kind="pupils",
        name="p.csv",
        text="UPN\nx",
        uploaded_by=cast.office,
        uploaded_at=now,
    )
    series = TuitionSeries.objects.create(
        school=cast.school,
        pupil=pupil,
        tutor=cast.teacher,
        subject="English",
        started_by=cast.head,
        started_at=now,
    )
    during = (now + make.minutes(500), now + make.minutes(600))
    staff = {"pk": cast.colleague.pk}
    link = pupil.contact_links.get()
    return {
        "pupil": {"pk": pupil.pk},
        "series": {"pk": series.pk},
        "link": {"pk": link.pk},
        "household": {"pk": pupil.household.pk},
        "warning": {"pk": warning.pk},
        "member": {"pk": member.pk},
        "staff": staff,
        "staff_role": staff | {"role": cast.colleague.roles.get().pk},
        "staff_vehicle": staff | {"vehicle": VehicleFactory(staff=cast.colleague).pk},
        "staff_clearance": staff | {"clearance": ClearanceFactory(staff=cast.colleague).pk},
        "staff_away": staff | {"away": Away.objects.create(staff=cast.colleague, during=during).pk},
        "duty": {
            "pk": DeskDuty.objects.create(
                school=cast.school, staff=cast.slt, set_by=cast.head, during=during
            ).pk
        },
        "import": {"pk": upload.pk},
        "alarm": {"key": out.alarms.get().uuid},
        "notice": {"key": Notice.objects.filter(recipient=cast.office).first().uuid},
        "concern": {"uuid": concern.uuid},
        "text_account": {"account": uuid.UUID(int=2)},
        "proposal": {"pk": cast.school.proposals.get().pk},
        "agreement": {"pk": Agreement.objects.get(visit=visits["recorded"]).pk},
        "document": {"uuid": visits["recorded"].documents.filter(kind="record").get().uuid},
        "school": {"slug": cast.school.slug},
        "paper": {"slug": cast.school.slug, "pk": _paper(cast, now).pk},
        "overlay": {"slug": cast.school.slug, "pk": _overlay(cast, now).pk},
        "school_training": {"slug": cast.school.slug, "pk": _training(cast, now).pk},
        "public_trust": {"trust": cast.trust.slug},
        "public_school": {"trust": cast.trust.slug, "school": cast.school.slug},
        "span": {"slug": cast.school.slug, "kind": "closures", "pk": _closure(cast).pk},
        "attendee": {"ref": out.ref, "attendee": out.attendees.first().pk},
    } | {state: {"ref": visit.ref} for state, visit in visits.items()}


def _paper(cast: Cast, now: dt.datetime) -> SchoolPaper:
    file = files.read("form.pdf", b"%PDF-1.7")
    return upkeep.add_paper(
        school=cast.school, kind="risk_template", title="Form", file=file, by=cast.head, now=now
    )


def _overlay(cast: Cast, now: dt.datetime) -> Overlay:
    return upkeep.start_overlay(
        school=cast.school,
        starts_on=dt.date(2027, 2, 1),
        ends_on=None,
        reason="Measles",
        source="UKHSA",
        by=cast.head,
        now=now,
    )


def _training(cast: Cast, now: dt.datetime) -> SchoolTraining:
    return people.ask_training(school=cast.school, title="Cultural awareness", by=cast.head, now=now)


def _closure(cast: Cast) -> Closure:
    return Closure.objects.create(
        school=cast.school,
        kind="inset",
        name="INSET",
        starts_on=dt.date(2027, 1, 4),
        ends_on=dt.date(2027, 1, 4),
    )


def _absent(cast: Cast, now: dt.datetime) -> None:
    pupil = make.a_pupil(cast)
    for day in (23, 24, 25):
        for session in ("am", "pm"):
            Mark.objects.create(pupil=pupil, day=dt.date(2026, 11, day), session=session, code="N")
    propose(school=cast.school, now=now)


@dataclass(frozen=True)
class World:
    """The cast, and the three places."""

    cast: Cast
    places: dict[str, Place]
    policies: dict[str, dict[str, dict[str, Any]]]

    def kwargs(self, kind: str, where: str) -> dict[str, Any]:
        """What an address needs to name a thing of this kind at a place."""
        if kind in self.policies:
            return self.policies[kind][where]
        return self.places[where].kwargs[kind]


def world(now: dt.datetime) -> World:
    """Own school, other school of the trust, other trust."""
    cast = make_cast("three_counties")
    others = {"own": cast, "other_school": at_other_school(cast), "other_trust": make_cast("three_counties")}
    places = {where: place(each, now) for where, each in others.items()}
    drafts = {}
    for where in ("own", "other_trust"):
        each = others[where]
        drafts[where] = publishing.start_draft(
            trust=each.trust, school=None, by=each.admin, now=now, based_on=each.policy
        )
    for each in others.values():
        editions.refresh(each.trust, now=now)
    Edition.objects.update(state="ready", pdf=b"%PDF-1.7")
    return World(cast, places, _policies(others, drafts))


def _policies(others: dict[str, Cast], drafts: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    """Policies are of a trust: the other school's is the own one."""
    where = {"own": "own", "other_school": "own", "other_trust": "other_trust"}
    draft = {place: drafts[of] for place, of in where.items()}
    return {
        "policy": {place: {"pk": others[of].policy.pk} for place, of in where.items()},
        "law": {place: {"pk": others[of].trust.laws.first().pk} for place, of in where.items()},
        "policy_draft": {place: {"pk": d.pk} for place, d in draft.items()},
        "policy_section": {place: {"pk": d.pk, "section": "late"} for place, d in draft.items()},
        "policy_rows": {place: {"pk": d.pk, "rows": "reasons"} for place, d in draft.items()},
        "policy_row": {
            place: {"pk": d.pk, "rows": "reasons", "row": d.reasons.first().pk} for place, d in draft.items()
        },
    }


def nowhere(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same address for a thing that does not exist."""
    missing = {
        "pk": 987654321,
        "ref": "HV-ZZZZZ",
        "key": uuid.UUID(int=1),
        "uuid": uuid.UUID(int=1),
        "slug": "no-such",
    }
    return {name: missing.get(name, value) for name, value in kwargs.items()}
