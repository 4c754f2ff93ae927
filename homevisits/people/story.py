"""What changed about people: the events that every change to them leaves behind."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from homevisits.audit.models import Event
from homevisits.trusts.models import School, Trust

if TYPE_CHECKING:
    from homevisits.people.models import Staff


class PeopleEvent(Event):
    """A change to staff, pupils or homes. `about` is the member of staff whom it concerns.

    The sentence holds no child's data; ids of pupils and homes stand in `detail`. Changes to
    people who belong to no school have the trust's own chain.
    """

    SUBJECT = "school"

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="people_events")
    school = models.ForeignKey(
        School, null=True, blank=True, on_delete=models.PROTECT, related_name="people_events"
    )
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="story"
    )

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["about", "recorded_at"])]


def tell(
    *,
    where: School | Trust,
    kind: str,
    by: "Staff | None",
    now: dt.datetime,
    sentence: str,
    about: "Staff | None" = None,
    **detail: Any,
) -> PeopleEvent:
    """Write one event in the caller's transaction; `by` is None when a command acted."""
    school = where if isinstance(where, School) else None
    event = PeopleEvent.append(
        chain=f"people:{school.pk}" if school else f"people:trust:{where.pk}",
        trust_id=school.trust_id if school else where.pk,
        school=school,
        kind=kind,
        by=by,
        about=about,
        happened_at=now,
        recorded_at=now,
        sentence=sentence,
        detail=detail,
    )
    assert isinstance(event, PeopleEvent)
    return event
