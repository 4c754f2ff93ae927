"""The diary: who sees which visits of a week, and what a calendar's feed lets out."""

import datetime as dt
import re

import pytest
from django.test import Client
from icalendar import Calendar

from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import diary
from visits.models import FeedKey


def page(staff, query: str = "") -> str:
    return browser(staff).get(f"/diary/{query}").content.decode()


def secret_of(staff) -> str:
    """Make an address as a person does, and read it off the page."""
    client = browser(staff)
    text = client.post("/diary/key/", follow=True).content.decode()
    return re.search(r"/diary/([\w-]+)\.ics", text)[1]


def events(secret: str) -> list:
    reply = Client().get(f"/diary/{secret}.ics")
    assert reply["Content-Type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(reply.content).walk("VEVENT"))


@pytest.mark.clause("CS-034")
def test_an_authorised_visit_stands_in_the_diary_and_a_request_does_not(cast: Cast, now: dt.datetime) -> None:
    asked, planned = make.requested(cast, now=now), make.authorised(cast, now=now)
    text = page(cast.slt)
    assert (asked.ref in text, planned.ref in text) == (False, True)


@pytest.mark.clause("CS-035")
def test_leaders_and_office_read_addresses_and_nobody_else_sees_the_visit(
    cast: Cast, now: dt.datetime
) -> None:
    visit = make.authorised(cast, now=now)
    shown = {
        name: (visit.ref in (text := page(who)), visit.address in text) for name, who in cast.people.items()
    }
    sees = {name for name, (there, _) in shown.items() if there}
    assert sees == {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ewo", "ceo"}
    assert {name for name, (_, where) in shown.items() if where} == sees


def test_another_week_is_one_tap_away_and_nonsense_is_this_week(cast: Cast, now: dt.datetime) -> None:
    visit = make.authorised(cast, now=now)
    assert visit.ref not in page(cast.slt, "?week=2026-12-02")
    assert visit.ref in page(cast.slt, "?week=rubbish")
    assert visit.ref in page(cast.slt, "?week=9999-12-31")


@pytest.mark.clause("CS-036")
def test_a_feed_holds_reference_initials_times_and_address_and_no_pupil(cast: Cast, now: dt.datetime) -> None:
    visit = make.authorised(cast, now=now)
    (event,) = events(secret_of(cast.slt))
    assert str(event["summary"]) == f"Home visit {visit.ref} (PT, PC)"
    assert str(event["location"]) == f"{visit.address}, {visit.postcode}"
    assert (event["dtstart"].dt, event["dtend"].dt) == (visit.start_at, visit.end_at)
    pupil, text = visit.pupils.get(), event.to_ical().decode()
    assert [word for word in (pupil.legal_last_name, visit.purpose, "Novak") if word in text] == []


@pytest.mark.turns("feed_addresses")
def test_feed_addresses_off_leaves_the_address_out(cast: Cast, now: dt.datetime) -> None:
    visit = make.authorised(cast, now=now)
    rules = visit.rules
    rules.feed_addresses = False
    shown = diary.entry(visit, cast.slt)
    visit.rules = rules
    (event,) = diary.events_of([visit], cast.slt, now)
    assert (shown.place != "", "location" in event) == (True, False)


def test_a_new_address_or_a_stop_silences_the_old_one(cast: Cast, now: dt.datetime) -> None:
    first = secret_of(cast.slt)
    second = secret_of(cast.slt)
    assert [Client().get(f"/diary/{s}.ics").status_code for s in (first, second, "x")] == [404, 200, 404]
    assert FeedKey.objects.get().read_at is not None
    browser(cast.slt).post("/diary/key/drop/")
    assert Client().get(f"/diary/{second}.ics").status_code == 404


def test_who_has_left_has_no_feed(cast: Cast, now: dt.datetime) -> None:
    secret = secret_of(cast.slt)
    type(cast.slt).objects.filter(pk=cast.slt.pk).update(is_active=False)
    assert Client().get(f"/diary/{secret}.ics").status_code == 404
