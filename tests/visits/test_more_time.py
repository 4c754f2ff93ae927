"""Reminded before they are due, late with two taps, and more time that a person has to agree to."""

import datetime as dt
import uuid

import pytest

from homevisits.clock import local
from homevisits.escalation import alarms
from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.registry import Inbound
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned, turned
from tests.factories.trusts import TermFactory
from visits import timing, transitions
from visits.alarm_report import lines
from visits.models import TimeRequest, Visit, VisitAlarm
from visits.owed import owed
from visits.texting import answer
from visits.transitions import Refused

on = pytest.mark.parametrize


def reminded(visit: Visit) -> dict[str, set[str]]:
    """What a visitor was reminded of ahead of time, and by which channels."""
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(subject__startswith=visit.ref, subject__endswith="soon"):
        found.setdefault(notice.subject.removeprefix(f"{visit.ref}: "), set()).add(notice.channel)
    return found


def test_visitors_are_reminded_on_their_phones_before_each_time(cast: Cast, clock, now, phones) -> None:
    visit = make.out(cast, now=now)
    ways = {"in_app", "text", "push"}
    clock.set(now + make.minutes(15))  # the call begins at 10:20
    sweep("test")
    assert reminded(visit) == {"somebody rings you soon": ways}
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=6), together=True)
    clock.set(visit.end_at - make.minutes(5))
    sweep("test")
    transitions.say_left(visit=visit, by=cast.teacher, now=clock.now)
    clock.set(visit.return_at - make.minutes(5))
    sweep("test")
    assert reminded(visit) == {
        "somebody rings you soon": ways,
        "the visit ends soon": ways,
        "you are due back soon": ways,
    }


def test_without_a_text_account_no_reminder_waits_for_one(cast: Cast, clock, now) -> None:
    make.out(cast, now=now)
    clock.set(now + make.minutes(15))
    sweep("test")
    assert set(Notice.objects.filter(subject__endswith="soon").values_list("channel", flat=True)) == {
        "in_app"
    }


def test_visitors_are_reminded_before_they_have_waited_too_long(cast: Cast, clock, now, phones) -> None:
    visit = make.out(cast, now=now)
    transitions.say_waiting(visit=visit, by=cast.teacher, now=clock.advance(minutes=11))
    ends = visit.deadlines.get(kind="wait").due_at
    clock.set(ends - make.minutes(5) - make.minutes(0.1))
    sweep("test")
    said = Notice.objects.filter(subject=f"{visit.ref}: you have nearly waited long enough")
    assert not said.exists()
    clock.set(ends - make.minutes(5))
    sweep("test")
    told = {(n.recipient, n.channel) for n in said.all()}
    assert told == {
        (who, way) for who in (cast.teacher, cast.colleague) for way in ("in_app", "text", "push")
    }


SOFT = {"in_app", "email", "text", "push"}


def soft(visit: Visit, words: str) -> dict[str, set[str]]:
    """Who was told this about a visit, by which ways."""
    found: dict[str, set[str]] = {}
    for notice in Notice.objects.filter(subject=f"{visit.ref}: {words}", is_urgent=True):
        found.setdefault(notice.recipient.last_name.lower(), set()).add(notice.channel)
    return found


def test_before_somebody_is_possibly_out_they_are_asked_on_their_phones(
    cast: Cast, clock, now, phones
) -> None:
    visit = make.logged(cast, now=now, **make.plan(now + make.minutes(30)))
    clock.set(visit.depart_at - make.minutes(0.1))
    sweep("test")
    assert soft(visit, "you are due to leave now") == {}
    clock.set(visit.depart_at)
    sweep("test")
    assert soft(visit, "you are due to leave now") == {"teacher": SOFT, "colleague": SOFT}
    assert not visit.alarms.exists()


