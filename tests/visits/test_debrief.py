"""After somebody left for safety or needed help: a senior leader talks with them, and it is not forgotten."""

import datetime as dt
from collections import Counter

import pytest

from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.visits.alarming import swept
from visits import debrief, timing, transitions
from visits.models import Visit
from visits.owed import owed
from visits.transitions import Refused

on = pytest.mark.parametrize


def unsafe(cast: Cast, clock, now) -> Visit:
    visit = make.out(cast, now=now)
    return transitions.break_off(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))


def asked(visit: Visit) -> set[str]:
    found = Notice.objects.filter(subject=f"{visit.ref}: talk with those who went")
    return {n.recipient.last_name.lower() for n in found}


def times_asked(visit: Visit) -> Counter[str]:
    found = Notice.objects.filter(subject=f"{visit.ref}: talk with those who went", channel="in_app")
    return Counter(notice.recipient.last_name.lower() for notice in found)


@pytest.mark.clause("CS-069")
@on("why", ["unsafe", "help"])
def test_a_senior_leader_is_asked_at_once_and_until_it_took_place(cast: Cast, clock, now, why: str) -> None:
    if why == "unsafe":
        visit = unsafe(cast, clock, now)
    else:
        visit = make.out(cast, now=now)
        transitions.ask_for_help(visit=visit, by=cast.teacher, now=clock.advance(minutes=15))
        alarm = visit.alarms.get()
        alarms.resolve(alarm=alarm, by=cast.head, outcome="real", resolution="Fetched them.", now=clock.now)
    clock.advance(minutes=2)
    sweep("test")
    assert asked(visit) == {"head", "slt"}
    assert [one.title for one in owed(cast.head, clock.now)] == [f"{visit.ref}: talk with those who went"]
    row = transitions.hold_debrief(
        visit=visit, by=cast.slt, now=clock.now, held_at=clock.now, words="Shaken, well.", needs="Two go next"
    )
    assert (row.by, owed(cast.head, clock.now)) == (cast.slt, [])
    assert not visit.deadlines.filter(kind="debrief", state="live").exists()


@pytest.mark.clause("CS-069")
def test_a_talk_that_does_not_take_place_is_asked_for_until_the_last_of_three_reminders(
    cast: Cast, clock, now
) -> None:
    visit = unsafe(cast, clock, now)
    swept(clock, 2)
    first = times_asked(visit)
    assert first == {"head": 1, "slt": 1}
    swept(clock, 24 * 60)
    assert times_asked(visit) == dict.fromkeys(first, 2)
    for _ in range(6):
        swept(clock, 24 * 60)
    assert times_asked(visit) == dict.fromkeys(first, 1 + 3)


@pytest.mark.clause("CS-069")
def test_once_the_talk_took_place_nobody_is_asked_again(cast: Cast, clock, now) -> None:
    visit = unsafe(cast, clock, now)
    swept(clock, 2)
    transitions.hold_debrief(visit=visit, by=cast.slt, now=clock.now, held_at=clock.now, words="Shaken.")
    for _ in range(3):
        swept(clock, 24 * 60)
    assert times_asked(visit) == {"head": 1, "slt": 1}


@pytest.mark.turns("debrief_roles", "debrief_hours")
@on(("roles", "hours", "who"), [(["dsl"], 4, {"dsl"}), (["headteacher", "ceo"], 48, {"head", "ceo"})])
def test_the_policy_says_who_and_by_when(cast: Cast, clock, now, roles, hours: int, who: set[str]) -> None:
    visit = make.fresh(unsafe(cast, clock, now))
    visit.rules.debrief_roles, visit.rules.debrief_hours = roles, hours
    (wanted,) = [one for one in timing.wanted(visit) if one.kind == "debrief"]
    assert wanted.due_at == clock.now + dt.timedelta(hours=hours)
    assert set(debrief.holders(visit)) == {cast.people[name] for name in who}


def test_a_head_who_went_talks_with_nobody(cast: Cast, clock, now) -> None:
    visit = make.out(cast, now=now, by=cast.head, party=[cast.head, cast.slt])
    transitions.break_off(visit=visit, by=cast.head, now=clock.advance(minutes=15))
    assert debrief.holders(make.fresh(visit)) == [cast.ceo]
    with pytest.raises(Refused, match="never one who went"):
        transitions.hold_debrief(visit=visit, by=cast.head, now=clock.now, held_at=clock.now, words="Fine")


def test_only_leaders_and_those_who_went_read_it(cast: Cast, clock, now) -> None:
    visit = unsafe(cast, clock, now)
    page = f"/visits/{visit.ref}/debrief/"
    said = {"held_at_day": "26/11/2026", "held_at_time": "10:15", "words": "Shaken, but well.", "needs": ""}
    done = browser(cast.head).post(page, said, follow=True)
    assert "Shaken, but well." in done.content.decode()
    reads = {name for name, who in cast.people.items() if browser(who).get(page).status_code == 200}
    assert reads == {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ceo"}
    calm = make.out(cast, now=clock.now, by=cast.attendance)
    assert browser(cast.head).get(f"/visits/{calm.ref}/debrief/").status_code == 404
