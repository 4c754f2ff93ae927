"""What is known of a visit beforehand, gathered for the words of its briefing (TC-131 to TC-136, TC-142 to TC-147)."""

from collections.abc import Iterator

from homevisits.people.models import Staff
from visits import answers
from visits.models import Visit
from visits.prefill import standing_warnings
from visits.story import VisitEvent


def known(visit: Visit, by: Staff) -> str:
    """One line for each thing that is on file; looking at the home's warnings is recorded."""
    return "\n".join([*_risks(visit), *_home(visit, by), *_pupils(visit), *_plan(visit), *_told(visit)])


def _risks(visit: Visit) -> Iterator[str]:
    """The findings of the risk assessment: the risks, and how they are kept small."""
    if visit.risk is None:
        return
    yield f"Risk assessment ({visit.risk.get_level_display().lower()}): {visit.risk.text}"
    for hazard in visit.risk.hazards.all():
        yield f"{hazard}: {hazard.control}" if hazard.control else str(hazard)


def _home(visit: Visit, by: Staff) -> Iterator[str]:
    home = visit.household
    for warning in standing_warnings(home, by=by):
        yield f"Warning, {warning.get_kind_display().lower()}: {warning.note}"
    if home and home.circumstances:
        yield f"The home: {home.circumstances}"
    if home and home.entrance == home.Entrance.SHARED:
        yield "Shared entrance: do not say there why you came."


def _pupils(visit: Visit) -> Iterator[str]:
    for pupil in visit.pupils.all():
        if pupil.medical_note:
            yield f"{pupil}, medical: {pupil.medical_note}"


def _plan(visit: Visit) -> Iterator[str]:
    if visit.start_at:
        yield f"{answers.times(visit)}."


def _told(visit: Visit) -> Iterator[str]:
    """What the EWO answered (TC-062)."""
    for event in backgrounds(visit):
        yield f"{event.by.short_name if event.by else 'The EWO'}: {event.reason}"


def backgrounds(visit: Visit) -> list[VisitEvent]:
    """The answers of the EWO who was asked for background, the first one first."""
    return list(visit.events.filter(kind="background").select_related("by").order_by("number"))


def waits_for_ewo(visit: Visit) -> bool:
    """Whether the EWO was asked and has not answered yet."""
    last = visit.events.filter(kind__in=["asked_background", "background"]).order_by("-number").first()
    return last is not None and last.kind == "asked_background"
