"""The lines of a gate as a page shows them: what is met, what is not, and the button that mends it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse

from homevisits.people.models import Staff
from visits import steps
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
    action, page = PAGES.get(check.fix, ("", ""))
    if not action or refusal(staff, action, visit, now):
        return ""
    try:
        return reverse(page, args=[visit.ref])
    except NoReverseMatch:
        return ""
