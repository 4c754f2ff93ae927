"""A round: from one visit straight on to the next, with a return deadline live at every moment."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Visit
from visits.safety import Due, VisitAlarm
from visits.states import State
from visits.transitions import Refused

START = "2026-11-26 10:00"


def ticks(visit: Visit) -> list[int]:
    return [item.pk for item in departure_checks(visit)]


def live_returns(*visits: Visit) -> list[str]:
    return [v.ref for v in visits if v.deadlines.filter(kind=Due.RETURN, state="live").exists()]


@pytest.fixture
def legs(cast: Cast, clock):  # type: ignore[no-untyped-def]
    """One visit that is out, and the next one logged, with the same two people."""
    clock.set(START)
    return make.out(cast), make.logged(cast)


def test_both_go_on_and_the_next_return_is_watched(cast: Cast, legs, clock) -> None:
    here, there = legs
    now = clock.advance(minutes=20)
    transitions.go_on(visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there), together=True)
    here, there = Visit.objects.get(pk=here.pk), Visit.objects.get(pk=there.pk)
    assert (here.state, there.state) == (State.RETURNED_SAFE, State.IN_PROGRESS)
    assert [a.back_how for a in here.party] == ["next_visit", "next_visit"]
    assert (here.next_leg, there.departed_at) == (there, now)
    assert live_returns(here, there) == [there.ref]


def test_one_goes_on_and_the_other_stays_watched(cast: Cast, legs, clock) -> None:
    here, there = legs
    transitions.go_on(visit=here, onward=there, by=cast.teacher, now=clock.now, checks=ticks(there))
    here = Visit.objects.get(pk=here.pk)
    assert here.state == State.IN_PROGRESS
    assert [(a.staff, a.back_how) for a in here.party] == [(cast.teacher, "next_visit"), (cast.colleague, "")]
    assert live_returns(here, there) == [here.ref, there.ref]


def test_the_other_follows_into_a_visit_that_has_left_already(cast: Cast, legs, clock) -> None:
    here, there = legs
    transitions.go_on(visit=here, onward=there, by=cast.teacher, now=clock.now, checks=ticks(there))
    transitions.go_on(visit=here, onward=there, by=cast.colleague, now=clock.advance(minutes=5))
    assert Visit.objects.get(pk=here.pk).state == State.RETURNED_SAFE
    assert live_returns(here, there) == [there.ref]


def test_nothing_closes_when_the_next_cannot_depart(cast: Cast, legs, clock) -> None:
    here, there = legs
    with pytest.raises(Refused, match="Tick every line before you leave"):
        transitions.go_on(visit=here, onward=there, by=cast.teacher, now=clock.now, together=True)
    assert Visit.objects.get(pk=here.pk).state == State.IN_PROGRESS
    assert Visit.objects.get(pk=there.pk).state == State.LOGGED


def test_the_next_visits_own_gate_is_asked(cast: Cast, clock) -> None:
    now = clock.set(START)
    here = make.out(cast)
    later = {k: v + make.minutes(120) for k, v in make.plan(now).items()}
    there = make.logged(cast, **later)
    with pytest.raises(Refused, match="You may leave from 11:30"):
        transitions.go_on(visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there))
    assert Visit.objects.get(pk=here.pk).state == State.IN_PROGRESS


def test_only_those_of_the_next_party_go_on(cast: Cast, clock) -> None:
    now = clock.set(START)
    here = make.out(cast)
    there = make.logged(cast, party=[cast.teacher, cast.attendance])
    with pytest.raises(Refused, match=r"P\. Colleague does not go on"):
        transitions.go_on(
            visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there), together=True
        )
    with pytest.raises(Refused, match="Only somebody who goes"):
        transitions.go_on(visit=here, onward=there, by=cast.colleague, now=now, checks=ticks(there))
    transitions.go_on(visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there))
    assert live_returns(here, there) == [here.ref, there.ref]


def test_a_visit_that_is_not_logged_is_not_gone_on_to(cast: Cast, clock) -> None:
    now = clock.set(START)
    here, there = make.out(cast), make.authorised(cast)
    with pytest.raises(Refused, match="This visit is authorised"):
        transitions.go_on(visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there))


def test_the_same_message_twice_goes_on_once(cast: Cast, legs, clock) -> None:
    here, there = legs
    key = uuid.uuid4()
    for _ in range(2):
        transitions.go_on(
            visit=here,
            onward=there,
            by=cast.teacher,
            now=clock.now,
            checks=ticks(there),
            together=True,
            key=key,
        )
    assert here.moments.filter(kind="back").count() == 2
    assert there.moments.filter(kind="departed").count() == 1


def test_with_an_alarm_open_going_on_is_a_claim_that_keeps_how(cast: Cast, legs, clock) -> None:
    here, there = legs
    now = clock.now
    alarm = VisitAlarm.objects.create(visit=here, kind="overdue", due_at=now, opened_at=now, next_at=now)
    transitions.go_on(visit=here, onward=there, by=cast.teacher, now=now, checks=ticks(there), together=True)
    here = Visit.objects.get(pk=here.pk)
    assert (here.state, [a.back_at for a in here.party]) == (State.IN_PROGRESS, [None, None])
    assert live_returns(here, there) == [here.ref, there.ref]
    VisitAlarm.objects.filter(pk=alarm.pk).update(state="resolved", resolved_at=now, resolved_by=cast.head)
    transitions.returning.after_alarm(here, by=cast.head, now=now, words="Rang them, all well")
    here = Visit.objects.get(pk=here.pk)
    assert (here.state, [a.back_how for a in here.party]) == (
        State.RETURNED_SAFE,
        ["next_visit", "next_visit"],
    )


def test_the_phone_page_offers_todays_next_visit_and_takes_you_there(cast: Cast, legs, clock) -> None:
    here, there = legs
    client = Client()
    client.force_login(cast.teacher)
    transitions.say_left(visit=here, by=cast.teacher, now=clock.now)
    assert (
        f'Left, going on to <span class="nowrap">{there.ref}'
        in client.get(reverse("out", args=[here.ref])).content.decode()
    )
    url = reverse("out_on", args=[here.ref, there.ref])
    assert "Tick every line before you leave" in client.post(url, {"key": str(uuid.uuid4())}).content.decode()
    reply = client.post(url, {"key": str(uuid.uuid4()), "checks": ticks(there), "together": "on"})
    assert reply.url == reverse("out", args=[there.ref])
    assert "You are out. Back at school by" in client.get(reply.url).content.decode()


def test_tomorrows_visit_is_not_offered(cast: Cast, clock) -> None:
    now = clock.set(START)
    here = make.out(cast)
    tomorrow = {k: v + make.minutes(24 * 60) for k, v in make.plan(now).items()}
    make.logged(cast, **tomorrow)
    client = Client()
    client.force_login(cast.teacher)
    assert "going on to" not in client.get(reverse("out", args=[here.ref])).content.decode()


def test_nobody_goes_on_to_a_visit_whose_return_is_past(cast: Cast, legs, clock) -> None:
    here, there = legs
    clock.set(there.return_due_at + dt.timedelta(minutes=1))
    with pytest.raises(Refused, match="planned return has passed"):
        transitions.go_on(visit=here, onward=there, by=cast.teacher, now=clock.now, checks=ticks(there))


def test_pages_of_a_visit_that_nobody_left_for_open_after_its_return(cast: Cast, legs, clock) -> None:
    _, there = legs
    clock.set(there.return_due_at + dt.timedelta(minutes=1))
    for part in (cast.teacher, cast.office, cast.head):
        seen = [browser(part).get(page) for page in (there.get_absolute_url(), f"/visits/{there.ref}/out/")]
        assert all(page.status_code in {200, 302} for page in seen)  # the party alone has a phone page
    with pytest.raises(Refused, match="planned return has passed"):
        transitions.depart(visit=there, by=cast.teacher, now=clock.now, checks=ticks(there))
