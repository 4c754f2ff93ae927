"""The shared diary: which visits stand in whose, week by week and as a feed for calendars (CS-034 to CS-036)."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings
from icalendar import Calendar, Event

from homevisits.clock import from_local, local, london_day
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits.models import FeedKey, Visit
from visits.querysets import VisitQuerySet
from visits.states import State

PLANNED = (State.AUTHORISED, State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE, State.RECORDED)
BACK, AHEAD = dt.timedelta(days=14), dt.timedelta(days=90)
WEEK = dt.timedelta(days=7)
READS_ADDRESSES = (
    RoleName.HEADTEACHER,
    RoleName.SLT,
    RoleName.DSL,
    RoleName.DEPUTY_DSL,
    RoleName.CEO,
    RoleName.EWO,
    RoleName.OFFICE,
)


@dataclass(frozen=True)
class Entry:
    """One visit in a diary: when and who, where for those who may know, never whom it is about."""

    visit: Visit
    who: str
    place: str


@dataclass(frozen=True)
class Day:
    """One day of the week shown."""

    date: dt.date
    is_today: bool
    entries: list[Entry]


def planned(staff: Staff) -> VisitQuerySet:
    """The visits of somebody's diary: those they may see, once they are authorised."""
    visible = Visit.objects.visible_to(staff).filter(state__in=PLANNED, start_at__isnull=False)
    return (
        visible.select_related("school", "policy").prefetch_related("attendees__staff").order_by("start_at")
    )


def entry(visit: Visit, staff: Staff) -> Entry:
    """A visit as this person's diary shows it."""
    people = list(visit.attendees.all())
    who = ", ".join(a.short_name for a in people)
    goes = any(a.staff_id == staff.pk for a in people)
    reads = goes or staff.has_role(*READS_ADDRESSES, school=visit.school)
    return Entry(visit, who, f"{visit.address}, {visit.postcode}" if reads else "")


def monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def week(staff: Staff, first: dt.date, now: dt.datetime) -> list[Day]:
    """Monday to Friday of a week, and its Saturday and Sunday when something is planned then."""
    starts, ends = from_local(first, dt.time()), from_local(first + WEEK, dt.time())
    found = [entry(visit, staff) for visit in planned(staff).of_day(starts, ends)]
    days = [first + dt.timedelta(days=n) for n in range(7)]
    shown = [_day(day, found, london_day(now)) for day in days]
    return [day for day in shown if day.date.weekday() < 5 or day.entries]


def _day(day: dt.date, found: list[Entry], today: dt.date) -> Day:
    entries = [one for one in found if one.visit.start_at and local(one.visit.start_at).date() == day]
    return Day(day, day == today, entries)


def new_key(*, staff: Staff, now: dt.datetime) -> str:
    """A new secret for somebody's feed; the address made before it answers nobody any more."""
    secret = secrets.token_urlsafe(32)
    FeedKey.objects.update_or_create(
        staff=staff, defaults={"digest": _digest(secret), "made_at": now, "read_at": None}
    )
    return secret


def stop(*, staff: Staff) -> None:
    """No feed any more."""
    FeedKey.objects.filter(staff=staff).delete()


def reader_of(secret: str, *, now: dt.datetime) -> Staff | None:
    """Whose feed this is; None for an unknown secret or somebody who has left."""
    key = FeedKey.objects.select_related("staff").filter(digest=_digest(secret)).first()
    if key is None or not key.staff.is_active:
        return None
    FeedKey.objects.filter(pk=key.pk).update(read_at=now)
    return key.staff


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def feed(staff: Staff, now: dt.datetime) -> bytes:
    """The iCalendar file: a reference, initials and times; the address where the policy lets it out.

    No pupil, no reason, no telephone number: calendars are kept in places that are not ours.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Home Visits//Diary//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"Home visits: {staff.trust}")
    soon = planned(staff).of_day(now - BACK, now + AHEAD)
    for event in events_of(soon, staff, now):
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def events_of(visits: Iterable[Visit], staff: Staff, now: dt.datetime) -> Iterator[Event]:
    """Visits as this person's calendar shows them."""
    for visit in visits:
        shown, event = entry(visit, staff), Event()
        event.add("uid", f"{visit.ref}@{settings.SITE_URL.split('//')[-1]}")
        event.add("dtstamp", now)
        event.add("dtstart", visit.start_at)
        event.add("dtend", visit.end_at)
        event.add("summary", f"Home visit {visit.ref} ({_initials(visit)})")
        event.add("url", f"{settings.SITE_URL}{visit.get_absolute_url()}")
        event.add("class", "PRIVATE")
        if shown.place and visit.rules and visit.rules.feed_addresses:
            event.add("location", shown.place)
        yield event


def _initials(visit: Visit) -> str:
    names = [a.staff.get_full_name() if a.staff else a.name for a in visit.attendees.all()]
    return ", ".join("".join(word[:1] for word in name.split()).upper() for name in names)
