"""What the office must know before anybody leaves."""

import datetime as dt
from collections.abc import Iterator

from homevisits.people.phones import written
from homevisits.trusts.choices import CheckInColleague, CodeWordRule, CodeWordScope
from visits.codeword import holds, stale_since
from visits.gates.checks import Check, gate, need
from visits.models import Attendee, Visit
from visits.routes import cites, is_short, wants_contact


@gate("log")
def phones_and_cars(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None:
        return
    for a in visit.party:
        if rules.phone_required:
            yield need(
                a.phone,
                "phone",
                f"Enter {a.short_name}'s mobile number.",
                met=f"{a.short_name}: {written(str(a.phone))}",
                clauses=cites(rules, "phone_required"),
                fix="log",
            )
        if rules.vehicle_required and a.staff_id:
            yield need(
                a.travel,
                "travel",
                f"Say how {a.short_name} travels.",
                met=f"{a.short_name}: {a.get_travel_display()}",
                clauses=cites(rules, "vehicle_required"),
                fix="log",
            )
        if rules.vehicle_required and a.travel == Attendee.Travel.DRIVES:
            yield need(
                a.vehicle or a.vehicle_text,
                "vehicle",
                f"Enter {a.short_name}'s car: make, model, colour and registration.",
                met=f"{a.short_name}'s car: {a.car}",
                clauses=cites(rules, "vehicle_required"),
                fix="log",
            )


@gate("log")
def colleague(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or rules.checkin_colleague == CheckInColleague.OFF:
        return
    reasoned = rules.checkin_colleague == CheckInColleague.WHERE_POSSIBLE and not is_short(visit)
    named = visit.checkin_colleague_id and not visit.includes(visit.checkin_colleague)
    yield need(
        named or (reasoned and visit.no_colleague_reason.strip()),
        "colleague",
        "Choose the colleague who makes the check-in call"
        + (", or say why that is not possible." if reasoned else "."),
        met=f"{visit.checkin_colleague} makes the check-in call" if named else "Why nobody calls is stated",
        clauses=cites(rules, "checkin_colleague"),
        fix="log",
    )


@gate("log")
def code_word(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or rules.code_word == CodeWordRule.NO:
        return
    if rules.code_word == CodeWordRule.PAIRS and len(visit.party) < 2:
        return
    where = {
        CodeWordScope.SCHOOL: "Set a code word for the school.",
        CodeWordScope.VISIT: "Set a code word for this visit.",
    }
    since = stale_since(visit, now)
    yield need(
        holds(visit, now),
        "code_word",
        f"The school's code word no longer counts since {since:%-d %B}: it is changed after "
        f"{rules.code_word_days} days. The office or a leader sets a new one."
        if since
        else where.get(
            CodeWordScope(rules.code_word_scope), "Set a code word for the school, or for this visit."
        ),
        met="A code word is in place",
        clauses=cites(rules, "code_word", "code_word_scope", "code_word_days"),
        fix="log",
    )


@gate("log")
def out_of_hours_contact(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not wants_contact(visit):
        return
    contact = visit.responsible_contact
    yield need(
        contact and not visit.includes(contact),
        "responsible_contact",
        "Choose who checks on the visitors out of hours; not somebody who goes.",
        met=f"{contact} checks on the visitors",
        clauses=cites(rules, "responsible_contact_required"),
        fix="log",
    )
    if contact:
        yield need(
            contact.mobile,
            "contact_phone",
            "The responsible contact has no mobile on file. Have it entered on their page, or choose somebody else.",
            met=f"{contact.short_name}: {written(str(contact.mobile))}",
            clauses=["TC-106"],
            fix="log",
        )


@gate("log")
def countersigned(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    for decision in (d for d in visit.decisions.select_related("decider") if d.wants_countersigning):
        yield need(
            False,
            "countersign",
            f"{decision.decider.short_name} has still to countersign what was said by telephone.",
            met="",
            blocks=False,
        )


@gate("log")
def not_over(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    yield need(
        visit.return_at and visit.return_at > now,
        "future",
        "The planned return has passed. Change the times first.",
        met="The planned return lies ahead",
        clauses=["SH-064"],
        fix="when",
    )
