"""The police: a named person is asked in time, what they decide is kept, and a sheet is there to read out."""

import pytest

from homevisits.audit.models import Look
from homevisits.escalation import alarms
from homevisits.escalation.alarms import open_alarm_now
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import pinned, turned
from visits import police, responders, transitions
from visits.models import Attendee, Visit, VisitAlarm
from visits.overview import Overview
from visits.paper import spoken
from visits.phone import PhonePage
from visits.transitions import Refused

on = pytest.mark.parametrize


def asked(visit: Visit) -> list[str]:
    """Who was asked to decide, in the order in which they were."""
    found = Notice.objects.filter(subject=f"{visit.ref}: decide about the police", channel="in_app")
    return [n.recipient.last_name.lower() for n in found.order_by("created_at", "pk")]


def overdue(visit: Visit, clock) -> VisitAlarm:
    clock.set(visit.return_due_at)
    sweep("test")
    return visit.alarms.get(kind="overdue")


def checked_in(cast: Cast, visit: Visit, clock) -> None:
    """The check-in calls are over: what is late is the return."""
    by = Visit.objects.get(pk=visit.pk).lead.staff
    transitions.check_in(visit=visit, by=by, now=clock.advance(minutes=12), together=True)


@pytest.mark.clause("TC-120", "TC-121")
def test_the_head_is_asked_when_the_policys_minutes_are_over_and_again_until_it_is_decided(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    checked_in(cast, visit, clock)
    alarm = overdue(visit, clock)
    alarms.own(alarm=alarm, by=cast.office, now=clock.now)
    clock.advance(minutes=29)
    sweep("test")
    assert asked(visit) == []
    clock.advance(minutes=1)
    sweep("test")
    assert asked(visit) == ["head"]
    clock.advance(minutes=visit.rules.last_step_repeat_minutes)
    sweep("test")
    assert asked(visit) == ["head", "head"]
    said = {"answer": "called", "at": clock.now, "decider": cast.head, "number": "999", "reference": "1234"}
    row = transitions.decide_police(visit=visit, alarm=alarm, by=cast.office, now=clock.now, **said)
    assert (row.decider, row.by, row.reference) == (cast.head, cast.office, "1234")
    clock.advance(minutes=60)
    sweep("test")
    assert asked(visit) == ["head", "head"]


@pytest.mark.clause("TC-122", "TC-259")
def test_for_a_missing_ewo_it_is_the_ceo(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.ewo, party=[cast.ewo, cast.colleague])
    checked_in(cast, visit, clock)
    overdue(visit, clock)
    clock.advance(minutes=30)
    sweep("test")
    assert asked(visit) == ["ceo"]


@pytest.mark.turns("police_after_minutes", "police_roles")
@on(("minutes", "roles", "who"), [(10, ["slt"], "slt"), (20, ["dsl", "headteacher"], "dsl")])
def test_the_policy_says_when_and_who(cast: Cast, clock, now, minutes: int, roles, who: str) -> None:
    visit = make.out(cast, now=now)
    alarm = open_alarm_now(VisitAlarm, visit, kind="help", now=now)
    alarm.visit = Visit.objects.get(pk=visit.pk)
    alarm.visit.rules.police_after_minutes, alarm.visit.rules.police_roles = minutes, roles
    assert police.is_asked(alarm, now + make.minutes(minutes - 1)) is False
    assert police.is_asked(alarm, now + make.minutes(minutes)) is True
    assert police.deciders(alarm, now) == [cast.people[who]]


@pytest.mark.turns("police_number")
@on(("number", "said"), [("999", "Ring 999."), ("101", "Ring 101. If anybody may be in danger, ring 999.")])
def test_the_policy_names_the_number(cast: Cast, now, number: str, said: str) -> None:
    visit = make.out(cast, now=now)
    visit.rules.police_number = number
    assert responders.numbers(visit) == said


def test_why_they_are_not_called_is_written_and_asked_again_later(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm = visit.alarms.get()
    later = clock.advance(minutes=30)
    said = {"answer": "not_yet", "at": later, "decider": cast.head}
    with pytest.raises(Refused, match="Say why"):
        transitions.decide_police(visit=visit, alarm=alarm, by=cast.head, now=later, **said)
    transitions.decide_police(visit=visit, alarm=alarm, by=cast.head, now=later, words="On the phone", **said)
    assert police.is_asked(alarm, later + make.minutes(29)) is False
    assert police.is_asked(alarm, later + make.minutes(30)) is True
    with pytest.raises(Refused, match="with the desk duty"):
        transitions.decide_police(
            visit=visit, alarm=alarm, by=cast.teacher, now=later, words="All well", **said
        )


def test_the_sheet_says_who_where_and_when_and_never_why(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    Attendee.objects.filter(visit=visit, is_lead=True).update(wears="navy coat")
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    text = browser(cast.office).get(f"/visits/{visit.ref}/responders/").content.decode()
    number = spoken(make.fresh(visit).lead.phone)
    for words in (
        visit.address,
        visit.postcode,
        "Pat Teacher",
        "Pat Office",
        number,
        "wears navy coat",
        visit.ref,
    ):
        assert words in text
    pupil = visit.pupils.get()
    for words in (visit.purpose, visit.why_necessary, str(pupil)):
        assert words not in text
    assert Look.objects.filter(by=cast.office, what="responders", ref=visit.ref).count() == 1
    for nobody in (cast.teacher, cast.attendance, cast.admin):
        assert browser(nobody).get(f"/visits/{visit.ref}/responders/").status_code == 404
        assert browser(nobody).get(f"/visits/{visit.ref}/police/").status_code == 404


def test_a_decision_is_written_on_the_alarms_page(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    clock.advance(minutes=31)
    alarm, head = visit.alarms.get(), browser(cast.head)
    assert "It is for <b>P. Head</b> to decide now" in head.get(alarm.get_absolute_url()).content.decode()
    at = {"at_day": "26/11/2026", "at_time": "10:31"}
    wrong = head.post(f"/visits/{visit.ref}/police/", {"answer": "not_yet", "decider": cast.head.pk, **at})
    assert "Say why the police are not called now" in wrong.content.decode()
    said = {"answer": "called", "number": "999", "reference": "77", "decider": cast.head.pk, **at}
    done = head.post(f"/visits/{visit.ref}/police/", said, follow=True)
    assert "reference 77" in done.content.decode()


def test_the_party_learns_nothing_of_a_silent_alarm_and_the_police(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    before = PhonePage(make.fresh(visit), cast.teacher, now).moments
    open_alarm_now(VisitAlarm, visit, kind="duress", now=now, attendee=make.fresh(visit).lead)
    clock.advance(minutes=30)
    transitions.door.rearm(visit, now=clock.now)
    sweep("test")
    alarm = visit.alarms.get(kind="duress")
    said = {"answer": "called", "at": clock.now, "decider": cast.head, "number": "999"}
    transitions.decide_police(visit=visit, alarm=alarm, by=cast.head, now=clock.now, **said)
    shown = [line["text"] for line in Overview(make.fresh(visit), cast.teacher, clock.now).timeline]
    assert [text for text in shown if "olice" in text] == []
    assert PhonePage(make.fresh(visit), cast.teacher, now).moments == before
    assert {"teacher", "colleague"}.isdisjoint(asked(visit))


@pytest.mark.turns("police_after_minutes")
def test_the_prompt_is_timed_from_the_first_alarm_that_may_come(cast: Cast, now) -> None:
    visit = make.logged(cast, now=now)
    first = visit.deadlines.get(kind="police", state="live").due_at
    assert first == visit.return_due_at + make.minutes(visit.rules.police_after_minutes)
    sooner = pinned(visit, turned(cast, police_after_minutes=7))
    transitions.door.rearm(sooner, now=now)
    assert visit.deadlines.get(kind="police", state="live").due_at == visit.return_due_at + make.minutes(7)


def with_two_alarms(cast: Cast, now) -> Visit:
    """Two of the party missed their check-in."""
    visit = make.out(cast, now=now)
    for attendee in make.fresh(visit).party:
        transitions.say_no_answer(visit=visit, by=cast.office, now=now, attendee=attendee)
    return make.fresh(visit)


def test_each_alarm_of_a_visit_gets_its_own_not_now(cast: Cast, clock, now) -> None:
    visit = with_two_alarms(cast, now)
    first, second = visit.alarms.order_by("pk")
    later, head = clock.advance(minutes=31), browser(cast.head)
    said = {
        "answer": "not_yet",
        "why": "Seen",
        "decider": cast.head.pk,
        "at_day": "26/11/2026",
        "at_time": "10:31",
    }
    page = head.get(second.get_absolute_url()).content.decode()
    address = f"/visits/{visit.ref}/police/?alarm={second.uuid}"
    assert address in page
    assert head.post(address, said).status_code == 302
    assert [alarm.pk for alarm in police.asked_about(visit, later)] == [first.pk]
    assert head.post(f"/visits/{visit.ref}/police/", said).status_code == 302
    assert police.asked_about(visit, later) == []
    assert head.get(f"/visits/{visit.ref}/police/?alarm=nonsense").status_code == 404


def test_that_the_police_were_rung_counts_for_every_alarm_that_is_open(cast: Cast, clock, now) -> None:
    visit = with_two_alarms(cast, now)
    first, second = visit.alarms.order_by("pk")
    later = clock.advance(minutes=31)
    said = {"answer": "called", "at": later, "decider": cast.head, "number": "999", "reference": "77"}
    transitions.decide_police(visit=visit, alarm=second, by=cast.head, now=later, **said)
    assert police.asked_about(visit, later) == []
    assert "reference 77" in browser(cast.head).get(first.get_absolute_url()).content.decode()
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.advance(minutes=1))
    clock.advance(minutes=30)
    assert [alarm.kind for alarm in police.asked_about(make.fresh(visit), clock.now)] == ["help"]


def test_what_was_decided_about_a_silent_alarm_counts_for_no_other_and_none_for_it(
    cast: Cast, clock, now
) -> None:
    visit = with_two_alarms(cast, now)
    loud = visit.alarms.first()
    silent = open_alarm_now(VisitAlarm, visit, kind="duress", now=now, attendee=visit.lead)
    later = clock.advance(minutes=31)
    said = {"answer": "called", "at": later, "decider": cast.head, "number": "999", "reference": "77"}
    transitions.decide_police(visit=visit, alarm=silent, by=cast.head, now=later, **said)
    assert [alarm.is_silent for alarm in police.asked_about(visit, later)] == [False, False]
    assert list(police.decided(police.in_question(visit, later, str(loud.uuid)))) == []
    transitions.decide_police(visit=visit, alarm=loud, by=cast.head, now=later, **said)
    assert police.decided(police.in_question(visit, later, str(silent.uuid))).count() == 1


def test_that_they_rang_back_is_no_decision(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm, later = visit.alarms.get(), clock.advance(minutes=31)
    said = {"answer": "called_back", "at": later, "decider": cast.office}
    transitions.decide_police(visit=visit, alarm=alarm, by=cast.office, now=later, **said)
    assert police.asked_about(make.fresh(visit), later) == [alarm]


@pytest.mark.clause("TC-120", "TC-122")
@on(("missing", "named"), [("teacher", ["head"]), ("ewo", ["ceo"])])
@on("decider", ["office", "slt", "dsl", "head", "ceo"])
def test_not_now_is_for_those_whom_the_policy_names(cast: Cast, clock, now, missing, named, decider) -> None:
    person = cast.people[missing]
    visit = make.out(cast, now=now, by=person, party=[person, cast.colleague])
    transitions.ask_for_help(visit=visit, by=person, now=now)
    alarm, later = visit.alarms.get(), clock.advance(minutes=31)
    said = {"answer": "not_yet", "at": later, "decider": cast.people[decider], "words": "On the phone"}
    if decider in named:
        transitions.decide_police(visit=visit, alarm=alarm, by=cast.office, now=later, **said)
    else:
        with pytest.raises(Refused, match=f"decided by P. {named[0].capitalize()}"):
            transitions.decide_police(visit=visit, alarm=alarm, by=cast.office, now=later, **said)
    assert (police.asked_about(make.fresh(visit), later) == []) == (decider in named)


def test_anybody_rings_at_once_and_the_story_says_that_the_policy_names_others(
    cast: Cast, clock, now
) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    alarm, later = visit.alarms.get(), clock.advance(minutes=2)
    said = {"answer": "called", "at": later, "decider": cast.office, "number": "999"}
    with pytest.raises(Refused, match="did not wait"):
        transitions.decide_police(visit=visit, alarm=alarm, by=cast.office, now=later, **said)
    transitions.decide_police(
        visit=visit,
        alarm=alarm,
        by=cast.office,
        now=later,
        words="A car comes. The head is teaching.",
        **said,
    )
    line = visit.events.filter(kind="police").last().sentence
    assert line == "Rang 999: P. Office decided, not whom the policy names"


@on(("who", "chosen"), [("office", "head"), ("head", "head")])
def test_the_form_begins_with_whom_the_policy_names(cast: Cast, clock, now, who: str, chosen: str) -> None:
    visit = make.out(cast, now=now)
    transitions.ask_for_help(visit=visit, by=cast.teacher, now=now)
    page = browser(cast.people[who]).get(f"/visits/{visit.ref}/police/")
    assert page.context["form"].initial["decider"] == cast.people[chosen]
