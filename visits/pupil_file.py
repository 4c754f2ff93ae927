"""A pupil's file as far as visits go: the visits that a person may see, and the papers kept of them."""

from django.db.models import Prefetch, Q

from homevisits.people.models import Pupil, Staff
from visits.models import Visit
from visits.registry import Panel
from visits.states import State
from visits.story import Document

LATEST = 20
FEW = 3


def attempts_of(pupil: Pupil, staff: Staff) -> Panel:
    """The latest calls and messages to the family."""
    tried = list(pupil.contact_attempts.select_related("by").order_by("-at", "-id")[:FEW])
    return "visits/_attempts_of_pupil.html", {"pupil": pupil, "tried": tried}


def visits_of(pupil: Pupil, staff: Staff) -> Panel | None:
    """The latest visits to a pupil, each with the copies that this person may open. Three queries."""
    readable = Q(for_office=True) | Q(visit__in=Visit.objects.about_reason(staff))
    readable &= ~Q(kind=Document.Kind.RECORD) | Q(visit__in=Visit.objects.record_read_by(staff))
    papers = (
        Document.objects.filter(readable, state=Document.State.READY)
        .select_related("printed_by")
        .defer("pdf")
    )
    visible = Visit.objects.visible_to(staff).filter(pupils=pupil).exclude(state=State.DRAFT)
    visits = visible.order_by("-start_at").prefetch_related(Prefetch("documents", papers, to_attr="papers"))[
        :LATEST
    ]
    return ("visits/document/_of_pupil.html", {"visits": visits}) if visits else None
