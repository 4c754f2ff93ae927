"""More time than the policy lets a visitor take: it is asked for, and a person agrees or refuses."""

import datetime as dt
import uuid

from homevisits.notices.outbox import drafted, queue_all
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel
from visits import telling
from visits.following import TimeRequest
from visits.models import Visit
from visits.states import State
from visits.story import Moment
from visits.transitions.door import Refused, Stale, happened, is_still, opened, rearm
from visits.transitions.going import extend, is_beyond_limit, said, shift
from visits.transitions.secret import hears


def want_time(
    *, visit: Visit, by: Staff, now: dt.datetime, minutes: int, reason: str, key: uuid.UUID | None = None
) -> Visit:
    """More time: taken at once within the policy's limit, asked for beyond it (TC-170). Raises Refused."""
    fresh = Visit.objects.select_related("policy").get(pk=visit.pk)
    if is_beyond_limit(fresh, by, minutes):
        return ask_for_time(visit=visit, by=by, now=now, minutes=minutes, reason=reason, key=key)
    return extend(visit=visit, by=by, now=now, minutes=minutes, reason=reason, key=key)


@hears("reason")
def ask_for_time(
    *, visit: Visit, by: Staff, now: dt.datetime, minutes: int, reason: str, key: uuid.UUID | None = None
) -> Visit:
    """Ask the office or the head for more time than the policy allows. Until they agree every deadline stays."""
    if not reason.strip():
        raise Refused("Say why you need more time.")
    if not 1 <= minutes <= 600:
        raise Refused("Enter how many minutes more, from 1 to 600.")
    with opened(visit, by=by, action="retime", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        if fresh.time_requests.filter(is_agreed=None).exists():
            raise Refused("You have asked already, and nobody has answered yet. Ring the office.")
        note = f"{minutes} minutes: {reason}"[:300]
        if not said(fresh, Moment.Kind.MORE_TIME, by=by, now=now, note=note, key=key):
            return fresh
        TimeRequest.objects.create(
            visit=fresh, minutes=minutes, reason=reason.strip()[:300], asked_by=by, asked_at=now
        )
        happened(fresh, "asked_time", f"Asked for {minutes} more minutes", by=by, now=now, reason=reason)
        telling.tell(
            [*telling.office(fresh, now), *telling.told_of_changes(fresh)],
            fresh,
            what="asked_time",
            subject=f"{fresh.ref}: they ask for {minutes} more minutes",
            body="That is more than your policy lets them take. Open the visit and agree, or refuse. Until somebody "
            "agrees nothing moves: the alarm opens as planned.",
            now=now,
            urgent=True,
        )
    return fresh


def answer_time(*, visit: Visit, by: Staff, now: dt.datetime, is_agreed: bool) -> Visit:
    """Agree to more time, or refuse it. The head is told of the new times (CEO for the EWO; TC-170, TC-171)."""
    with opened(visit, by=by, action="agree_time", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        wish = fresh.time_requests.select_for_update().filter(is_agreed=None).first()
        if wish is None:
            raise Stale("Somebody has answered this already. Look at the visit again.")
        wish.is_agreed, wish.answered_by, wish.answered_at = is_agreed, by, now
        wish.save(update_fields=["is_agreed", "answered_by", "answered_at"])
        words = f"{wish.minutes} more minutes"
        if is_agreed:
            shift(fresh, dt.timedelta(minutes=wish.minutes))
            happened(fresh, "extended", words, by=by, now=now, reason=wish.reason)
            telling.tell_schedule(fresh, now=now)
        else:
            happened(fresh, "time_refused", f"Did not agree to {words}", by=by, now=now)
        _tell_party(fresh, by, is_agreed, now)
        rearm(fresh, now=now)
    return fresh


def _tell_party(visit: Visit, by: Staff, is_agreed: bool, now: dt.datetime) -> None:
    """Those who are out read the answer on their telephones."""
    word = "agreed to more time" if is_agreed else "did not agree to more time"
    queue_all(
        drafted(
            key=f"{visit.ref}:time:{now.timestamp():.6f}:{attendee.staff_id}:{channel}",
            recipient=attendee.staff,
            channel=channel,
            subject=f"{visit.ref}: {by.short_name} {word}",
            body="Your phone page has the times that hold now.",
            path=f"/visits/{visit.ref}/out/",
            now=now,
            urgent=True,
            school=visit.school,
        )
        for attendee in visit.party
        if attendee.staff and not attendee.back_at
        for channel in (Channel.IN_APP, Channel.TEXT, Channel.PUSH)
    )
