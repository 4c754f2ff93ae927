"""Reporting a visit that took place without a request: it is asked for afterwards, and the trust is told."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from homevisits.people.models import Pupil, Staff
from homevisits.trusts.roles import RoleName
from visits import telling
from visits.models import Visit
from visits.transitions.asking import keep_draft, submit
from visits.transitions.door import happened, keep
from visits.transitions.starting import ask_for


def report_afterwards(
    *,
    by: Staff,
    pupils: Sequence[Pupil],
    now: dt.datetime,
    values: dict[str, Any],
    party: Sequence[dict[str, Any]],
    why: str,
) -> Visit:
    """Report what happened: who would have decided looks back on it. Raises Refused with what is missing.

    Head and CEO hear of it at once (TC-069, AF-011): a visit without a request is never a quiet one.
    """
    with transaction.atomic():
        visit = ask_for(by=by, pupils=pupils, now=now)
        visit = keep_draft(visit=visit, by=by, now=now, values=values, party=party)
        visit.is_retrospective, visit.retrospective_why = True, why
        keep(visit, "is_retrospective", "retrospective_why")
        happened(
            visit, "reported_afterwards", "Reported a visit that took place without a request", by=by, now=now
        )
        visit = submit(visit=visit, by=by, now=now)
        _tell(visit, by=by, now=now)
    return visit


def _tell(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    heads = Staff.objects.holding([RoleName.HEADTEACHER, RoleName.CEO], visit.school)
    telling.tell(
        [person for person in [*telling.told_of_changes(visit), *heads] if person.pk != by.pk],
        visit,
        what="afterwards",
        subject=f"{visit.ref}: a visit took place without a request",
        body="Somebody reported it afterwards. Open it to read why it was not asked for.",
        now=now,
    )
