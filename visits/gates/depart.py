"""What must hold before anybody sets off."""

import datetime as dt
from collections.abc import Iterator

from homevisits.clock import local
from homevisits.people.models import Staff
from homevisits.people.pins import CheckInPins
from homevisits.trusts.choices import Strength
from visits.answering import at_words, first_people, first_step, gaps, is_tried, who_can_mend
from visits.climbing import label_of
from visits.gates.checks import Check, gate, need
from visits.gates.log import code_word, colleague, out_of_hours_contact, phones_and_cars
from visits.models import Visit
from visits.routes import cites, missing, own_ids, standing
from visits.watch import answerers


@gate("depart")
def window(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    rules = visit.rules
    if rules is None or not (visit.depart_at and visit.return_at):
        return
    opens = visit.depart_at - dt.timedelta(minutes=rules.depart_early_minutes)
    yield need(
        now >= opens,
        "too_early",
        f"You may leave from {local(opens):%H:%M on %-d %B}. Ask the office to change the time if you go earlier.",
        met="It is time to go",
    )
    yield need(
        now < visit.return_at,
        "too_late",
        "The planned return has passed. Ask the office to change the times.",
        met="The planned return lies ahead",
    )


@gate("depart")
def still_decided(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A change at the last minute may have voided a decision; a visitor's own word for one is not enough."""
    for wanted in missing(visit):
        yield need(
            False,
            f"decision_{wanted.kind}",
            f"{wanted.sentence} needs a new decision by {wanted.who}. If somebody has left, ring the office. "
            "If nobody has, change the times: the decision is asked for again.",
            met="",
            clauses=wanted.clauses,
            fix="when",
        )
    own = own_ids(visit)
    for decision in standing(visit).values():
        if decision.wants_countersigning and decision.typed_by_id in own:
            yield need(
                False,
                "countersign",
                f"{decision.decider.short_name} has to confirm what was said by telephone before you leave. Ring "
                "them: it is one button on their page. Or the office types it in.",
                met="",
                clauses=["TC-069"],
            )


@gate("depart")
def still_complete(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """What the office logged is still there, for everybody who goes (AF-014, PS-062)."""
    for look in (phones_and_cars, colleague, code_word, out_of_hours_contact):
        yield from (check for check in look(visit, now) if not check.is_met)


@gate("depart")
def pins_set(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Everybody of the staff who goes has both PINs, where the policy wants them (PS-129)."""
    rules = visit.rules
    if rules is None or rules.pin_rule == Strength.OFF:
        return
    goes = {a.staff_id: a for a in visit.party if a.staff_id}
    having = set(CheckInPins.objects.filter(staff__in=goes).values_list("staff_id", flat=True))
    for staff_id, attendee in goes.items():
        yield need(
            staff_id in having,
            "pins",
            f"{attendee.short_name} has not set the PINs for check-ins. It takes a minute, under “Your PINs”.",
            met=f"{attendee.short_name} has set the PINs for check-ins",
            clauses=cites(rules, "pin_rule"),
            fix="/people/pins/",
            blocks=rules.pin_rule == Strength.BLOCK,
        )


@gate("depart")
def somebody_answers(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Somebody not in the party can answer an alarm now, at the planned return, and all the time between."""
    rules = visit.rules
    if rules is None or rules.duty_rule == Strength.OFF or not visit.return_due_at:
        return
    ends = (("duty_now", now, "now"), ("duty_return", visit.return_due_at, "when you are due back"))
    there = [bool(answerers(visit, at)) for _, at, _ in ends]
    mends = "" if all(there) else _mends(visit, now)
    for (code, at, when), is_there in zip(ends, there, strict=True):
        yield need(
            is_there,
            code,
            f"Nobody outside the party has the desk duty {when} ({local(at):%H:%M}). Ask the office to name a "
            f"stand-in. {mends}",
            met=f"Somebody can answer an alarm {when}",
            clauses=cites(rules, "duty_rule"),
            fix="/people/duty/",
            blocks=rules.duty_rule == Strength.BLOCK,
        )
    if all(there):  # else it says the same once more
        yield from _first_step(visit, now, visit.return_due_at)


def _mends(visit: Visit, now: dt.datetime) -> str:
    return f"{who_can_mend(visit, now)} can do that."


def _first_step(visit: Visit, now: dt.datetime, until: dt.datetime) -> Iterator[Check]:
    """The ladder's first step is not skipped at any time until the return."""
    rules, step = visit.rules, first_step(visit)
    if rules is None or step is None:
        return
    gap = next(gaps(visit, now, until), None)
    who = label_of(step, visit.party, rules)
    yield need(
        gap is None,
        "duty_between",
        f"From {at_words(gap, now)} nobody of the first step of your ladder ({who}) can answer."
        f" Name a stand-in for that time. {_mends(visit, now)}"
        if gap
        else "",
        met="Somebody of the first step can answer until you are back",
        clauses=cites(rules, "duty_rule"),
        fix="/people/duty/",
        blocks=rules.duty_rule == Strength.BLOCK,
    )


@gate("depart")
def responder_verified(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Everybody who would be told first has a telephone number on which they were reached this term.

    It stops nobody while one of them was reached: the others are named.
    """
    rules = visit.rules
    if rules is None or rules.responder_verified_rule == Strength.OFF:
        return
    people = first_people(visit, now)
    if not people:
        return  # that nobody answers is said already
    untried = [person for person in people if not is_tried(person, visit.school, now)]
    yield need(
        not untried,
        "responder_verified",
        f"Told first, and not reached on the work mobile this term: {named_few(untried)}. Ring them, "
        "and say so on the page of each.",
        met="Everybody who would be told first was reached on the telephone this term",
        clauses=cites(rules, "responder_verified_rule"),
        fix="/people/",
        blocks=rules.responder_verified_rule == Strength.BLOCK and len(untried) == len(people),
    )


def named_few(people: list[Staff]) -> str:
    """The first few, by name."""
    return ", ".join(person.short_name for person in people[:4])
