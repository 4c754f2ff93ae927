"""Who hears when somebody stays too long, does not answer, or has not come back: each policy's own clauses."""

import datetime as dt

import pytest

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.alarming import live, swept, told
from visits import gates, plan, transitions
from visits.models import Visit
from visits.safety import Due

TC, PS, AF = "three_counties", "poulton_le_sands", "aspirational_futures"
on = pytest.mark.parametrize


def asked(visit: Visit, question: str) -> list[str]:
    """Who was asked something inside the product, by part of the cast, as often as they were."""
    found = Notice.objects.filter(subject=f"{visit.ref}: {question}", channel="in_app")
    return sorted(notice.recipient.last_name.lower() for notice in found)


@pytest.mark.clause("PS-097")
@on("cast", [PS], indirect=True)
def test_whoever_stays_too_long_is_asked_at_the_planned_end_and_once_more(cast: Cast, clock, now) -> None:
    asking, party = "are you leaving the home?", ["colleague", "teacher"]
    visit = make.out(cast, now=now)
    clock.set(visit.end_at - dt.timedelta(seconds=1))
    sweep("test")
    assert asked(visit, asking) == []
    clock.set(visit.end_at)
    sweep("test")
    assert asked(visit, asking) == party
    swept(clock, 10)
    assert asked(visit, asking) == sorted(party * 2)
    swept(clock, 30)
    assert asked(visit, asking) == sorted(party * 2)


@pytest.mark.clause("PS-097")
@on("cast", [PS], indirect=True)
def test_whoever_has_left_the_home_is_not_asked(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_left(visit=visit, by=cast.teacher, now=clock.advance(minutes=35))
    clock.set(visit.end_at)
    sweep("test")
    assert asked(visit, "are you leaving the home?") == []


@pytest.mark.clause("PS-097")
@on("cast", [PS], indirect=True)
def test_three_quarters_of_an_hour_are_proposed(cast: Cast, now) -> None:
    assert plan.proposed(make.draft(cast, now=now), now).stay == 45


@pytest.mark.clause("TC-118")
@on("cast", [TC], indirect=True)
def test_a_call_that_nobody_answers_reaches_the_head_ten_minutes_later(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))
    transitions.say_no_answer(
        visit=visit,
        by=cast.office,
        now=clock.advance(minutes=6),
        attendee=visit.attendees.get(staff=cast.colleague),
    )
    assert told(visit, kind="missed_check_in") == {"office"}
    clock.advance(minutes=10, seconds=-1)
    sweep("test")
    assert told(visit, kind="missed_check_in") == {"office"}
    clock.advance(seconds=1)
    sweep("test")
    assert told(visit, kind="missed_check_in") == {"office", "head"}


@pytest.mark.clause("TC-118")
@on("cast", [TC], indirect=True)
def test_a_call_that_nobody_makes_reaches_the_head_too(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))
    swept(clock, 10)
    alarm = visit.alarms.get(kind="missed_check_in")
    assert (alarm.attendee.staff, alarm.due_at) == (cast.colleague, clock.now)
    assert told(visit, kind="missed_check_in") == {"office"}
    swept(clock, 10)
    assert told(visit, kind="missed_check_in") == {"office", "head"}


@pytest.mark.clause("TC-122", "TC-259")
@on("cast", [TC], indirect=True)
def test_an_ewo_who_only_goes_along_and_is_missing_is_the_ceos_to_decide(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.teacher, party=[cast.teacher, cast.ewo])
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    transitions.say_back(visit=visit, by=cast.teacher, now=clock.advance(minutes=20))
    clock.set(visit.return_due_at)
    sweep("test")
    assert told(visit, kind="overdue") == {"office"}
    swept(clock, 10)
    assert told(visit, kind="overdue") == {"office", "head", "ceo"}
    swept(clock, 20)
    assert asked(visit, "decide about the police") == ["ceo"]


@pytest.mark.clause("CS-091")
@on("cast", [AF], indirect=True)
def test_the_office_then_those_who_authorise_then_the_trust_hear_that_nobody_returned(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    clock.set(visit.return_due_at)
    sweep("test")
    heard = [told(visit, kind="overdue")]
    for _ in range(2):
        swept(clock, 10)
        heard.append(told(visit, kind="overdue"))
    first, second = {"office"}, {"office", "head", "slt"}
    assert heard == [first, second, {*second, "dsl", "ceo"}]


@pytest.mark.clause("CS-091")
@on("cast", [AF], indirect=True)
def test_the_board_shows_that_nobody_returned(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    board = browser(cast.office)
    clock.set(visit.return_due_at - dt.timedelta(seconds=1))
    sweep("test")
    before = board.get("/board/rows/").content.decode()
    assert (f'data-visit="{visit.ref}" data-status="alarm"' in before, "data-alarm=" in before) == (
        False,
        False,
    )
    swept(clock, 1 / 60)
    after = board.get("/board/rows/").content.decode()
    assert f'data-visit="{visit.ref}" data-status="alarm"' in after
    assert f'data-alarm="{visit.alarms.get(kind="overdue").uuid}"' in after


@pytest.mark.clause("CS-092")
@on("cast", [AF], indirect=True)
def test_every_step_of_looking_for_them_is_kept_with_who_and_when_and_nothing_closes_before(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    transitions.check_in(visit=visit, by=cast.teacher, now=clock.advance(minutes=12), together=True)
    clock.set(visit.return_due_at)
    sweep("test")
    alarm = visit.alarms.get(kind="overdue")
    at = {}
    for person in visit.party:
        at[person.short_name] = clock.advance(minutes=1)
        transitions.say_no_answer(visit=visit, by=cast.office, now=clock.now, attendee=person)
    at["own"] = clock.advance(minutes=1)
    alarms.own(alarm=alarm, by=cast.head, now=clock.now)
    at["sent"] = clock.advance(minutes=1)
    browser(cast.head).post(f"/alarms/{alarm.uuid}/note/", {"sent": "the caretaker, by car"})
    at["police"] = clock.advance(minutes=1)
    transitions.decide_police(
        visit=visit, alarm=alarm, by=cast.head, now=clock.now, answer="called", at=clock.now, decider=cast.head,
        number="999", reference="77",
    )  # fmt: skip
    rang = visit.events.filter(kind="no_answer").values_list("sentence", "by", "happened_at")
    assert set(rang) == {
        (f"No answer from {a.short_name}", cast.office.pk, at[a.short_name]) for a in visit.party
    }
    kept = [(one.kind, one.by, one.happened_at) for one in alarm.history() if one.by]
    assert kept == [
        ("owned", cast.head, at["own"]),
        ("noted", cast.head, at["sent"]),
        ("police", cast.head, at["police"]),
    ]
    shown = browser(cast.head).get(alarm.get_absolute_url()).content.decode()
    expected = ("Tried:", "Sent to look: the caretaker, by car", "reference 77")
    assert [word for word in expected if word not in shown] == []


@pytest.mark.clause("CS-092")
@on("cast", [AF], indirect=True)
def test_people_who_say_that_they_are_back_are_safe_only_once_somebody_has_closed_the_alarm(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    clock.set(visit.return_due_at)
    sweep("test")
    for person in (cast.teacher, cast.colleague):
        transitions.say_back(visit=visit, by=person, now=clock.now)
    assert gates.blocking("return", make.fresh(visit), clock.now) != []
    assert Due.RETURN not in live(visit)  # it has fired: the alarm stands for it
    for alarm in visit.alarms.all():
        alarms.resolve(alarm=alarm, by=cast.head, outcome="late", resolution="Saw both.", now=clock.now)
    assert make.fresh(visit).state == "returned_safe"
