"""Handing over the desk: nothing is dropped between two people, and nobody leaves it unnoticed."""

import datetime as dt
import threading
import time

import pytest
from django.db import OperationalError, connection, transaction

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people import keeping
from homevisits.trusts.models import School
from tests.cast import Cast, browser, make_cast
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit
from visits.passing_on import Handover, held
from visits.transitions import Refused


def at_the_desk(cast: Cast, now) -> tuple[object, object]:
    """A visit that the office checks on, and an alarm of it that the office owns."""
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm = visit.alarms.get()
    alarms.own(alarm=alarm, by=cast.office, now=now)
    return visit, alarm


def offered(cast: Cast, now) -> Handover:
    return transitions.offer_desk(school=cast.school, taker=cast.slt, by=cast.office, now=now)


def said(person, words: str) -> bool:
    return Notice.objects.filter(recipient=person, subject__startswith=words, is_urgent=True).exists()


def test_the_other_person_accepts_and_the_story_knows_both(cast: Cast, clock, now) -> None:
    visit, alarm = at_the_desk(cast, now)
    row = offered(cast, now)
    assert said(cast.slt, "P. Office hands you the desk: 1 visit and 1 alarm")
    alarm.refresh_from_db()
    assert alarm.owner == cast.office
    page = browser(cast.slt).get("/desk/handover/").content.decode()
    assert "asks you to take over" in page
    browser(cast.slt).post(f"/desk/handover/{row.pk}/accept/")
    alarm.refresh_from_db()
    assert (alarm.owner, make.fresh(visit).checkin_colleague) == (cast.slt, cast.slt)
    assert bool(held(cast.office, cast.school)) is False
    assert said(cast.office, "P. Slt holds the desk now")
    kinds = list(visit.events.filter(kind__startswith="desk_").values_list("kind", "by__last_name"))
    assert kinds == [("desk_offered", "Office"), ("desk_taken", "Slt")]


def test_what_is_not_accepted_in_time_stays_and_the_giver_is_told_once(cast: Cast, clock, now) -> None:
    visit, alarm = at_the_desk(cast, now)
    row = offered(cast, now)
    clock.advance(minutes=10)
    sweep("test")
    assert Notice.objects.filter(subject="The desk was not taken over", channel="in_app").count() == 1
    assert said(cast.office, "The desk was not taken over")
    with pytest.raises(Refused, match="lapsed"):
        transitions.accept_desk(handover=row, by=cast.slt, now=clock.now)
    alarm.refresh_from_db()
    assert make.fresh(visit).checkin_colleague == cast.office


def test_nobody_takes_over_who_is_out_or_was_not_asked(cast: Cast, clock, now) -> None:
    at_the_desk(cast, now)
    make.give_role(cast.colleague, "slt", cast)
    with pytest.raises(Refused, match="is out on one of these"):
        transitions.offer_desk(school=cast.school, taker=cast.colleague, by=cast.office, now=now)
    with pytest.raises(Refused, match="cannot answer"):
        transitions.offer_desk(school=cast.school, taker=cast.attendance, by=cast.office, now=now)
    row = offered(cast, now)
    with pytest.raises(Refused, match="Only the person who was asked"):
        transitions.accept_desk(handover=row, by=cast.dsl, now=now)
    assert browser(cast.dsl).post(f"/desk/handover/{row.pk}/accept/").status_code == 404


def test_whoever_comes_to_the_desk_learns_that_people_are_out(cast: Cast, clock, now) -> None:
    lunch = now + make.minutes(20)
    keeping.stand_in(
        school=cast.school,
        staff=cast.dsl,
        starts_at=lunch,
        ends_at=lunch + make.minutes(20),
        by=cast.head,
        now=now,
    )
    keeping.set_away(
        staff=cast.office, starts_at=lunch, ends_at=lunch + make.minutes(20), by=cast.head, now=now
    )
    visit = make.out(cast, now=now)
    clock.set(lunch)
    sweep("test")
    found = Notice.objects.filter(subject="You now hold 1 visit", channel="in_app")
    assert [n.recipient for n in found] == [cast.dsl]
    clock.advance(minutes=20)
    sweep("test")
    assert {n.recipient for n in found.all()} == {cast.dsl, cast.office}
    passed = visit.deadlines.filter(kind__startswith="desk_", due_at__lte=clock.now)
    assert set(passed.values_list("state", flat=True)) == {"fired"}


