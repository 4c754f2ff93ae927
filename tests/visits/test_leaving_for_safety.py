"""They left because it was not safe, or found a child alone: an alarm that somebody has to answer."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions
from visits.board import facts
from visits.board.banners import banners, open_alarms
from visits.board.rows import row
from visits.board.scope import viewer
from visits.models import Visit, VisitAlarm

on = pytest.mark.parametrize
PS, AF, TC = "poulton_le_sands", "aspirational_futures", "three_counties"
HEARS = {PS: {"office", "dsl", "slt"}, TC: {"office", "head"}, AF: {"office", "head", "slt"}}
ALONE = {
    PS: {"office", "dsl", "slt", "head"},
    TC: {"office", "head", "dsl"},
    AF: {"office", "head", "slt", "dsl"},
}
WAYS = {"in_app", "email", "text"}


def told(alarm: VisitAlarm) -> set[str]:
    return {n.recipient.last_name.lower() for n in Notice.objects.filter(alarm=alarm.uuid)}


def broken_off(cast: Cast, clock, now, **more) -> Visit:
    """They ended the visit five minutes after its start."""
    visit = make.out(cast, now=now, **more)
    by = visit.lead.staff
    return make.fresh(transitions.break_off(visit=visit, by=by, now=clock.advance(minutes=15)))


@pytest.mark.clause("PS-133", "TC-164", "CS-068")
@on("cast", [PS, TC, AF], indirect=True)
def test_leaving_for_safety_is_an_alarm_to_the_office_and_whom_the_policy_names(
    cast: Cast, clock, now, phones
) -> None:
    visit = broken_off(cast, clock, now)
    alarm = visit.alarms.get(kind="left_unsafe")
    assert (alarm.state, alarm.rung, alarm.due_at) == ("open", 1, clock.now)
    assert told(alarm) == HEARS[_preset(cast)]
    notices = Notice.objects.filter(alarm=alarm.uuid)
    assert {n.channel for n in notices} >= WAYS
    assert {n.subject for n in notices} == {f"Alarm: {visit.ref}: they left because it was not safe"}


@pytest.mark.clause("TC-164", "TC-113", "TC-117")
@on("cast", [TC], indirect=True)
def test_of_an_ewo_who_left_for_safety_the_ceo_hears(cast: Cast, clock, now) -> None:
    visit = broken_off(cast, clock, now, by=cast.ewo, party=[cast.ewo, cast.colleague])
    assert told(visit.alarms.get()) == {"office", "ceo", "head"}


@pytest.mark.clause("PS-082", "PS-083")
@on("cast", [PS, TC, AF], indirect=True)
def test_a_child_alone_is_an_alarm_and_says_nothing_of_the_child(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_outcome(
        visit=visit, by=cast.teacher, now=clock.advance(minutes=12), outcome="child_alone", text="Leo, six."
    )
    alarm = visit.alarms.get(kind="child_alone")
    assert told(alarm) == ALONE[_preset(cast)]
    (subject,) = set(Notice.objects.filter(alarm=alarm.uuid).values_list("subject", flat=True))
    assert subject == f"Alarm: {visit.ref}: a child is at home without an adult"
    kept_out = (*str(visit.pupils.get()).split(), visit.address, "Leo")
    bodies = Notice.objects.filter(alarm=alarm.uuid).values_list("body", flat=True)
    assert [word for word in kept_out for body in bodies if word in body] == []


@pytest.mark.clause("PS-082", "TC-164")
@on("cast", [TC], indirect=True)
@on("outcome", ["unsafe", "child_alone"])
def test_unanswered_it_climbs_at_the_policys_minutes(cast: Cast, clock, now, outcome: str) -> None:
    visit = make.out(cast, now=now)
    transitions.say_outcome(visit=visit, by=cast.teacher, now=clock.advance(minutes=5), outcome=outcome)
    alarm = visit.alarms.get()
    second = visit.rules.laddersteps.filter(ladder="safety")[1].after_minutes
    clock.advance(minutes=second, seconds=-1)
    sweep("test")
    assert VisitAlarm.objects.get(pk=alarm.pk).rung == 1
    clock.advance(seconds=1)
    sweep("test")
    assert VisitAlarm.objects.get(pk=alarm.pk).rung == 2
    alarms.own(alarm=alarm, by=cast.head, now=clock.now)


@pytest.mark.clause("PS-132", "PS-133")
@on("cast", [TC], indirect=True)
def test_whoever_left_for_safety_is_still_called_until_they_are_back(cast: Cast, clock, now) -> None:
    visit = broken_off(cast, clock, now)
    assert visit.left_at == clock.now
    calls = visit.deadlines.filter(kind="check_in", state="live")
    assert calls.count() == 2
    phone = browser(cast.teacher).get(reverse("out", args=[visit.ref])).content.decode()
    assert "next check-in" in phone
    clock.set(visit.start_at + dt.timedelta(minutes=cast.policy.checkin_after_start_minutes))
    sweep("test")
    assert Notice.objects.filter(subject__startswith="Ring ").exists()
    for attendee in visit.party:
        saw = {"attendee": attendee, "identity": "Saw them"}
        transitions.say_back(visit=visit, by=cast.office, now=clock.now, **saw)
    assert not calls.all().exists()


def test_whoever_left_in_peace_is_not_called_any_more(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now)
    transitions.say_left(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))
    assert not visit.deadlines.filter(kind="check_in", state="live").exists()


@pytest.mark.clause("PS-133", "TC-164")
def test_the_board_says_that_they_left_for_safety(cast: Cast, clock, now) -> None:
    visit = broken_off(cast, clock, now)
    made = _row(cast, visit, clock.now)
    assert (made["status"], made["pill"][2], made["what"]) == ("alarm", "Left for safety", "left for safety")
    assert made["act"]["say"] == "Are they in a safe place? Ring P. Teacher"
    (said,) = banners(open_alarms([visit.pk], cast.office), {}, viewer(cast.office), {})
    assert (said["title"], said["text"]) == (
        f"{visit.ref}: they left because it was not safe.",
        "Said at 10:15. Nobody has taken this yet.",
    )
    _resolve(cast, visit, clock.now)
    assert _row(cast, visit, clock.now)["act"]["say"] == "Left for safety at 10:15, not back yet"


@pytest.mark.clause("CS-092")
def test_back_is_a_claim_until_somebody_else_has_resolved_it(cast: Cast, clock, now) -> None:
    visit = broken_off(cast, clock, now)
    for who in (cast.teacher, cast.colleague):
        phone = browser(who)
        phone.post(reverse("out_say", args=[visit.ref, "back"]), {})
        page = phone.get(reverse("out", args=[visit.ref])).content.decode()
        assert "You said that you are back at" in page
        assert "Received. Thank you." in page
    assert make.fresh(visit).state == "in_progress"
    _resolve(cast, visit, clock.advance(minutes=1))
    assert make.fresh(visit).state == "returned_safe"


def test_saying_it_twice_is_one_alarm(cast: Cast, clock, now) -> None:
    visit = broken_off(cast, clock, now)
    later = clock.advance(minutes=1)
    transitions.say_outcome(visit=visit, by=cast.colleague, now=later, outcome="unsafe")
    assert visit.alarms.count() == 1


@pytest.mark.clause("PS-082", "PS-133")
@on(("outcome", "kinds"), [("unsafe", []), ("child_alone", ["child_alone"])])
def test_in_the_record_nobody_is_looked_for_who_is_back_but_a_child_may_be_alone_still(
    cast: Cast, now, outcome: str, kinds: list[str]
) -> None:
    visit = make.returned(cast, now=now)
    transitions.keep_record(visit=visit, by=cast.teacher, now=now, values={}, outcome=outcome)
    assert [alarm.kind for alarm in visit.alarms.all()] == kinds
    heard = {n.recipient for n in Notice.objects.filter(is_urgent=True, body__contains="visit")}
    assert {cast.office, cast.head} <= heard | {
        n.recipient for a in visit.alarms.all() for n in Notice.objects.filter(alarm=a.uuid)
    }


def _preset(cast: Cast) -> str:
    return next(name for name in HEARS if name == cast.policy.preset)


def _row(cast: Cast, visit: Visit, now: dt.datetime):
    (known,) = facts.read([visit.pk], cast.office)
    return row(known, viewer(cast.office), now)


def _resolve(cast: Cast, visit: Visit, now: dt.datetime) -> None:
    said = {"outcome": "real", "resolution": "Spoke to both, they are in the car."}
    alarms.resolve(alarm=visit.alarms.get(), by=cast.head, now=now, **said)
