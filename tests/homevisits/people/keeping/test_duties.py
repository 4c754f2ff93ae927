"""Away, and standing in at the desk."""

import datetime as dt

import pytest

from homevisits.clock import app_now
from homevisits.people import keeping
from homevisits.people.duty import has_duty, on_duty
from homevisits.people.models import Away, DeskDuty
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import StaffFactory

HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def at_lunch(clock: Clock) -> dt.datetime:
    return clock.set("2026-11-26 12:00")


def stand_in(cast: Cast, **change: object) -> DeskDuty:
    now = app_now()
    facts = {
        "school": cast.school,
        "staff": cast.teacher,
        "starts_at": now,
        "ends_at": now + HOUR,
        "by": cast.office,
        "now": now,
    }
    return keeping.stand_in(**(facts | change))


def test_stand_in_has_the_duty_while_it_lasts(cast: Cast, clock: Clock) -> None:
    stand_in(cast)
    assert has_duty(cast.teacher, cast.school, app_now()) is True
    assert has_duty(cast.teacher, cast.other_school, app_now()) is False
    clock.advance(hours=1)
    assert has_duty(cast.teacher, cast.school, app_now()) is False


def test_after_hours_only_stand_ins_are_on_duty(cast: Cast, clock: Clock) -> None:
    clock.set("2026-11-26 18:00")
    stand_in(cast, staff=cast.slt)
    assert list(on_duty(cast.school, app_now())) == [cast.slt]


@pytest.mark.parametrize("part", ["teacher", "colleague", "attendance", "ewo", "outsider"])
def test_others_set_no_duty(cast: Cast, part: str) -> None:
    with pytest.raises(keeping.NotAllowed):
        stand_in(cast, by=cast.people[part])


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        (HOUR, HOUR, "end after it begins"),
        (-3 * HOUR, -HOUR, "over already"),
        (0 * HOUR, 25 * HOUR, "24 hours at most"),
    ],
)
def test_duty_has_a_sound_stretch(
    cast: Cast, starts: dt.timedelta, ends: dt.timedelta, sentence: str
) -> None:
    now = app_now()
    with pytest.raises(keeping.Refused, match=sentence):
        stand_in(cast, starts_at=now + starts, ends_at=now + ends)


def test_stand_in_belongs_to_the_school(cast: Cast) -> None:
    with pytest.raises(keeping.Refused, match="has no role at"):
        stand_in(cast, staff=cast.outsider)
    with pytest.raises(keeping.Refused, match="has no role at"):
        stand_in(cast, staff=StaffFactory(trust=cast.trust))
    assert stand_in(cast, staff=cast.ewo).staff == cast.ewo


def test_closed_account_does_not_stand_in(cast: Cast) -> None:
    keeping.deactivate_staff(staff=cast.teacher, by=cast.head, now=app_now())
    cast.teacher.refresh_from_db()
    with pytest.raises(keeping.Refused, match="closed"):
        stand_in(cast)


def test_duty_under_way_ends_now_and_stays_to_be_read(cast: Cast, clock: Clock) -> None:
    duty = stand_in(cast)
    clock.advance(minutes=20)
    keeping.end_stand_in(duty=duty, by=cast.teacher, now=app_now())
    assert has_duty(cast.teacher, cast.school, app_now()) is False
    assert DeskDuty.objects.get().during.upper == app_now()


def test_duty_to_come_is_taken_out(cast: Cast) -> None:
    now = app_now()
    duty = stand_in(cast, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    keeping.end_stand_in(duty=duty, by=cast.office, now=now)
    assert not DeskDuty.objects.exists()


def test_away_person_has_no_duty_until_back(cast: Cast, clock: Clock) -> None:
    now = app_now()
    away = keeping.set_away(staff=cast.office, starts_at=now, ends_at=now + 2 * HOUR, by=cast.office, now=now)
    assert list(on_duty(cast.school, app_now())) == []
    clock.advance(minutes=5)
    keeping.end_away(away=away, by=cast.office, now=app_now())
    assert list(on_duty(cast.school, app_now())) == [cast.office]


def test_away_has_a_sound_stretch(cast: Cast) -> None:
    now = app_now()
    for starts, ends, sentence in [(HOUR, HOUR, "after the first"), (-2 * HOUR, -HOUR, "over already")]:
        with pytest.raises(keeping.Refused, match=sentence):
            keeping.set_away(
                staff=cast.teacher, starts_at=now + starts, ends_at=now + ends, by=cast.teacher, now=now
            )
    assert not Away.objects.exists()


@pytest.mark.parametrize("part", ["colleague", "dsl", "outsider"])
def test_others_mark_nobody_as_away(cast: Cast, part: str) -> None:
    now = app_now()
    with pytest.raises(keeping.NotAllowed):
        keeping.set_away(staff=cast.teacher, starts_at=now, ends_at=now + HOUR, by=cast.people[part], now=now)