def lunch_of(cast: Cast, begins: dt.datetime, now) -> None:
    """The DSL stands in for the office for an hour."""
    times = {"starts_at": begins, "ends_at": begins + make.minutes(60), "by": cast.head, "now": now}
    keeping.stand_in(school=cast.school, staff=cast.dsl, **times)
    keeping.set_away(staff=cast.office, **times)


def come_to_the_desk(words: str) -> list:
    found = Notice.objects.filter(subject=words, channel="in_app")
    return [notice.recipient for notice in found]


def test_a_change_at_the_desk_is_told_though_the_first_visit_is_late(cast: Cast, clock, now) -> None:
    noon = now + make.minutes(80)
    lunch_of(cast, noon, now)
    late = make.out(cast, now=now)
    make.out(cast, now=clock.advance(minutes=40), party=[cast.slt, cast.deputy])
    assert late.return_due_at < noon
    clock.set(noon)
    sweep("test")
    assert come_to_the_desk("You now hold 2 visits") == [cast.dsl]


def test_a_change_at_the_desk_is_told_of_one_visit_that_is_late(cast: Cast, clock, now) -> None:
    noon = now + make.minutes(80)
    lunch_of(cast, noon, now)
    make.out(cast, now=now)
    clock.set(noon)
    sweep("test")
    assert come_to_the_desk("You now hold 1 visit") == [cast.dsl]


def test_a_stand_in_named_while_people_are_out_learns_of_them(cast: Cast, clock, now) -> None:
    make.out(cast, now=now)
    soon = now + make.minutes(20)
    lunch_of(cast, soon, clock.advance(minutes=5))
    clock.set(soon)
    sweep("test")
    assert come_to_the_desk("You now hold 1 visit") == [cast.dsl]


def test_with_nobody_next_at_the_desk_the_ladders_next_people_are_told(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    School.objects.filter(pk=cast.school.pk).update(office_closes_at=dt.time(10, 20))
    Visit.objects.filter(pk=visit.pk).update(responsible_contact=None)
    transitions.door.rearm(make.fresh(visit), now=now)
    clock.set(now + make.minutes(20))
    sweep("test")
    told = Notice.objects.filter(subject__startswith="Nobody is at the desk, and 1 visit is out")
    assert {n.recipient for n in told} == {cast.head}


# --- Two people at once -----------------------------------------------------------------------


@pytest.fixture
def two_out(transactional_db: None, clock) -> tuple[Cast, list[Visit], dt.datetime]:
    """Two visits that the office checks on; the one that is due back later was asked for first."""
    now = clock.set("2026-11-26 10:00")
    cast = make_cast("aspirational_futures")
    late = make.out(cast, now=now)
    soon = make.out(cast, now=now, by=cast.attendance, party=[cast.attendance, cast.deputy])
    Visit.objects.filter(pk=late.pk).update(return_at=soon.return_at + make.minutes(30))
    return cast, [late, soon], now


class Speaking(threading.Thread):
    """Somebody who has a visit's lock and writes a line about it once another is waiting for it."""

    def __init__(self, visit: Visit, by, now: dt.datetime) -> None:
        super().__init__()
        self.visit, self.by, self.now = visit, by, now
        self.has_it, self.raised = threading.Event(), None

    def run(self) -> None:
        try:
            with transaction.atomic():
                Visit.objects.select_for_update().get(pk=self.visit.pk)
                self.has_it.set()
                wait_until_somebody_waits()
                transitions.check_in(visit=self.visit, by=self.by, now=self.now)
        except OperationalError as raised:
            self.raised = raised
        finally:
            connection.close()


def wait_until_somebody_waits() -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held_one", [0, 1])
@pytest.mark.parametrize("act", ["offer", "accept"])
def test_handing_over_and_a_visitor_who_speaks_never_wait_for_each_other(two_out, held_one, act) -> None:
    cast, visits, now = two_out
    row = offered(cast, now) if act == "accept" else None
    visit = visits[held_one]
    other = Speaking(visit, [cast.teacher, cast.attendance][held_one], now)
    other.start()
    other.has_it.wait(10)
    if row:
        transitions.accept_desk(handover=row, by=cast.slt, now=now)
    else:
        row = offered(cast, now)
    other.join(20)
    assert (other.raised, visit.moments.filter(kind="fine").count()) == (None, 1)
    assert set(row.visits.all()) == set(visits)
