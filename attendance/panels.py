"""How attendance shows itself on the request and to the authoriser."""

from attendance.figures import figures, last_days
from attendance.models import Mark
from homevisits.people.models import Pupil, Staff
from visits.models import Visit
from visits.registry import Panel

PART = "attendance/_figures.html"


def of_pupil(pupil: Pupil, staff: Staff) -> Panel | None:
    """The percentage and the last ten days of a pupil, for anybody who may ask for a visit to them."""
    marks = list(Mark.objects.filter(pupil=pupil))
    if not marks:
        return None
    return PART, {"pupil": pupil, "figures": figures(m.code for m in marks), "ticks": last_days(marks)}


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
