"""How attendance shows itself on the request and to the authoriser."""

from collections.abc import Sequence
from typing import Any

from attendance.figures import figures, last_days
from attendance.models import Agreement, Mark, Proposal
from attendance.querysets import WORKERS
from homevisits.people.models import Pupil, Staff
from visits.models import Visit
from visits.registry import Panel

PART = "attendance/_figures.html"


def figures_of(pupils: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Figures and last ten days by pupil id, for those who have marks. One query."""
    marks: dict[int, list[Mark]] = {}
    for mark in Mark.objects.filter(pupil__in=pupils):
        marks.setdefault(mark.pupil_id, []).append(mark)
    return {pk: _shown(found) for pk, found in marks.items()}


def _shown(marks: list[Mark]) -> dict[str, Any]:
    ticks = [{"kind": tick.shape, "label": tick.words} for tick in last_days(marks)]
    return {"figures": figures(mark.code for mark in marks), "ticks": ticks}


def of_pupil(pupil: Pupil, staff: Staff) -> Panel | None:
    """The percentage and the last ten days of a pupil, for anybody who may ask for a visit to them."""
    found = figures_of([pupil.pk]).get(pupil.pk)
    return (PART, {"pupil": pupil, **found}) if found else None


def of_visit(visit: Visit, staff: Staff) -> Panel | None:
    """The same for every pupil of a visit, for those who may read why."""
    if not Visit.objects.about_reason(staff).filter(pk=visit.pk).exists():
        return None
    shown = [panel[1] for panel in (of_pupil(pupil, staff) for pupil in visit.pupils.all()) if panel]
    return ("attendance/_of_visit.html", {"each": shown}) if shown else None


def snapshot(visit: Visit) -> str:
    """The figure at the time of the request, kept with it (SH-110, AF-033)."""
    notes = []
    for pupil in visit.pupils.all():
        found = figures(Mark.objects.filter(pupil=pupil).values_list("code", flat=True))
        if found.possible:
            notes.append(f"{found.percent} of {found.possible} sessions")
    return ", ".join(notes)


def agreed_with(pupil: Pupil, staff: Staff) -> Panel | None:
    """What was agreed with a pupil's family, on the pupil's own page."""
    found = Agreement.objects.visible_to(staff).filter(pupil=pupil).select_related("action", "owner")[:20]
    return ("attendance/_agreed.html", {"agreements": found}) if found else None


def works_on_attendance(staff: Staff) -> bool:
    """Whether the worklist is this person's."""
    return staff.has_role(*WORKERS)


def waiting(staff: Staff) -> int:
    """How many suggested visits wait."""
    return Proposal.objects.visible_to(staff).open().count()
