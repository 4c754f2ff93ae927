"""More time than the policy lets a visitor take: it is asked for, and a person agrees or refuses."""

import datetime as dt
from typing import Any

from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel
from visits import telling
from visits.following import TimeRequest
from visits.models import Visit
from visits.states import State
from visits.story import Moment
from visits.transitions.door import Refused, Stale, happened, is_still, keep, opened, rearm
from visits.transitions.going import has_open_alarm, is_known, said
from visits.transitions.secret import hears


def want_time(*, visit: Visit, by: Staff, now: dt.datetime, minutes: int, reason: str, **more: Any) -> Visit:
    """More time: taken at once within the policy's limit, asked for beyond it (TC-170). Raises Refused."""
    fresh = Visit.objects.select_related("policy").get(pk=visit.pk)
    act = ask_for_time if is_beyond_limit(fresh, by, minutes) else extend
    return act(visit=visit, by=by, now=now, minutes=minutes, reason=reason, **more)


@hears("reason", pin=True)
def extend(
    *, visit: Visit, by: Staff, now: dt.datetime, minutes: int, reason: str, pin: str = "", **more: Any
) -> Visit:
    """More time, with a reason, within the policy's limit; the head is told (TC-170). A visitor gives their `pin`.

    Beyond the limit only the office may agree to it. While an alarm is open a visitor only asks: the
    office, the head and whoever deals with the alarm are told, and the deadlines stay until one agrees.
    """
    _must_make_sense(minutes, reason)
    with opened(visit, by=by, action="retime", now=now) as fresh:
        if is_known(more.get("key")):
            return fresh
        is_still(fresh, State.IN_PROGRESS)
        _must_be_within_limit(fresh, by, minutes)
        if fresh.includes(by) and has_open_alarm(fresh):
            _ask(fresh, by=by, now=now, minutes=minutes, reason=reason, **more)
            return fresh
        said(fresh, Moment.Kind.MORE_TIME, by=by, now=now, note=f"{minutes} minutes: {reason}"[:300], **more)
        shift(fresh, dt.timedelta(minutes=minutes))
        happened(fresh, "extended", f"{minutes} more minutes", by=by, now=now, reason=reason)
        telling.tell_schedule(fresh, now=now)
        rearm(fresh, now=now)
    return fresh


def _must_make_sense(minutes: int, reason: str) -> None:
    if not reason.strip():
        raise Refused("Say why you need more time.")
    if not 1 <= minutes <= 600:
        raise Refused("Enter how many minutes more, from 1 to 600.")


def _must_be_within_limit(visit: Visit, by: Staff, minutes: int) -> None:
    rules = visit.rules
    if rules and is_beyond_limit(visit, by, minutes):
        raise Refused(
            f"Your policy allows {rules.extension_max_times} times {rules.extension_max_minutes} minutes. "
            "Ring the office: they can give you more."
        )


def is_beyond_limit(visit: Visit, by: Staff, minutes: int) -> bool:
    """Whether this is more than the policy lets those who go take by themselves."""
    rules = visit.rules
    if rules is None or not visit.includes(by):
        return False
    return minutes > rules.extension_max_minutes or visit.extensions >= rules.extension_max_times


def shift(visit: Visit, by: dt.timedelta) -> None:
    """Move the end and the return; the start too while nobody has arrived."""
    fields = ["end_at", "return_at"] if visit.arrived_at else ["start_at", "end_at", "return_at"]
    for field in fields:
        setattr(visit, field, getattr(visit, field) + by)
    visit.extensions += 1
    keep(visit, *fields, "extensions")


@hears("reason", pin=True)
def ask_for_time(
    *, visit: Visit, by: Staff, now: dt.datetime, minutes: int, reason: str, pin: str = "", **more: Any
) -> Visit:
    """Ask the office or the head for more time than the policy allows. Until they agree every deadline stays."""
    _must_make_sense(minutes, reason)
    with opened(visit, by=by, action="retime", now=now) as fresh:
        if is_known(more.get("key")):
            return fresh
        is_still(fresh, State.IN_PROGRESS)
        _ask(fresh, by=by, now=now, minutes=minutes, reason=reason, **more)
    return fresh


def _ask(visit: Visit, *, by: Staff, now: dt.datetime, minutes: int, reason: str, **more: Any) -> None:
    """Keep the wish on a locked visit, and tell those who may agree, and those who deal with an alarm that is known."""
    if visit.time_requests.filter(is_agreed=None).exists():
        raise Refused("You have asked already, and nobody has answered yet.")
    note = f"{minutes} minutes: {reason}"[:300]
    said(visit, Moment.Kind.MORE_TIME, by=by, now=now, note=note, **more)
    TimeRequest.objects.create(
        visit=visit, minutes=minutes, reason=reason.strip()[:300], asked_by=by, asked_at=now
    )
    happened(visit, "asked_time", f"Asked for {minutes} more minutes", by=by, now=now, reason=reason)
    loud = visit.alarms.unresolved().loud().select_related("owner")
    owners = [alarm.owner for alarm in loud if alarm.owner]
    why = "An alarm is open" if loud else "That is more than your policy lets them take"
    telling.tell(
        [*telling.office(visit, now), *telling.told_of_changes(visit), *owners],
        visit,
        what="asked_time",
        subject=f"{visit.ref}: they ask for {minutes} more minutes",
        body=f"{why}. Open the visit and agree, or refuse. Until somebody agrees nothing moves.",
        now=now,
        urgent=True,
    )


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
    out = [attendee.staff for attendee in visit.party if attendee.staff and not attendee.back_at]
    queue_all(
        drafted(
            key=f"{visit.ref}:time:{now.timestamp():.6f}:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=f"{visit.ref}: {by.short_name} {word}",
            body="Your phone page has the times that hold now.",
            path=f"/visits/{visit.ref}/out/",
            now=now,
            urgent=True,
            school=visit.school,
        )
        for person, channel in reach(out, (Channel.IN_APP, Channel.TEXT, Channel.PUSH)).pairs
    )
