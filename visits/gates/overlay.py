"""What an infection at the school asks of a visit, at every step until it leaves; and of one that stays outside anyway."""

import datetime as dt
from collections.abc import Iterator

from visits.gates.checks import Check, gate, need
from visits.infection import has_symptoms, overlay_of, wants_symptoms
from visits.models import Visit
from visits.routes import cites


@gate("submit")
@gate("authorise")
@gate("log")
@gate("depart")
def stays_outside(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A visit under the overlay, or for a reason that needs no more, is planned for the doorstep (PS-145, PS-151)."""
    overlay, reason = overlay_of(visit), visit.reason
    if overlay is None and not (reason and reason.doorstep_only):
        return
    why = f"The infection rules hold ({overlay})" if overlay else f"“{reason}” is done on the doorstep"
    yield need(
        visit.access == Visit.Access.DOORSTEP,
        "doorstep",
        f"{why}: choose “Stay on the doorstep”.",
        met="The visit stays on the doorstep",
        clauses=cites(visit.rules, "overlay_entry")
        if overlay and visit.rules
        else (reason.clauses if reason else ()),
        fix="where",
    )


@gate("submit")
@gate("authorise")
@gate("log")
@gate("depart")
def reason_is_not_off(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """No lifts, and none of the reasons that the policy puts off during an infection (PS-148)."""
    reason, rules = visit.reason, visit.rules
    if rules is None or reason is None or overlay_of(visit) is None:
        return
    lift = reason.is_transport and rules.overlay_no_lifts
    if lift or reason.off_in_overlay:
        yield need(
            False,
            "overlay_reason",
            f"The infection rules hold: nobody is given a lift. “{reason}” has to wait, or find another way."
            if lift
            else f"The infection rules hold: “{reason}” has to wait. Ring or write instead, or choose another reason.",
            met="",
            clauses=cites(rules, "overlay_no_lifts"),
            fix="reason",
        )


@gate("submit")
@gate("authorise")
@gate("log")
@gate("depart")
def symptoms(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """Whether anybody at the home is ill is asked before the visit, where possible (CS-082)."""
    if visit.rules is None or not wants_symptoms(visit):
        return
    yield need(
        visit.symptoms,
        "symptoms",
        "Say whether anybody at the home has symptoms. Ring and ask, where you can.",
        met=f"Symptoms at the home: {visit.get_symptoms_display().lower()}",
        clauses=cites(visit.rules, "overlay_ask_symptoms"),
        fix="where",
    )


@gate("authorise")
def symptoms_are_looked_at(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A yes does not stop the visit; whoever decides says that they weighed it (CS-083, CS-087)."""
    if visit.rules is not None and has_symptoms(visit):
        yield need(
            False,
            "symptoms_seen",
            "Somebody at the home has symptoms. Would a call or a video call do instead? Confirm it with your decision.",
            met="",
            clauses=[*cites(visit.rules, "overlay_ask_symptoms"), "CS-087"],
            blocks=False,
        )
