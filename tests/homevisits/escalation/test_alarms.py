"""What people do with an alarm."""

import datetime as dt
from collections.abc import Callable

import pytest

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.clock import Clock
from tests.escalation_house.models import House, HouseAlarm, HouseDeadline
from tests.factories.people import staff_with

Arm = Callable[..., HouseDeadline]


def minutes(number: float) -> dt.timedelta:
    return dt.timedelta(minutes=number)


@pytest.fixture
def now(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 10:00")


@pytest.fixture
def alarm(house: House, due: Arm, now: dt.datetime) -> HouseAlarm:
    """An alarm whose first rung has been told."""
    due(0)
    sweep("test")
    return house.alarms.get()


@pytest.fixture
def visitor(school: School) -> Staff:
    return staff_with(RoleName.VISITOR, school, last_name="Visitor")


def test_help_asked_opens_and_tells_at_once(house: House, now: dt.datetime) -> None:
    alarm = alarms.open_alarm_now(HouseAlarm, house, kind="help", now=now)
    assert (alarm.rung, alarm.next_at, alarm.deadline) == (1, now + minutes(10), None)
    assert Notice.objects.filter(alarm=alarm.uuid).count() == 2


def test_own_takes_the_alarm_and_stops_the_ladder(
    alarm: HouseAlarm, office: Staff, clock: Clock, now: dt.datetime
) -> None:
    owned = alarms.own(alarm=alarm, by=office, now=now + minutes(5))
    clock.set(now + minutes(11))
    assert (owned.state, owned.owner, sweep("test").climbed) == ("owned", office, 0)


def test_second_owner_is_told_who_and_since_when(
    alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    with pytest.raises(alarms.TakenAlready, match=r"Olive Office is dealing with this since 10:00\."):
        alarms.own(alarm=alarm, by=head, now=now)


def test_own_again_by_the_owner_changes_nothing(alarm: HouseAlarm, office: Staff, now: dt.datetime) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    again = alarms.own(alarm=alarm, by=office, now=now + minutes(3))
    assert (again.owned_at, again.next_at) == (now, now + minutes(10))


def test_stale_copy_of_the_alarm_cannot_take_it(
    alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime
) -> None:
    stale = HouseAlarm.objects.get()
    alarms.own(alarm=alarm, by=office, now=now)
    with pytest.raises(alarms.TakenAlready):
        alarms.own(alarm=stale, by=head, now=now)


@pytest.mark.parametrize("act", ["own", "note", "resolve"])
def test_refused_person_can_do_nothing(alarm: HouseAlarm, visitor: Staff, now: dt.datetime, act: str) -> None:
    more = {
        "own": {},
        "note": {"text": "All fine"},
        "resolve": {"outcome": "false", "resolution": "All fine"},
    }[act]
    with pytest.raises(alarms.Refused, match="You live in this house"):
        getattr(alarms, act)(alarm=alarm, by=visitor, now=now, **more)
    assert HouseAlarm.objects.get().state == "open"


def test_let_go_opens_it_again_and_climbs_what_is_due(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    fresh = alarms.let_go(alarm=alarm, by=office, now=now + minutes(12))
    assert (fresh.state, fresh.owner, fresh.rung, fresh.next_at) == ("open", None, 2, now + minutes(20))


def test_only_the_owner_lets_go(alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    with pytest.raises(alarms.Refused, match="Only the person"):
        alarms.let_go(alarm=alarm, by=head, now=now)


def test_owners_note_renews_the_quiet_time(
    alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.note(alarm=alarm, by=head, text="On my way", now=now + minutes(3))
    assert HouseAlarm.objects.get().next_at == now + minutes(10)
    alarms.note(alarm=alarm, by=office, text="Rang the home", now=now + minutes(4))
    assert HouseAlarm.objects.get().next_at == now + minutes(14)


def test_owners_work_elsewhere_renews_the_quiet_time(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.renew(alarm=alarm, by=office, now=now + minutes(6))
    assert HouseAlarm.objects.get().next_at == now + minutes(16)


def test_empty_note_is_refused(alarm: HouseAlarm, office: Staff, now: dt.datetime) -> None:
    with pytest.raises(alarms.WordsNeeded):
        alarms.note(alarm=alarm, by=office, text="  ", now=now)


@pytest.mark.parametrize(("outcome", "resolution"), [("false", " "), ("", "All safe"), ("fine", "All safe")])
def test_resolve_needs_an_outcome_and_words(
    alarm: HouseAlarm, office: Staff, now: dt.datetime, outcome: str, resolution: str
) -> None:
    with pytest.raises(alarms.WordsNeeded):
        alarms.resolve(alarm=alarm, by=office, outcome=outcome, resolution=resolution, now=now)


def test_resolve_ends_the_ladder_and_tells_the_subject(
    alarm: HouseAlarm, house: House, office: Staff, clock: Clock, now: dt.datetime
) -> None:
    alarms.resolve(alarm=alarm, by=office, outcome="late", resolution="They rang: flat tyre.", now=now)
    clock.set(now + minutes(60))
    fresh = HouseAlarm.objects.get()
    assert (sweep("test").climbed, fresh.state, fresh.next_at, fresh.resolved_by) == (
        0,
        "resolved",
        None,
        office,
    )
    assert [e.kind for e in house.events.all()][-2:] == ["resolved", "calm"]


def test_resolve_stands_down_everybody_who_was_told_and_nobody_else(
    alarm: HouseAlarm, office: Staff, head: Staff, clock: Clock, now: dt.datetime
) -> None:
    clock.set(now + minutes(10))
    sweep("test")
    alarms.resolve(alarm=alarm, by=head, outcome="late", resolution="They rang.", now=now + minutes(11))
    down = Notice.objects.filter(key__contains=":down:")
    assert {(n.recipient, n.channel, n.subject) for n in down} == {
        (office, "in_app", "Over: House is on fire"),
        (head, "in_app", "Over: House is on fire"),
    }


def test_resolve_drops_what_has_not_gone_out(alarm: HouseAlarm, office: Staff, now: dt.datetime) -> None:
    alarms.resolve(alarm=alarm, by=office, outcome="false", resolution="They rang.", now=now)
    assert [n.state for n in Notice.objects.filter(channel="email")] == ["dropped"]


def test_stand_down_goes_by_mail_to_whoever_was_told_by_mail(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    Notice.objects.filter(channel="email").update(state="sent", attempts=1)
    alarms.resolve(alarm=alarm, by=office, outcome="false", resolution="They rang.", now=now)
    assert Notice.objects.filter(key__endswith=f":down:{office.pk}:email", state="queued").count() == 1


def test_stand_down_says_nothing_of_what_was_found(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    alarms.resolve(alarm=alarm, by=office, outcome="late", resolution="Child Maria was ill", now=now)
    assert not Notice.objects.filter(body__contains="Maria").exists()


def test_resolve_again_by_the_same_person_changes_nothing(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    for minute in (0, 5):
        alarms.resolve(
            alarm=alarm, by=office, outcome="false", resolution="They rang.", now=now + minutes(minute)
        )
    assert HouseAlarm.objects.get().resolved_at == now


@pytest.mark.parametrize("act", ["own", "note", "resolve", "let_go"])
def test_resolved_alarm_says_by_whom_and_when(
    alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime, act: str
) -> None:
    alarms.resolve(alarm=alarm, by=office, outcome="false", resolution="They rang.", now=now)
    more = {"note": {"text": "Hm"}, "resolve": {"outcome": "real", "resolution": "Hm"}}.get(act, {})
    with pytest.raises(alarms.ResolvedAlready, match=r"Olive Office resolved this at 10:00\."):
        getattr(alarms, act)(alarm=alarm, by=head, now=now, **more)


def test_failed_delivery_moves_the_ladder_on_at_once(alarm: HouseAlarm, now: dt.datetime) -> None:
    failed = Notice.objects.get(channel="email")
    alarms.move_on(failed, now + minutes(1))
    fresh = HouseAlarm.objects.get()
    assert (fresh.rung, fresh.next_at) == (2, now + minutes(20))
    alarms.move_on(failed, now + minutes(1))
    assert HouseAlarm.objects.get().rung == 2


def test_failed_delivery_of_an_owned_alarm_moves_nothing(
    alarm: HouseAlarm, office: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.move_on(Notice.objects.get(channel="email"), now)
    assert HouseAlarm.objects.get().rung == 1


def test_failed_delivery_on_the_last_rung_waits_for_its_repeat(
    alarm: HouseAlarm, clock: Clock, now: dt.datetime
) -> None:
    clock.set(now + minutes(20))
    sweep("test")
    last = Notice.objects.filter(channel="email").latest("id")
    alarms.move_on(last, now + minutes(21))
    assert HouseAlarm.objects.get().next_at == now + minutes(25)


def test_let_go_by_the_only_one_who_is_told_wakes_the_next_step_at_once(
    house: House, alarm: HouseAlarm, office: Staff, head: Staff, now: dt.datetime
) -> None:
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.let_go(alarm=alarm, by=office, now=now + minutes(2))
    assert HouseAlarm.objects.get().rung == 2
    assert Notice.objects.filter(recipient=head, created_at=now + minutes(2)).exists()


def test_let_go_with_somebody_else_at_the_step_waits_for_the_next_minute_mark(
    house: House, alarm: HouseAlarm, office: Staff, head: Staff, ceo: Staff, now: dt.datetime
) -> None:
    House.objects.update(ladder=[[0, [office.pk, ceo.pk]], [10, [head.pk]]])
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.let_go(alarm=alarm, by=office, now=now + minutes(2))
    assert HouseAlarm.objects.get().rung == 1


def test_open_again_that_does_not_arrive_moves_the_ladder_on(
    house: House, alarm: HouseAlarm, office: Staff, head: Staff, ceo: Staff, now: dt.datetime
) -> None:
    House.objects.update(ladder=[[0, [office.pk, ceo.pk]], [10, [head.pk]]])
    alarms.own(alarm=alarm, by=office, now=now)
    alarms.let_go(alarm=alarm, by=office, now=now + minutes(2))
    again = Notice.objects.get(subject__startswith="Open again", recipient=ceo, channel="email")
    alarms.move_on(again, now + minutes(3))
    assert HouseAlarm.objects.get().rung == 2
