"""Whoever goes straight home says once more that they are there, and is looked for if they do not."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.registry import Inbound
from homevisits.people import keeping
from homevisits.people.models import Staff
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned
from tests.factories.rules import turned as version
from visits import texting, transitions
from visits.board import facts
from visits.board.rows import is_in_sight, row
from visits.board.scope import on_board, viewer
from visits.codeword import set_code_word
from visits.models import Visit
from visits.positions import Position
from visits.transitions import Refused

on = pytest.mark.parametrize
VOICE = "Knew her voice"


def left(cast: Cast, clock, now, *, rule: str = "always", alone: bool = False, minutes: int = 60) -> Visit:
    """The teacher rang at 10:40, went straight home, and the office noted it; a colleague is back at school."""
    party = [cast.teacher] if alone else [cast.teacher, cast.colleague]
    why = {"lone_reason": "A known family."} if alone else {}
    visit = make.out(cast, now=now, by=cast.teacher, party=party, **why)
    visit = pinned(visit, version(cast, home_safe_rule=rule, home_safe_minutes=minutes))
    at = clock.advance(minutes=40)
    for attendee in visit.party:
        how = "left_by_phone" if attendee.staff == cast.teacher else "at_school"
        said = {"attendee": attendee, "how": how, "identity": VOICE}
        transitions.say_back(visit=visit, by=cast.office, now=at, **said)
    return make.fresh(visit)


def due(visit: Visit) -> list[dt.datetime]:
    return list(visit.deadlines.filter(kind="home_safe", state="live").values_list("due_at", flat=True))


def place(visit: Visit, staff: Staff):
    return visit.attendees.get(staff=staff)


def text(visit: Visit, sender: Staff, words: str, now: dt.datetime) -> str:
    said = Inbound(people=(sender,), text=words, sent_at=now, key=uuid.uuid4())
    return (texting.answer(said, now) or (sender, ""))[1]


@pytest.mark.turns("home_safe_rule")
@on(
    ("rule", "alone", "is_due"),
    [("off", True, False), ("lone", True, True), ("lone", False, False), ("always", False, True)],
)
def test_the_policy_says_after_which_visits_a_word_from_home_is_due(
    cast: Cast, clock, now, rule: str, alone: bool, is_due: bool
) -> None:
    visit = left(cast, clock, now, rule=rule, alone=alone)
    assert visit.state == "returned_safe"
    assert due(visit) == ([clock.now + dt.timedelta(minutes=60)] if is_due else [])


@pytest.mark.turns("home_safe_minutes")
@on("minutes", [20, 45])
def test_the_policy_says_within_how_many_minutes(cast: Cast, clock, now, minutes: int) -> None:
    visit = left(cast, clock, now, minutes=minutes)
    assert due(visit) == [clock.now + dt.timedelta(minutes=minutes)]


@pytest.mark.clause("PS-101", "PS-134")
def test_one_tap_says_that_somebody_is_home(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    phone, page = browser(cast.teacher), reverse("out", args=[visit.ref])
    assert "I am home safe" in phone.get(page).content.decode()
    assert "I am home safe" not in browser(cast.colleague).get(page).content.decode()
    phone.post(reverse("out_say", args=[visit.ref, "home"]), {"key": str(uuid.uuid4())})
    assert (due(visit), place(visit, cast.teacher).home_at) == ([], clock.now)
    assert "I am home safe" not in phone.get(page).content.decode()


@pytest.mark.clause("TC-119", "PS-101")
def test_without_that_word_an_alarm_opens_after_a_reminder(cast: Cast, clock, now, phones) -> None:
    visit = left(cast, clock, now)
    (at,) = due(visit)
    clock.set(at - make.minutes(5))
    sweep("test")
    said = Notice.objects.filter(subject=f"{visit.ref}: say soon that you are home")
    assert {(n.recipient, n.channel) for n in said} == {
        (cast.teacher, way) for way in ("in_app", "text", "push")
    }
    clock.set(at - dt.timedelta(seconds=1))
    sweep("test")
    assert not visit.alarms.exists()
    clock.set(at)
    sweep("test")
    alarm = visit.alarms.get()
    assert (alarm.kind, alarm.attendee.staff, alarm.rung) == ("unheard", cast.teacher, 1)
    told = Notice.objects.filter(alarm=alarm.uuid)
    assert {n.recipient for n in told} == {cast.office}
    page = browser(cast.office).get(alarm.get_absolute_url()).content.decode()
    link = reverse("desk_home", args=[visit.ref, alarm.attendee.pk])
    assert f'href="{link}"' in page
    assert browser(cast.office).get(link).status_code == 200
    assert reverse("desk_back", args=[visit.ref]) not in page
    assert "Everybody is accounted for" not in page


def test_the_visitor_alone_does_not_end_the_alarm(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    clock.set(due(visit)[0])
    sweep("test")
    transitions.say_home(visit=visit, by=cast.teacher, now=clock.advance(minutes=1))
    alarm = visit.alarms.get()
    assert alarm.is_open
    with pytest.raises(alarms.Refused, match="You are on this visit"):
        alarms.resolve(alarm=alarm, by=cast.teacher, outcome="late", resolution="Home", now=clock.now)
    assert _row(cast, visit, clock.now)["act"]["say"] == "Says they are home: ring P. Teacher and make sure"
    alarms.resolve(alarm=alarm, by=cast.office, outcome="late", resolution="Spoke to her", now=clock.now)
    assert not on_board(cast.office).filter(pk=visit.pk).exists()


def test_whoever_resolves_it_has_made_sure_and_nothing_is_due_again(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    clock.set(due(visit)[0])
    sweep("test")
    said = {"outcome": "late", "resolution": "Spoke to her husband and to her"}
    alarms.resolve(alarm=visit.alarms.get(), by=cast.office, now=clock.now, **said)
    person = place(visit, cast.teacher)
    assert (person.home_at, person.home_by) == (clock.now, cast.office)
    assert due(visit) == []


@on("recorded", [False, True])
def test_they_stay_on_the_board_until_then_whatever_becomes_of_the_visit(
    cast: Cast, clock, now, recorded: bool
) -> None:
    visit = left(cast, clock, now)
    if recorded:
        said = {"values": make.record_facts(visit), "outcome": "completed", "actions": []}
        people = [("Maria Novak", "mother")]
        transitions.keep_record(visit=visit, by=cast.teacher, now=clock.now, people=people, **said)
        visit = transitions.record(visit=visit, by=cast.teacher, now=clock.now)
    assert on_board(cast.office).filter(pk=visit.pk).exists()
    made = _row(cast, visit, clock.now)
    assert made["act"]["say"] == "Going straight home, due 11:40"
    assert [(one["name"], one["note"]) for one in made["people"]] == [
        ("P. Teacher", "going straight home"),
        ("P. Colleague", "back"),
    ]
    assert (made["status"], made["what"]) == ("ok", "word from home")


def test_the_office_says_so_for_them_with_how_they_knew(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    url = reverse("desk_home", args=[visit.ref, place(visit, cast.teacher).pk])
    reads = {name for name, who in cast.people.items() if browser(who).get(url).status_code == 200}
    assert reads == {"office", "dsl", "slt", "deputy", "head", "ceo"}
    desk = browser(cast.office)
    assert (
        "Say how you knew that it was them"
        in desk.post(url, {"answer": "home", "identity": ""}).content.decode()
    )
    desk.post(url, {"answer": "home", "identity": "Rang her own number"})
    person = place(visit, cast.teacher)
    assert (person.home_by, person.home_identity, due(visit)) == (cast.office, "Rang her own number", [])


@pytest.mark.clause("PS-134")
def test_a_text_that_says_home_is_home_and_never_back_at_school(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    assert (
        text(visit, cast.teacher, "Home safe", clock.now)
        == f"{visit.ref}: you are home safe. Recorded at 10:40."
    )
    assert place(visit, cast.teacher).home_at == clock.now


def test_a_text_that_says_home_of_somebody_who_is_out_marks_nobody_back(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    reply = text(visit, cast.teacher, "home", clock.advance(minutes=40))
    assert reply.startswith(
        f"{visit.ref}: not recorded. Nobody has noted yet that you go straight home. Ring the office:"
    )
    person = place(visit, cast.teacher)
    assert (person.back_at, person.home_at, visit.moments.filter(kind="back").exists()) == (None, None, False)


def test_home_is_no_word_of_somebody_who_is_back_at_school(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    with pytest.raises(Refused, match="Nobody has noted"):
        transitions.say_home(visit=visit, by=cast.colleague, now=clock.now)


def test_not_back_after_all_takes_back_home_too(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    transitions.say_home(visit=visit, by=cast.teacher, now=clock.now)
    transitions.not_back_after_all(visit=visit, by=cast.office, now=clock.now, reason="It was a mistake")
    assert place(visit, cast.teacher).home_at is None
    assert visit.deadlines.filter(kind="return", state="live").exists()


def _row(cast: Cast, visit: Visit, now: dt.datetime):
    (known,) = facts.read([visit.pk], cast.office)
    assert is_in_sight(known)
    return row(known, viewer(cast.office), now)


@pytest.mark.clause("TC-120")
def test_the_sheet_to_read_out_is_there_when_the_record_is_written_already(cast: Cast, clock, now) -> None:
    visit = left(cast, clock, now)
    said = {"values": make.record_facts(visit), "outcome": "completed", "actions": []}
    people = [("Maria Novak", "mother")]
    transitions.keep_record(visit=visit, by=cast.teacher, now=clock.now, people=people, **said)
    transitions.record(visit=visit, by=cast.teacher, now=clock.now)
    sheet = reverse("responders", args=[visit.ref])
    assert browser(cast.office).get(sheet).status_code == 404
    clock.set(due(visit)[0])
    sweep("test")
    page = browser(cast.office).get(sheet).content.decode()
    assert "Pat Teacher" in page
    assert "Nobody: everybody is accounted for." not in page


def test_the_office_reads_by_when_they_say_that_they_are_home(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    visit = pinned(visit, version(cast, home_safe_rule="always"))
    person = place(visit, cast.teacher)
    clock.advance(minutes=40)
    typed = {f"person{person.pk}-how": "left_by_phone", f"person{person.pk}-identity": VOICE}
    page = browser(cast.office).post(
        reverse("desk_back", args=[visit.ref]), {"person": person.pk, **typed}, follow=True
    )
    assert "P. Teacher says once more that they are home, by 11:40." in page.content.decode()


@pytest.mark.clause("PS-129")
def test_the_pin_that_asks_for_help_is_heard_at_home_too_and_the_answer_is_the_same(
    cast: Cast, clock, now
) -> None:
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(staff=staff, ordinary="2468", duress="1357", by=staff, now=now)
    told = {}
    for pin in ("2468", "1357"):
        visit = left(cast, clock, clock.now)
        assert "PIN" in text(visit, cast.teacher, "home", clock.now)
        told[pin] = (
            text(visit, cast.teacher, f"home {pin}", clock.now).replace(visit.ref, "REF").split(".")[0]
        )
        sweep("test")
        assert place(visit, cast.teacher).home_at == clock.now
        assert [alarm.kind for alarm in visit.alarms.all()] == ([] if pin == "2468" else ["duress"])
    assert told["2468"] == told["1357"] == "REF: you are home safe"


@pytest.fixture
def homeward_bound(cast: Cast, clock, now) -> Visit:
    """The record is written, and one of them is still on the way home."""
    visit = left(cast, clock, now)
    said = {"values": make.record_facts(visit), "outcome": "completed", "actions": []}
    people = [("Maria Novak", "mother")]
    transitions.keep_record(visit=visit, by=cast.teacher, now=clock.now, people=people, **said)
    return make.fresh(transitions.record(visit=visit, by=cast.teacher, now=clock.now))


def test_who_is_still_on_the_way_home_may_call_for_help(homeward_bound: Visit, cast: Cast, clock) -> None:
    visit, phone = homeward_bound, browser(cast.teacher)
    page = phone.get(reverse("out", args=[visit.ref])).content.decode()
    assert [words in page for words in ("Hold for help", "Note to the office", "nothing left to say")] == [
        True,
        True,
        False,
    ]
    phone.post(reverse("out_help", args=[visit.ref]), {"held": "1", "key": str(uuid.uuid4())})
    alarm = visit.alarms.get()
    assert (alarm.kind, alarm.attendee.staff, alarm.rung) == ("help", cast.teacher, 1)
    shown = browser(cast.office).get(alarm.get_absolute_url()).content.decode()
    assert reverse("desk_home", args=[visit.ref, alarm.attendee.pk]) in shown
    with pytest.raises(Refused):
        transitions.ask_for_help(visit=visit, by=cast.colleague, now=clock.now)


@pytest.mark.clause("PS-129", "TC-169")
def test_a_note_on_the_way_home_is_taken_and_heard(homeward_bound: Visit, cast: Cast, clock) -> None:
    visit, phrase = homeward_bound, "Did Sam find the minibus key?"
    set_code_word(school=cast.school, word=phrase, by=cast.office, now=clock.now, visit=visit)
    transitions.say_note(visit=visit, by=cast.teacher, now=clock.now, text=f"Late. {phrase}")
    assert visit.moments.filter(kind="note").count() == 1
    assert visit.deadlines.get(kind="word_note", state="live").attendee.staff == cast.teacher


@pytest.mark.clause("PS-129", "TC-118")
@on(("answer", "kind"), [("no_answer", "unheard"), ("code_word", "duress")])
def test_a_call_to_somebody_at_home_may_end_otherwise(
    homeward_bound: Visit, cast: Cast, clock, answer: str, kind: str
) -> None:
    visit, person = homeward_bound, place(homeward_bound, cast.teacher)
    phone = browser(cast.teacher)
    url = reverse("desk_home", args=[visit.ref, person.pk])
    page = browser(cast.office).get(url).content.decode()
    assert "They need help, or said the code word" in page
    told = {"answer": answer, "note": "A man spoke for her", "key": str(uuid.uuid4())}
    reply = browser(cast.office).post(url, told)
    alarm = visit.alarms.get()
    assert (alarm.kind, alarm.attendee, alarm.rung) == (kind, person, 1)
    assert reply["Location"] == alarm.get_absolute_url()
    browser(cast.office).post(url, told)
    assert visit.alarms.count() == 1
    shown = phone.get(reverse("out", args=[visit.ref])).content.decode()
    # What an ordinary call leaves: they are home, and nothing is left to say.
    assert ("I am home safe" in shown) == (answer == "no_answer")


def test_where_somebody_was_goes_with_the_last_alarm_after_the_record(
    homeward_bound: Visit, cast: Cast, clock
) -> None:
    visit = pinned(homeward_bound, version(cast, home_safe_rule="always", position_with_help=True))
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.now)
    here = {"latitude": Decimal("53.8"), "longitude": Decimal("-3.0"), "accuracy": 20}
    assert transitions.keep_position(visit=visit, by=cast.teacher, now=clock.now, sent_with="help", **here)
    said = {"outcome": "real", "resolution": "A neighbour came, and she is home"}
    alarms.resolve(alarm=visit.alarms.get(), by=cast.office, now=clock.now, **said)
    assert not Position.objects.filter(visit=visit).exists()