def test_after_did_not_leave_they_are_asked_shortly_before_the_alarm_and_not_at_once(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    transitions.did_not_leave(visit=visit, by=cast.teacher, now=clock.advance(minutes=3), reason="Ill")
    (due,) = visit.deadlines.filter(kind="departure", state="live")
    ahead = cast.policy.nudge_minutes
    assert due.next_at == due.prompt_at == due.due_at - make.minutes(ahead)


def test_the_soft_stage_reaches_the_telephone(cast: Cast, clock, now, phones) -> None:
    visit = make.out(cast, now=now)
    both = {"teacher": SOFT, "colleague": SOFT}
    clock.set(visit.start_at + make.minutes(cast.policy.arrival_grace_minutes))
    sweep("test")
    assert soft(visit, "have you arrived?") == both
    clock.set(visit.end_at)
    sweep("test")
    assert soft(visit, "are you leaving the home?") == both
    clock.set(visit.return_at)
    sweep("test")
    assert soft(visit, "you are due back now") == both


@pytest.mark.turns("nudge_minutes")
@on(("ahead", "kinds"), [(0, set()), (10, {"soon_check_in", "soon_end", "soon_return"})])
def test_the_policy_says_how_long_before_or_not_at_all(cast: Cast, now, ahead: int, kinds: set[str]) -> None:
    visit = make.fresh(make.out(cast, now=now))
    visit.rules.nudge_minutes = ahead
    soon = {one.kind: one.due_at for one in timing.wanted(visit) if one.kind.startswith("soon_")}
    assert set(soon) == kinds
    assert soon.get("soon_return", visit.return_at) == visit.return_at - make.minutes(ahead)


def test_nobody_is_reminded_of_what_has_passed(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_at)
    sweep("test")
    assert reminded(visit) == {}


def test_somebody_late_says_in_two_taps_that_they_need_a_quarter_of_an_hour(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_at + make.minutes(1))
    phone = browser(cast.teacher)
    page = phone.get(f"/visits/{visit.ref}/out/").content.decode()
    assert f'href="/visits/{visit.ref}/out/time/?late"' in page
    form = phone.get(f"/visits/{visit.ref}/out/time/?late").context["form"]
    assert (form["minutes"].value(), form["why"].value()) == (15, "We are running late")
    phone.post(f"/visits/{visit.ref}/out/time/?late", {"minutes": "15", "why": "We are running late"})
    assert make.fresh(visit).return_at == visit.return_at + make.minutes(15)


def asked(cast: Cast, now, minutes: int = 90) -> Visit:
    visit = make.out(cast, now=now)
    return transitions.want_time(visit=visit, by=cast.teacher, now=now, minutes=minutes, reason="Long talk")


def test_beyond_the_limit_it_is_asked_for_and_nothing_moves_until_somebody_agrees(
    cast: Cast, clock, now
) -> None:
    visit = asked(cast, now)
    before = make.fresh(visit).return_at
    told = Notice.objects.filter(subject=f"{visit.ref}: they ask for 90 more minutes", is_urgent=True)
    assert {n.recipient for n in told} == {cast.office, cast.head}
    phone = browser(cast.teacher).get(f"/visits/{visit.ref}/out/").content.decode()
    assert "not agreed yet" in phone
    with pytest.raises(Refused, match="asked already"):
        transitions.want_time(visit=visit, by=cast.teacher, now=now, minutes=80, reason="Longer")
    assert "90 more minutes?" in owed(cast.office, now)[0].title
    reply = browser(cast.office).post(f"/visits/{visit.ref}/time/agree/", follow=True)
    assert "They have more time" in reply.content.decode()
    assert make.fresh(visit).return_at == before + make.minutes(90)
    assert Notice.objects.filter(subject__contains="times changed", recipient=cast.head).exists()
    assert owed(cast.office, now) == []


def test_what_is_sent_twice_is_asked_once(cast: Cast, clock, now) -> None:
    visit, key = make.out(cast, now=now), uuid.uuid4()
    for _ in range(2):
        transitions.want_time(visit=visit, by=cast.teacher, now=now, minutes=90, reason="Long talk", key=key)
    assert visit.time_requests.count() == visit.moments.filter(kind="more_time").count() == 1


def test_by_text_under_an_alarm_it_is_asked_for_and_the_reply_says_so(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    said = Inbound(uuid.uuid4(), (cast.teacher,), "20", now)
    reply = f"{visit.ref}: you asked for 20 more minutes. Recorded at 10:00. Nobody has agreed yet: back by"
    wanted = (cast.teacher, f"{reply} {local(visit.return_at):%H:%M}.")
    assert answer(said, now) == answer(said, now) == wanted
    transitions.answer_time(visit=visit, by=cast.office, now=now, is_agreed=True)
    moved = local(make.fresh(visit).return_at)
    agreed = f"{visit.ref}: 20 more minutes. Recorded at 10:00. Back by {moved:%H:%M}."
    assert answer(said, now) == (cast.teacher, agreed)


def test_a_refusal_leaves_the_times_and_stands_on_the_phone(cast: Cast, clock, now) -> None:
    visit = asked(cast, now)
    before = make.fresh(visit).return_at
    transitions.answer_time(visit=visit, by=cast.head, now=now, is_agreed=False)
    assert make.fresh(visit).return_at == before
    phone = browser(cast.teacher).get(f"/visits/{visit.ref}/out/").content.decode()
    assert "P. Head did not agree to 90 more minutes" in phone


@on("who", ["teacher", "colleague", "attendance"])
def test_nobody_who_goes_agrees_for_themselves(cast: Cast, now, who: str) -> None:
    visit = asked(cast, now)
    with pytest.raises(Refused, match="Only the office or a leader"):
        transitions.answer_time(visit=visit, by=cast.people[who], now=now, is_agreed=True)
    assert TimeRequest.objects.get().is_agreed is None


@pytest.mark.turns("false_alarm_percent")
@on(("most", "is_over"), [(20, True), (50, False)])
def test_how_alarms_turned_out_is_counted_without_names(
    cast: Cast, clock, now, most: int, is_over: bool
) -> None:
    TermFactory(school=cast.school, name="Autumn")
    visit = make.out(cast, now=now)
    pinned(visit, turned(cast, false_alarm_percent=most))
    for outcome in ("false", "late", "drill"):
        transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.advance(minutes=1))
        alarm = visit.alarms.exclude(state="resolved").get()
        alarms.resolve(alarm=alarm, by=cast.head, outcome=outcome, resolution="Spoke to them.", now=clock.now)
    (line,) = [one for one in lines(cast.head, clock.now) if one.term == "Autumn"]
    assert (line.false, line.late, line.real, line.drills, line.percent) == (1, 1, 0, 1, 50)
    assert line.is_over == is_over
    page = browser(cast.head).get("/reports/alarms/").content.decode()
    assert "at most" in page
    file = browser(cast.admin).get("/reports/alarms.csv").content.decode()
    assert "Teacher" not in page.replace("P. Head", "") + file
    assert f"{cast.school},Autumn,2,0,1,1,50,{most},1" in file


def test_terms_of_one_name_stay_apart_and_broken_timers_are_no_alarms(cast: Cast, clock, now) -> None:
    for year in (2025, 2026):
        begins, ends = dt.date(year, 9, 1), dt.date(year, 12, 18)
        TermFactory(school=cast.school, name="Autumn", starts_on=begins, ends_on=ends)
    visit = make.out(cast, now=now)
    for kind in ("help", "fault"):
        alarm = open_alarm_now(VisitAlarm, visit, kind=kind, now=now)
        alarms.resolve(alarm=alarm, by=cast.head, outcome="false", resolution="All well.", now=now)
    found = {line.term: line.total for line in lines(cast.head, now) if line.school == cast.school}
    assert found == {"Autumn 2026": 1, "Autumn 2025": 0, "Outside term": 0}
