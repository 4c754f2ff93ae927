"""Asking for a visit: draft, send, change."""

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction

from homevisits.people.families import Pupil
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, School
from visits import telling
from visits.models import Attendee, Visit
from visits.permissions import refusal
from visits.registry import SNAPSHOTS
from visits.routes import goes_undecided, is_exempt, missing
from visits.states import State
from visits.story import ContactAttempt
from visits.transitions.circumstances import adopt
from visits.transitions.door import (
    Refused,
    happened,
    is_still,
    keep,
    moved,
    must_pass,
    must_stand_at,
    opened,
    rearm,
)
from visits.transitions.secret import hears, known_otherwise, take_off

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

DRAFT_FIELDS = {
    "kind",
    "reason_code",
    "reason_kind",
    "reason_explained",
    "purpose",
    "why_necessary",
    "alternatives",
    "concern_text",
    "household",
    "address",
    "postcode",
    "to_see_text",
    "child_there",
    "access",
    "depart_at",
    "start_at",
    "end_at",
    "return_at",
    "ooh_necessary",
    "ooh_no_alternative",
    "responsible_contact",
    "told",
    "told_whom",
    "told_at",
    "told_by",
    "parent_agreed",
    "ground_code",
    "ground_text",
    "lone_reason",
    "dsl_absent_reason",
    "two_may_escalate",
    "two_may_escalate_why",
    "no_interpreter_reason",
    "risk_known",
    "symptoms",
}


def new_ref() -> str:
    """A reference that says nothing and cannot be counted: "HV-7K3Q9"."""
    return "HV-" + "".join(secrets.choice(LETTERS) for _ in range(5))


def start_draft(
    *, by: Staff, school: School, now: dt.datetime, pupils: Sequence[Pupil] = (), follows: Visit | None = None
) -> Visit:
    """A new draft for a school at which this person works. The lead is the person who asks."""
    if not School.objects.visible_to(by).filter(pk=school.pk).exists():
        raise Refused("You can ask for visits at your own schools only.")
    with transaction.atomic():
        visit = _created(by=by, school=school, now=now, follows=follows)
        Attendee.objects.create(visit=visit, staff=by, is_lead=True, phone=by.mobile)
        visit.pupils.set(pupils)
        happened(visit, "draft", "Started a request", by=by, now=now)
    return visit


def _created(*, by: Staff, school: School, now: dt.datetime, follows: Visit | None) -> Visit:
    for _ in range(5):
        try:
            with transaction.atomic():
                return Visit.objects.create(
                    ref=new_ref(), school=school, requested_by=by, created_at=now, follows=follows
                )
        except IntegrityError:
            continue
    raise Refused("No reference could be found. Try again.")


