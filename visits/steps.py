"""The steps of a request in their order, and the page where a step of a visit is mended."""

import datetime as dt

from django.urls import reverse

from homevisits.people.models import Staff
from visits.models import Visit
from visits.permissions import refusal
from visits.states import State

STEPS = ("pupil", "reason", "told", "where", "when", "people")
CHECK = "check"
TITLES = {
    "pupil": "The pupil",
    "reason": "Why",
    "told": "The parents",
    "where": "Where",
    "when": "When",
    "people": "Who goes",
}
# Only for those who may read why a visit is made (PS-103).
ABOUT_REASON = {"pupil", "reason", "told"}
AMENDABLE = {State.REQUESTED, State.AUTHORISED, State.LOGGED}


def number(step: str) -> int:
    """Where a step stands: 1 for the first; checking the answers is the last."""
    return STEPS.index(step) + 1 if step in STEPS else len(STEPS) + 1


def after(step: str) -> str:
    """The step that follows; the check of all answers after the last."""
    return STEPS[number(step)] if number(step) < len(STEPS) else CHECK


def before(step: str) -> str:
    """The step before; nothing before the first."""
    at = len(STEPS) if step == CHECK else STEPS.index(step)
    return STEPS[at - 1] if at else ""


def page_of(step: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The address where this person changes a step of this visit; "" if they cannot."""
    if step not in STEPS:
        return ""
    if visit.state == State.DRAFT:
        may = refusal(staff, "edit", visit, now) is None
        return reverse("request_step", args=[visit.ref, step]) if may else ""
    if visit.state not in AMENDABLE or refusal(staff, "amend", visit, now):
        return ""
    if step in ABOUT_REASON and not Visit.objects.about_reason(staff).filter(pk=visit.pk).exists():
        return ""
    return reverse("change_step", args=[visit.ref, step])
