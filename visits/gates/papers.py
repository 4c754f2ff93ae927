"""What is asked besides: insurance, the appointment form and its questions, safeguarding arrangements, the contact's word."""

import datetime as dt
from collections.abc import Iterator

from homevisits.clock import london_day
from homevisits.trusts.choices import Strength
from homevisits.trusts.models import Insurance
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.routes import cites, is_exempt, wants_contact
from visits.story import Document


@gate("log")
@gate("depart")
def insured(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """The trust's cover for staff who make visits is in date on the day (TC-046)."""
    rules = visit.rules
    if rules is None or rules.insurance_rule == Strength.OFF:
        return
    on = london_day(visit.start_at or now)
    cover = Insurance.objects.filter(
        trust=visit.school.trust_id, starts_on__lte=on, expires_on__gte=on
    ).first()
    yield need(
        cover,
        "insurance",
        f"No insurance of the trust is on file for {on:%-d %B %Y}. Ask your trust admin to enter it.",
        met=f"Insured: {cover}",
        clauses=cites(rules, "insurance_rule"),
        fix="insurance",
        blocks=rules.insurance_rule == Strength.BLOCK,
    )


@gate("log")
def further_questions(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """What the school's appointment form asks besides (TC-101)."""
    rules = visit.rules
    asked = [field for field in rules.extrafields.all() if field.is_required] if rules else []
    given = dict(visit.extra_answers.values_list("code", "text")) if asked else {}
    for field in asked:
        yield need(
            given.get(field.code, "").strip(),
            f"extra_{field.code}",
            f"Fill in “{field.label}”.",
            met=f"{field.label}: filled in",
            clauses=field.clauses,
            fix="log",
        )


@gate("depart")
def appointment_form(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """The appointment form is asked for before anybody leaves; nobody waits for a PDF that is late or fails (TC-097)."""
    rules = visit.rules
    if rules is None or not rules.appointment_form_required:
        return
    copies = visit.documents.filter(kind=Document.Kind.APPOINTMENT)
    states = set(copies.values_list("state", flat=True))
    is_coming = bool(states & {Document.State.QUEUED, Document.State.MAKING})
    yield need(
        Document.State.READY in states,
        "appointment_form",
        "The appointment form is being made. Open it to have it at hand."
        if is_coming
        else "There is no appointment form of this visit. Open it: that makes it and keeps it.",
        met="The appointment form is made and kept",
        clauses=cites(rules, "appointment_form_required"),
        fix=f"/visits/{visit.ref}/appointment.pdf",
        blocks=not states,
    )


@gate("log")
def safeguarding_arrangements(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """For visits that need no head, the EWO makes sure of the safeguarding arrangements (TC-060)."""
    rules = visit.rules
    if rules is None or not rules.confirm_safeguarding or not is_exempt(visit):
        return
    by = visit.safeguarding_confirmed_by
    ewo = rules.role_label("ewo")
    yield need(
        visit.safeguarding_confirmed_at,
        "safeguarding",
        f"The {ewo} confirms on the visit's page that safeguarding arrangements are in place.",
        met=f"Safeguarding arrangements are in place: {by.short_name if by else ''}",
        clauses=cites(rules, "confirm_safeguarding"),
        fix="safeguarding",
    )


@gate("depart")
def contact_knows(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Out of hours the responsible contact has said that they check on these people (TC-106)."""
    rules, contact = visit.rules, visit.responsible_contact
    if rules is None or not (rules.contact_must_acknowledge and wants_contact(visit)):
        return
    name = contact.short_name if contact else "The responsible contact"
    yield need(
        contact and visit.contact_acknowledged_at,
        "contact",
        f"{name} has not confirmed yet that they check on you. Ring them, or ask the office to choose somebody else.",
        met=f"{name} knows and checks on you",
        clauses=cites(rules, "contact_must_acknowledge"),
        fix="contact",
    )