def write_plan(
    visit: Visit,
    values: dict[str, Any],
    pupils: Sequence[Pupil] | None = None,
    to_see: Sequence[Any] | None = None,
    party: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Write the given parts of the plan on a locked visit. Raises KeyError for a field that is not of the plan."""
    if unknown := set(values) - DRAFT_FIELDS:
        raise KeyError(f"not of the plan: {sorted(unknown)}")
    forget_contact(visit, values)
    for field, value in values.items():
        setattr(visit, field, value)
    keep(visit, *values, "contact_acknowledged_at")
    if pupils is not None:
        visit.pupils.set(pupils)
    if to_see is not None:
        visit.to_see.set(to_see)
    if party is not None:
        _write_party(visit, party)


def forget_contact(visit: Visit, values: dict[str, Any]) -> None:
    """Another responsible contact has to say anew that they check on the visitors (TC-106). Saved by the caller."""
    if "responsible_contact" in values and values["responsible_contact"] != visit.responsible_contact:
        visit.contact_acknowledged_at = None


def _write_party(visit: Visit, party: Sequence[dict[str, Any]]) -> None:
    """Make the party these people, keeping what is known of those who stay."""
    staying = []
    visit.attendees.update(is_lead=False)
    for person in party:
        who = {"staff": person["staff"]} if person.get("staff") else {"staff": None, "name": person["name"]}
        attendee = visit.attendees.filter(**who).first() or Attendee(visit=visit, **who)
        attendee.organisation = person.get("organisation", attendee.organisation)
        attendee.phone = (
            person.get("phone") or attendee.phone or (attendee.staff.mobile if attendee.staff else "")
        )
        attendee.is_lead = bool(person.get("is_lead"))
        attendee.is_interpreter = bool(person.get("is_interpreter", attendee.is_interpreter))
        attendee.save()
        staying.append(attendee.pk)
    _take_off(visit, staying)
    visit.__dict__.pop("party", None)


def _take_off(visit: Visit, staying: Sequence[int]) -> None:
    """Take everybody else off; who has been out on this visit stays in its story, so in its party."""
    leaving = visit.attendees.exclude(pk__in=staying)
    been_out = known_otherwise(leaving).select_related("staff").first()
    if been_out:
        raise Refused(
            f"{been_out.short_name} has been out on this visit already. Cancel it and ask again like it."
        )
    take_off(leaving)


def keep_draft(*, visit: Visit, by: Staff, now: dt.datetime, values: dict[str, Any], **parts: Any) -> Visit:
    """Keep what was typed so far; nothing is asked of it yet."""
    with opened(visit, by=by, action="edit", now=now) as fresh:
        is_still(fresh, State.DRAFT)
        write_plan(fresh, values, **parts)
    return fresh


@hears("note")
def note_attempt(
    *,
    visit: Visit,
    pupil: Pupil,
    by: Staff,
    now: dt.datetime,
    at: dt.datetime,
    channel: str,
    result: str,
    note: str = "",
) -> ContactAttempt:
    """Note a call or message to the family (AF-020, PS-009)."""
    if sentence := refusal(by, "amend", visit, now):
        raise Refused(sentence)
    return ContactAttempt.objects.create(
        visit=visit, pupil=pupil, by=by, at=at, channel=channel, result=result, note=note
    )


def submit(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """Send the request: pin the policy, ask the gate, ask the deciders (TC-069).

    A visit that the EWO initiates or attends goes on without the head (TC-092); the event says so.
    """
    with opened(visit, by=by, action="submit", now=now) as fresh:
        if not must_stand_at(fresh, "submit", by=by):
            return fresh
        fresh.policy = Policy.objects.in_force(fresh.school)
        fresh.__dict__.pop("rules", None)
        _become_asker(fresh, by)
        fresh.kind = kind_of(fresh)
        must_pass("submit", fresh, now)
        adopt(fresh)
        fresh.submitted_at = now
        fresh.ended_reason = ""
        fresh.attendance_note = "; ".join(filter(None, (note(fresh) for note in SNAPSHOTS)))[:200]
        moved(
            fresh,
            "submit",
            "policy",
            "kind",
            "submitted_at",
            "ended_reason",
            "attendance_note",
            "requested_by",
        )
        happened(
            fresh,
            "submitted",
            "Sent the request",
            by=by,
            now=now,
            policy=fresh.policy.number if fresh.policy else 0,
        )
        if is_exempt(fresh):
            happened(
                fresh,
                "exempt",
                "Needs no head's authorisation: the EWO initiates or attends",
                by=by,
                now=now,
                clauses=["TC-092"],
            )
        note_undecided(fresh, by=by, now=now)
        asked = [] if authorise_if_ready(fresh, by=by, now=now) else ask_deciders(fresh, now=now)
        telling.tell_safeguarding(fresh, asked=asked, now=now)
        rearm(fresh, now=now)
    return fresh


def _become_asker(visit: Visit, by: Staff) -> None:
    """Whoever was asked to make the visit sends it, so it is their request from then on (TC-184)."""
    if visit.asked_of_id == by.pk:
        visit.requested_by = by


def note_undecided(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Write once in its story that an emergency goes ahead without a decision, so that it is looked at afterwards."""
    if goes_undecided(visit) and not is_exempt(visit) and not visit.is_undecided:
        sentence = "An emergency: goes ahead without a decision, and is looked at afterwards"
        happened(visit, "undecided", sentence, by=by, now=now)


def kind_of(visit: Visit) -> str:
    """An emergency ground makes the visit an emergency one (AF-019, PS-008)."""
    if visit.told == Visit.Told.NO and visit.rules:
        ground = visit.rules.noticegrounds.filter(code=visit.ground_code).first()
        if ground and ground.is_emergency:
            return Visit.Kind.EMERGENCY
    return visit.kind


def ask_deciders(visit: Visit, *, now: dt.datetime) -> list[Staff]:
    """Tell everybody who can take a missing decision; urgent for an emergency. Gives back whom."""
    emergency = visit.kind == Visit.Kind.EMERGENCY
    body = "A home visit waits for your decision. Open it to read why, who goes and when."
    if visit.is_retrospective:
        body = "A home visit took place without a request. Open it and say whether it was right."
    return telling.tell(
        telling.waiting_deciders(visit, now),
        visit,
        what="asked",
        subject=f"{visit.ref} waits for your decision" + (" (emergency)" if emergency else ""),
        body=body,
        path=f"/dashboard/?visit={visit.ref}",
        now=now,
        urgent=emergency,
    )


def authorise_if_ready(visit: Visit, *, by: Staff, now: dt.datetime) -> bool:
    """Authorise a locked, requested visit once every decision is in and nothing blocks; whether it was."""
    from visits import gates

    if visit.state != State.REQUESTED or missing(visit) or gates.blocking("authorise", visit, now):
        return False
    if visit.is_retrospective:
        look_back(visit, by=by, now=now)
        return True
    moved(visit, "authorise")
    happened(visit, "authorised", "Authorised", by=by, now=now)
    telling.tell(
        telling.askers(visit),
        visit,
        what="authorised",
        subject=f"{visit.ref} is authorised",
        body="The visit is authorised. The office logs it before you leave.",
        now=now,
    )
    telling.tell(
        telling.office(visit, now),
        visit,
        what="to_log",
        subject=f"{visit.ref} is ready to be logged",
        body="A home visit is authorised and waits to be logged.",
        path=f"/visits/{visit.ref}/log/",
        now=now,
    )
    telling.tell(
        telling.briefers_of(visit),
        visit,
        what="to_brief",
        subject=f"{visit.ref}: somebody waits for your briefing",
        body="A home visit is authorised. Open it and brief those who go before they leave.",
        path=f"/visits/{visit.ref}/briefing/",
        now=now,
    )
    return True


def look_back(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Move a reported visit on to its record, whether or not it was right to make it.

    Its times become what happened; everybody is back, as whoever reported it says.
    """
    visit.departed_at, visit.arrived_at, visit.left_at = visit.depart_at, visit.start_at, visit.end_at
    visit.returned_at = visit.return_at
    for attendee in visit.party:
        attendee.back_at, attendee.back_by = visit.return_at, visit.requested_by
        attendee.back_how, attendee.back_identity = Attendee.Back.AT_SCHOOL, "Reported afterwards"
        attendee.save(update_fields=["back_at", "back_by", "back_how", "back_identity"])
    moved(visit, "look_back", "departed_at", "arrived_at", "left_at", "returned_at")
    happened(visit, "looked_back", "Somebody looked back on it; the record is written now", by=by, now=now)
    telling.tell(
        telling.askers(visit),
        visit,
        what="looked_back",
        subject=f"{visit.ref}: write the record",
        body="The visit that you reported has been looked at. Its record is still to be written.",
        path=f"/visits/{visit.ref}/record/",
        now=now,
    )
