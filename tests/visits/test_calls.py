"""A call that somebody is asked to make: who is asked, where it shows, and where it must not."""

import datetime as dt

import pytest

from homevisits.escalation.ladder import send_words
from homevisits.escalation.models import Words
from homevisits.escalation.sweep import sweep
from homevisits.notices import sending
from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.notify import Pretend
from visits import climbing, transitions
from visits.models import VisitAlarm
from visits.transitions.calling import hear_code_word

START = "2026-11-26 10:00"


@pytest.fixture
def now(clock) -> dt.datetime:
    return clock.set(START)


@pytest.fixture
def alarm(cast: Cast, now) -> VisitAlarm:
    """Somebody is out and asks for help; the head and the office can be rung."""
    Staff.objects.filter(pk=cast.head.pk).update(mobile="+447700900101")
    Staff.objects.filter(pk=cast.office.pk).update(mobile="+447700900102")
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    return visit.alarms.get(kind="help")


def have_rung(alarm: VisitAlarm, person: Staff, now: dt.datetime, mark: str = "9:0") -> list[Call]:
    """A step of the ladder that says "call", sent."""
    words = Words(f"Alarm: {alarm.about} asks for help", "Open the alarm.", alarm.get_absolute_url())
    send_words(alarm, [person], ["call"], words, mark, now=now)
    sending.drain(seconds=5)
    return list(Call.objects.filter(notice__alarm=alarm.uuid, notice__key__contains=f":{mark}:"))


def test_the_caller_is_told_by_text_too_and_no_lock_screen_names_anybody(
    cast: Cast, alarm: VisitAlarm, notify: Pretend, now
) -> None:
    notify.account(cast.trust)
    (call,) = have_rung(alarm, cast.head, now)
    assert call.caller == cast.office
    told = Notice.objects.filter(key__contains=f":call:{call.notice_id}:")
    assert {notice.channel for notice in told} == {"in_app", "text"}
    assert {notice.subject for notice in told} == {f"Ring somebody now. {call.notice.subject}"}
    assert {"Ring P. Head, 07700 900101, and say before 10:03" in notice.body for notice in told} == {True}


def test_a_call_stands_on_the_board_and_on_the_callers_day_until_it_is_made(
    cast: Cast, alarm: VisitAlarm, now
) -> None:
    office, head, dsl = browser(cast.office), browser(cast.head), browser(cast.dsl)
    before = office.get("/board/")["ETag"]
    (call,) = have_rung(alarm, cast.head, now)
    assert office.get("/board/")["ETag"] != before
    assert "You are asked to ring P. Head before 10:03." in office.get("/board/").content.decode()
    assert "P. Office is asked to ring P. Head before 10:03." in dsl.get("/board/").content.decode()
    days = [f'data-call="{call.uuid}"' in who.get("/").content.decode() for who in (office, head, dsl)]
    assert days == [True, False, False]
    office.post(f"/notices/calls/{call.uuid}/", {"outcome": "spoke"})
    assert "asked to ring" not in office.get("/board/").content.decode()
    assert str(call.uuid) not in office.get("/").content.decode()


def test_a_call_about_a_silent_alarm_changes_nothing_that_the_party_or_a_bystander_sees(
    cast: Cast, clock, now
) -> None:
    Staff.objects.filter(pk=cast.head.pk).update(mobile="+447700900101")
    visit = make.out(cast, now=now, party=[cast.teacher, cast.dsl])
    hear_code_word(visit=visit, attendee=visit.party[0], by=cast.office, now=now)
    sweep("test")
    alarm = visit.alarms.get(kind="duress")
    seen = [browser(who) for who in (cast.teacher, cast.dsl, cast.office)]
    paths = [path for path in ("/board/", "/board/rows/") if seen[1].get(path).status_code == 200]
    before = [[client.get(path)["ETag"] for path in paths] for client in seen[1:]]
    (call,) = have_rung(alarm, cast.head, now)
    assert before == [[client.get(path)["ETag"] for path in paths] for client in seen[1:]]
    for client in seen:
        pages = [client.get(path).content.decode() for path in (*paths, "/desk/")]
        assert ["asked to ring" in page or str(call.uuid) in page for page in pages] == [False] * len(pages)
    days = [f'data-call="{call.uuid}"' in client.get("/").content.decode() for client in seen]
    assert days == [False, False, call.caller == cast.office]


def test_leaders_ring_each_other_where_nobody_else_is_on_duty(cast: Cast, alarm: VisitAlarm, clock) -> None:
    evening = clock.set("2026-11-26 21:00")
    found = climbing.callers(alarm, evening)
    assert {cast.head, cast.dsl} <= set(found)
    assert not {cast.teacher, cast.office} & set(found)
    (call,) = have_rung(alarm, cast.head, evening)
    assert call.caller != cast.head


def test_leaders_who_go_themselves_ring_nobody(cast: Cast, clock) -> None:
    now = clock.set(START)
    visit = make.out(cast, now=now, party=[cast.teacher, cast.dsl])
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    evening = clock.set("2026-11-26 21:00")
    assert cast.dsl not in climbing.callers(visit.alarms.get(kind="help"), evening)


def test_who_was_spoken_to_is_rung_again_when_the_last_step_repeats(
    cast: Cast, alarm: VisitAlarm, clock, now
) -> None:
    (call,) = have_rung(alarm, cast.head, now)
    assert have_rung(alarm, cast.head, now, "9:x") == []  # somebody is ringing
    browser(cast.office).post(f"/notices/calls/{call.uuid}/", {"outcome": "spoke"})
    assert have_rung(alarm, cast.head, now, "10:0") == []  # knows already
    alarm.round = 1
    later = clock.advance(minutes=10)
    assert len(have_rung(alarm, cast.head, later, "10:1")) == 1
