"""What was agreed with a family: who is reminded when, and the lines of its story."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps

from homevisits.escalation.models import Rung, Words
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from attendance.models import Agreement

KEEPERS = [
    RoleName.ATTENDANCE_LEAD,
    RoleName.ATTENDANCE_OFFICER,
    RoleName.EWO,
    RoleName.HEADTEACHER,
    RoleName.SLT,
]


def nudge(agreement: "Agreement") -> Iterable[tuple[Staff, Words]]:
    """The owner, on the day of the review."""
    words = Words(
        "An agreement is due for review",
        "Look at what was agreed, and say whether it was kept.",
        f"/attendance/agreements/{agreement.pk}/",
    )
    return [(agreement.owner, words)]


def last_resort(agreement: "Agreement") -> Iterable[Staff]:
    """Whom the engine tells when a reminder could not be processed."""
    return Staff.objects.holding(KEEPERS, agreement.visit.school)


def rungs(agreement: "Agreement", now: dt.datetime) -> list[Rung]:
    """One step: whoever keeps agreements at the school."""
    people = Staff.objects.holding(KEEPERS, agreement.visit.school).present(now)
    return [
        Rung(1, dt.timedelta(), tuple(people), ("in_app", "email"), "Those who keep agreements", is_last=True)
    ]


def note(
    agreement: "Agreement", kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any
) -> None:
    """Write a line of the agreement's story."""
    apps.get_model("attendance", "AgreementEvent").append(
        chain=f"agreements:{agreement.pupil.school_id}",
        agreement=agreement,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence,
        detail=detail,
    )
