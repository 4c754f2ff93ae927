"""How safeguarding shows itself on the visit's pages, and what it asks of a record."""

import datetime as dt
from collections.abc import Iterator

from homevisits.people.models import Staff
from homevisits.trusts.roles import SAFEGUARDING_TEAM
from safeguarding.models import Concern
from visits.gates.checks import Check, gate, need
from visits.models import Visit
from visits.registry import Panel


def raise_link(visit: Visit, staff: Staff) -> Panel | None:
    """ "Raise a concern" for whoever is on the visit."""
    if not visit.includes(staff):
        return None
    return "safeguarding/_raise_link.html", {"visit": visit}


def concerns_of(visit: Visit, staff: Staff) -> Panel | None:
    """The visit's concerns, for those who may read them."""
    found = list(
        Concern.objects.visible_to(staff).filter(visit=visit).select_related("author", "received_by")
    )
    return ("safeguarding/_of_visit.html", {"concerns": found, "visit": visit}) if found else None


@gate("record")
def concern_is_sent(visit: Visit, now: dt.datetime) -> Iterator[Check]:
    """A record that says "concern" waits until the DSL has received it (PS-090, TC-222)."""
    record = getattr(visit, "written", None)
    if record is None or record.concern != "yes":
        return
    concerns = list(visit.concerns.all())
    yield need(
        concerns,
        "concern_sent",
        "Send the concern to the DSL.",
        met="The concern was sent to the DSL",
        clauses=["PS-090", "PS-102", "TC-222", "TC-238"],
        fix=f"/safeguarding/new/?visit={visit.ref}",
    )
    if concerns:
        yield need(
            any(c.is_received for c in concerns),
            "concern_received",
            "The DSL has not marked the concern as received yet. They have been told.",
            met="The DSL has received the concern",
            clauses=["PS-090", "PS-102"],
        )


def shows_menu(staff: Staff) -> bool:
    """The DSL team, and whoever has written a concern."""
    return staff.has_role(*SAFEGUARDING_TEAM) or Concern.objects.filter(author=staff).exists()


def unread(staff: Staff) -> int:
    """How many concerns wait for this member of the DSL team."""
    if not staff.has_role(*SAFEGUARDING_TEAM):
        return 0
    return Concern.objects.visible_to(staff).unread().exclude(author=staff).count()
