"""The lines of a gate as a page shows them: what is met, what is not, and the button that mends it."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse

from homevisits.people.models import Staff
from homevisits.people.permissions import may_keep_clearances
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep.permissions import may_keep_papers
from visits import steps
from visits.briefing import may_brief
from visits.gates.checks import Check
from visits.models import Visit
from visits.permissions import refusal

# A check's `fix`, the action that it takes, and the page where it is done.
PAGES = {
    "log": ("plan_log", "desk_log"),
    "risk": ("assess_risk", "risk"),
    "record": ("write", "record"),
    "letter": ("amend", "letter"),
    "session": ("write", "session"),
    "contact": ("acknowledge_contact", "contact_page"),
    "safeguarding": ("confirm_safeguarding", "visit"),
}


Mend = Callable[[str, Visit, Staff, dt.datetime], str]


def _account(key: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The page of a colleague for those who record what they hold (TC-227); else where others are chosen."""
    person = Staff.objects.filter(pk=key).prefetch_related("roles").first()
    may = person is not None and may_keep_clearances(staff, person)
    return reverse("staff_profile", args=[key]) if may else steps.page_of("people", visit, staff, now)


def _reading(key: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The version that the visit keeps, for whoever has not read it (PS-044); else where others are chosen."""
    if visit.rules and key == str(staff.pk):
        return reverse("policy_read", args=[visit.rules.pk])
    return steps.page_of("people", visit, staff, now)


def _paper(key: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """Where the school's own papers are added, for those who keep them; else where others are chosen (CS-022)."""
    if may_keep_papers(staff, visit.school):
        return reverse("paper_add", args=[key])
    return steps.page_of("people", visit, staff, now)


def _briefing(key: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The briefing, for those who give it and those who read it."""
    brought = visit.includes(staff) or any(may_brief(staff, visit, a.staff) for a in visit.party if a.staff)
    return reverse("briefing", args=[visit.ref]) if brought else ""


def _school(key: str, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The hours and the position of the school, for those who set them."""
    return reverse("school_hours", args=[key]) if may_edit(staff) else ""


# A check's `fix` before its "/", and the page elsewhere for this person; "" if it is not theirs to mend.
ELSEWHERE: dict[str, Mend] = {
    "staff": _account,
    "read": _reading,
    "paper": _paper,
    "briefing": _briefing,
    "school": _school,
}


def line(check: Check, visit: Visit, staff: Staff, now: dt.datetime) -> dict[str, Any]:
    """One line for `{% needs %}`, with "Fix" only for somebody who can."""
    fix_url = "" if check.is_met else mended_at(check, visit, staff, now)
    return {
        "code": check.code,
        "sentence": check.sentence,
        "met": check.is_met,
        "blocks": check.blocks,
        "clauses": check.clauses,
        "fix_url": fix_url,
    }


def lines(checks: Iterable[Check], visit: Visit, staff: Staff, now: dt.datetime) -> list[dict[str, Any]]:
    """The lines of a list of checks."""
    return [line(check, visit, staff, now) for check in checks]


def mended_at(check: Check, visit: Visit, staff: Staff, now: dt.datetime) -> str:
    """The address where this person can mend an unmet check; "" if they cannot."""
    if check.fix.startswith("/"):
        return check.fix
    if check.fix in steps.STEPS:
        return steps.page_of(check.fix, visit, staff, now)
    kind, _, key = check.fix.partition("/")
    if kind in ELSEWHERE:
        return ELSEWHERE[kind](key, visit, staff, now)
    action, page = PAGES.get(check.fix, ("", ""))
    if not action or refusal(staff, action, visit, now):
        return ""
    try:
        return reverse(page, args=[visit.ref])
    except NoReverseMatch:
        return ""
