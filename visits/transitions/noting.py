"""Notes to the office, and where a phone was: what a visitor sends beside the acts of a visit."""

import datetime as dt
from decimal import Decimal
from typing import Any

from homevisits.people.models import Staff
from homevisits.sealing import seal
from visits import telling
from visits.models import Visit
from visits.positions import Position
from visits.states import ENDED
from visits.story import Moment, OfficeNote
from visits.transitions.door import Refused, happened, is_followed, opened
from visits.transitions.going import own_place, said
from visits.transitions.secret import hears

When = Position.When


@hears("text")
def say_note(*, visit: Visit, by: Staff, now: dt.datetime, text: str, **more: Any) -> Visit:
    """A note to the office, which is told that there is one (TC-169). Its words lie sealed."""
    if not text.strip():
        raise Refused("Write what the office should know.")
    with opened(visit, by=by, action="note", now=now) as fresh:
        is_followed(fresh, own_place(fresh, by))
        moment = said(fresh, Moment.Kind.NOTE, by=by, now=now, **more)
        if moment is None:
            return fresh
        OfficeNote.objects.create(moment=moment, sealed=seal(text.strip()[:300]))
        happened(fresh, "note", "Wrote a note to the office", by=by, now=now, moment=moment.pk)
        telling.tell(
            telling.desk(fresh, now),
            fresh,
            what=f"note_{moment.key}",
            subject=f"{fresh.ref}: a note to the office",
            body="Somebody on a home visit wrote to you. Open the visit to read it.",
            now=now,
            urgent=True,
        )
    return fresh


def keep_position(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    sent_with: str,
    latitude: Decimal,
    longitude: Decimal,
    accuracy: int,
    taken_at: dt.datetime | None = None,
) -> Position | None:
    """Where a visitor's phone is, in degrees and metres; None where the policy or the moment does not ask.

    Only with a call for help, or on arriving, and only while the visit is watched.
    """
    with opened(visit, by=by, action="note", now=now) as fresh:
        own = own_place(fresh, by)
        if own is None or not wants_position(fresh, sent_with) or not _has_said(fresh, by, sent_with):
            return None
        is_followed(fresh, own)
        return Position.objects.create(
            visit=fresh,
            attendee=own,
            sent_with=sent_with,
            latitude=latitude,
            longitude=longitude,
            accuracy=min(accuracy, 1_000_000),
            taken_at=taken_at,
            received_at=now,
        )


def wants_position(visit: Visit, sent_with: str) -> bool:
    """Whether the visit's policy lets a phone say where it is."""
    rules = visit.rules
    if rules is None:
        return False
    return bool(rules.position_with_help if sent_with == When.HELP else rules.position_on_arrival)


def _has_said(visit: Visit, by: Staff, sent_with: str) -> bool:
    """Whether this visitor called for help, or somebody said that they arrived: nothing else asks for a place."""
    if sent_with == When.ARRIVED:
        return visit.arrived_at is not None
    return visit.moments.filter(kind=Moment.Kind.HELP, by=by).exists()


def forget_whereabouts(visit: Visit) -> None:
    """Where anybody was, and in what coat, is nobody's business once the visit is over and no alarm about it is open."""
    if visit.state in ENDED and not visit.alarms.unresolved().exists():
        Position.objects.filter(visit=visit).delete()
        visit.attendees.exclude(wears="").update(wears="")
