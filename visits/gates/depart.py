"""What must hold before anybody sets off."""

import datetime as dt
from collections.abc import Iterator

from homevisits.clock import local
from homevisits.people.pins import CheckInPins
from homevisits.trusts.choices import Strength
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
    """Somebody not in the party can answer an alarm now and at the planned return."""
    rules = visit.rules
    if rules is None or rules.duty_rule == Strength.OFF or not visit.return_due_at:
        return
    for code, at, when in (
        ("duty_now", now, "now"),
        ("duty_return", visit.return_due_at, "when you are due back"),
    ):
        yield need(
            answerers(visit, at).exists(),
            code,
            f"Nobody outside the party has the desk duty {when} ({local(at):%H:%M}). Ask the office to name a stand-in.",
            met=f"Somebody can answer an alarm {when}",
            clauses=cites(rules, "duty_rule"),
            fix="/people/duty/",
            blocks=rules.duty_rule == Strength.BLOCK,
        )
