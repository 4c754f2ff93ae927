"""The desks page: it says what on_duty says."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from homevisits.clock import app_now, local
from homevisits.people import keeping
from homevisits.people.desks import desks
from homevisits.people.duty import on_duty
from homevisits.people.models import DeskDuty, RotaTurn
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import AwayFactory, DeskDutyFactory, StaffFactory, staff_with
from tests.factories.trusts import SchoolFactory

SignIn = Callable[[str], Client]


def answering(cast: Cast) -> set[object]:
    desk = desks([cast.school], cast.head, app_now())[0]
    return {*desk.office, *(row.staff for row in desk.stand_ins)}


@pytest.mark.parametrize("clock_says", ["2026-11-26 10:00", "2026-11-26 18:00", "2026-11-28 10:00"])
def test_page_says_what_on_duty_says(cast: Cast, clock: Clock, clock_says: str) -> None:
    clock.set(clock_says)
    DeskDutyFactory(school=cast.school, staff=cast.slt, set_by=cast.head)
    DeskDutyFactory(school=cast.other_school, staff=cast.ewo, set_by=cast.head)
    for staff in (staff_with("office", cast.school), cast.teacher):
        AwayFactory(staff=staff)
    DeskDutyFactory(school=cast.school, staff=cast.teacher, set_by=cast.head)
    closed = StaffFactory(trust=cast.trust, is_active=False)
    DeskDutyFactory(school=cast.school, staff=closed, set_by=cast.head)
    assert answering(cast) == set(on_duty(cast.school, app_now()))


@pytest.mark.parametrize("away", [(), ("dsl",)])
def test_page_says_whom_the_rota_names_as_on_duty_does(
    cast: Cast, clock: Clock, away: tuple[str, ...]
) -> None:
    now = clock.set("2026-11-26 10:00")
    turns = {(3, "am"): (cast.dsl, cast.slt), (3, "pm"): (cast.deputy, None)}
    keeping.keep_rota(school=cast.school, role="office", term=None, turns=turns, by=cast.head, now=now)
    for name in away:
        AwayFactory(staff=cast.people[name])
    assert answering(cast) == set(on_duty(cast.school, now))
    assert {cast.dsl, cast.slt} - answering(cast) == {cast.people[name] for name in away}


def test_page_takes_the_same_queries_for_one_school_and_for_ten(
    cast: Cast, clock: Clock, as_: SignIn
) -> None:
    clock.set("2026-11-26 10:00")
    client = as_("ewo")
    client.get("/people/duty/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/duty/")
        return len(queries)

    now = app_now()
    keep = {"role": "office", "term": None, "by": cast.head, "now": now}
    turns = {(now.weekday(), half): (cast.head, cast.slt) for half in ("am", "pm") if now.weekday() < 5}
    keeping.keep_rota(school=cast.school, turns=turns, **keep)
    few = count()
    for school in SchoolFactory.create_batch(8, trust=cast.trust):
        answers = staff_with("office", school)
        DeskDutyFactory(school=school, staff=answers, set_by=cast.head)
        RotaTurn.objects.create(
            school=school, role="office", weekday=3, half="am", staff=answers, set_by=cast.head
        )
    assert count() == few


def test_empty_desk_is_said_in_words(cast: Cast, clock: Clock, as_: SignIn) -> None:
    clock.set("2026-11-26 18:00")
    page = as_("head").get("/people/duty/").content.decode()
    assert "Nobody is at this desk" in page
    assert "It opens on school days at 08:00" in page


def test_stand_in_is_added_and_ended(cast: Cast, clock: Clock, as_: SignIn) -> None:
    now = local(clock.set("2026-11-26 12:00"))
    client = as_("office")
    later = now + dt.timedelta(hours=1)
    client.post(
        "/people/duty/new/",
        {
            "school": cast.school.pk,
            "staff": cast.slt.pk,
            "starts_at_day": now.date().isoformat(),
            "starts_at_time": "12:00",
            "ends_at_day": later.date().isoformat(),
            "ends_at_time": "13:00",
        },
    )
    duty = DeskDuty.objects.get()
    assert (duty.staff, duty.set_by, duty.during.upper - duty.during.lower) == (
        cast.slt,
        cast.office,
        dt.timedelta(hours=1),
    )
    clock.advance(minutes=10)
    client.post(f"/people/duty/{duty.pk}/end/")
    duty.refresh_from_db()
    assert duty.during.upper == app_now()


def test_too_long_a_stand_in_is_refused_and_stays_typed(cast: Cast, clock: Clock, as_: SignIn) -> None:
    clock.set("2026-11-26 12:00")
    reply = as_("office").post(
        "/people/duty/new/",
        {
            "school": cast.school.pk,
            "staff": cast.slt.pk,
            "starts_at_day": "2026-11-26",
            "starts_at_time": "12:00",
            "ends_at_day": "2026-11-28",
            "ends_at_time": "12:00",
        },
    )
    page = reply.content.decode()
    assert "24 hours at most at a time" in page
    assert 'value="2026-11-28"' in page


def test_only_people_of_the_schools_are_offered(cast: Cast, as_: SignIn) -> None:
    elsewhere = staff_with("visitor", cast.other_school)
    offered = as_("office").get("/people/duty/new/").context["form"].fields["staff"].queryset
    assert (cast.ewo in offered, cast.teacher in offered) == (True, True)
    assert (elsewhere in offered, cast.outsider in offered) == (False, False)
