"""R24: a machine of random people, clocks, crashes and sweeps drives visits; what was promised holds after each step.

`make chaos` runs it two thousand times over; the suite a few times (MACHINE_EXAMPLES).
"""

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.people.models import Staff
from tests.cast import Cast, build_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Attendee, Visit
from visits.safety import VisitAlarm, VisitDeadline
from visits.states import State
from visits.story import VisitEvent

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "2"))
STEPS = int(os.environ.get("MACHINE_STEPS", "25"))
WATCHED = {State.LOGGED, State.IN_PROGRESS}
REFUSALS = (transitions.Refused, alarms.Refused)
PARTS = [
    "teacher", "colleague", "office", "attendance", "dsl", "slt", "head", "ewo", "ceo", "admin", "outsider",
]  # fmt: skip
# Who of the cast may ever do what, written down here anew: no rule of the product is asked.
LEADING = {"head", "slt", "dsl", "deputy", "ceo"}
PARTY = {"teacher", "colleague"}
MAY = {
    "leave": PARTY | {"office"},
    "say": PARTY | {"office"} | LEADING,
    "more_time": PARTY | {"office"},
    "back": PARTY | {"office"} | LEADING,
    "not_back": PARTY | {"office"} | LEADING,
    "help": PARTY | {"office"} | LEADING,
    "answer_alarm": {"office", "attendance"} | LEADING,
    "cancel": PARTY | {"office"} | LEADING,
}
people = st.sampled_from(PARTS)
seats = st.integers(0, 1)


class Crash(Exception):
    """The process died in the middle of something."""


class Machine(RuleBasedStateMachine):
    """Two visits of one school: one logged, one out."""

    cast: Cast
    clock: Clock

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo._from_testcase = True  # type: ignore[attr-defined]  # the sweep may begin its own inside
        self.undo.__enter__()
        self.clock.set("2026-11-26 10:00")
        self.visits = [make.logged(self.cast).pk, make.out(self.cast).pk]
        self.climbed: dict[int, tuple[int, int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    # What people do.

    def act(self, part: str, allowed: str, do: Callable[[Staff], object]) -> None:
        """Do it as this person; the product may refuse, but must never let somebody beyond their part."""
        person = getattr(self.cast, part)
        try:
            with transaction.atomic():
                done = do(person)
        except REFUSALS:
            return
        if done is not None:
            assert part in MAY[allowed], f"{part} did what only {sorted(MAY[allowed])} may: {allowed}"

    def visit(self, number: int) -> Visit:
        return Visit.objects.select_related("school__trust", "policy").get(pk=self.visits[number])

    def changed(self, number: int, do: Callable[[Visit], Visit]) -> Visit | None:
        """The visit afterwards if something was written, else None."""
        before = VisitEvent.objects.count()
        visit = do(self.visit(number))
        return visit if VisitEvent.objects.count() > before else None

    def seat(self, visit: Visit, place: int) -> Attendee:
        return visit.party[place]

    @rule(number=seats, part=people)
    def leaves(self, number: int, part: str) -> None:
        checks = [item.pk for item in departure_checks(self.visit(number))]
        self.act(part, "leave", lambda who: self.changed(
            number, lambda v: transitions.depart(visit=v, by=who, now=app_now(), checks=checks)
        ))  # fmt: skip

    @rule(number=seats, part=people)
    def did_not_leave(self, number: int, part: str) -> None:
        self.act(part, "leave", lambda who: self.changed(
            number, lambda v: transitions.did_not_leave(visit=v, by=who, now=app_now(), reason="The car")
        ))  # fmt: skip

    @rule(number=seats, part=people, what=st.sampled_from(["say_arrived", "say_waiting", "say_left"]))
    def says(self, number: int, part: str, what: str) -> None:
        say = getattr(transitions, what)
        self.act(part, "say", lambda who: self.changed(
            number, lambda v: say(visit=v, by=who, now=app_now())
        ))  # fmt: skip

    @rule(number=seats, part=people, place=seats, together=st.booleans())
    def is_fine(self, number: int, part: str, place: int, together: bool) -> None:
        self.act(part, "say", lambda who: self.changed(number, lambda v: transitions.check_in(
            visit=v, by=who, now=app_now(), attendee=self.seat(v, place), together=together,
            identity="" if v.includes(who) else "Their voice",
        )))  # fmt: skip

    @rule(number=seats, part=people, place=seats)
    def does_not_answer(self, number: int, part: str, place: int) -> None:
        self.act(part, "say", lambda who: self.changed(number, lambda v: transitions.say_no_answer(
            visit=v, by=who, now=app_now(), attendee=self.seat(v, place)
        )))  # fmt: skip

    @rule(number=seats, part=people, how=st.sampled_from(["completed", "nobody_in", "unsafe"]))
    def tells_how_it_went(self, number: int, part: str, how: str) -> None:
        self.act(part, "say", lambda who: self.changed(number, lambda v: transitions.say_outcome(
            visit=v, by=who, now=app_now(), outcome=how
        )))  # fmt: skip

    @rule(number=seats, part=people, minutes=st.integers(5, 90))
    def needs_time(self, number: int, part: str, minutes: int) -> None:
        self.act(part, "more_time", lambda who: self.changed(number, lambda v: transitions.extend(
            visit=v, by=who, now=app_now(), minutes=minutes, reason="Traffic"
        )))  # fmt: skip

    @rule(number=seats, part=people)
    def asks_for_help(self, number: int, part: str) -> None:
        self.act(part, "help", lambda who: self.changed(
            number, lambda v: transitions.ask_for_help(visit=v, by=who, now=app_now())
        ))  # fmt: skip

    @rule(number=seats, part=people, place=seats)
    def is_back(self, number: int, part: str, place: int) -> None:
        self.act(part, "back", lambda who: self.changed(number, lambda v: transitions.say_back(
            visit=v, by=who, now=app_now(), attendee=self.seat(v, place), identity="Their voice"
        )))  # fmt: skip

    @rule(number=seats, part=people)
    def is_not_back_after_all(self, number: int, part: str) -> None:
        self.act(part, "not_back", lambda who: self.changed(number, lambda v: transitions.not_back_after_all(
            visit=v, by=who, now=app_now(), reason="Pressed the wrong button"
        )))  # fmt: skip

    @rule(number=seats, part=people)
    def cancels(self, number: int, part: str) -> None:
        self.act(part, "cancel", lambda who: self.changed(
            number, lambda v: transitions.cancel(visit=v, by=who, now=app_now(), reason="They came in")
        ))  # fmt: skip

    # What people do about alarms.

    def open_alarms(self) -> list[VisitAlarm]:
        return list(VisitAlarm.objects.exclude(state="resolved").order_by("pk"))

    @precondition(lambda self: self.open_alarms())
    @rule(part=people, which=st.integers(0, 5), what=st.sampled_from(["own", "let_go", "resolve"]))
    def answers(self, part: str, which: int, what: str) -> None:
        found = self.open_alarms()
        alarm = found[which % len(found)]
        more = {"outcome": "late", "resolution": "Spoke to both"} if what == "resolve" else {}
        do = getattr(alarms, what)
        self.act(part, "answer_alarm", lambda who: do(alarm=alarm, by=who, now=app_now(), **more))

    # What happens to everybody.

    @rule(minutes=st.sampled_from([1, 4, 9, 16, 31, 61]))
    def time_passes_and_nothing_runs(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def sweeps(self) -> None:
        sweep("machine")
        now = app_now()
        assert not VisitDeadline.objects.filter(state="live", next_at__lte=now).exists()
        assert not VisitAlarm.objects.exclude(state="resolved").filter(next_at__lte=now).exists()

    @rule(number=seats, after=st.integers(0, 1), place=seats)
    def crashes_over_a_person_coming_back(self, number: int, after: int, place: int) -> None:
        """The process dies before or after the event is written: nothing of it stays."""
        before = self.snapshot()
        with patch.object(VisitEvent, "append", side_effect=dies(VisitEvent.append, after)):
            try:
                with transaction.atomic():
                    visit = self.visit(number)
                    seat = self.seat(visit, place)
                    transitions.say_back(
                        visit=visit, by=self.cast.office, now=app_now(), attendee=seat, identity="Their voice"
                    )
                    raise Crash
            except (Crash, *REFUSALS):
                pass
        assert self.snapshot() == before

    @rule()
    def sweep_crashes(self) -> None:
        """A sweep whose ladders cannot be worked out: every due row is still told as a fault, none is dropped."""
        with patch("visits.climbing.people_of", side_effect=Crash):
            sweep("machine")

    def snapshot(self) -> Any:
        rows = [VisitDeadline, VisitAlarm, Visit, Attendee, VisitEvent]
        return [list(table._base_manager.order_by("pk").values()) for table in rows]

    # What must hold after every step.

    @invariant()
    def nobody_is_out_without_a_live_deadline(self) -> None:
        for pk in self.visits:
            visit = Visit.objects.get(pk=pk)
            if visit.state in WATCHED:
                armed = visit.deadlines.filter(state="live", is_safety=True).exists()
                assert armed or visit.alarms.exclude(state="resolved").exists(), visit.state

    @invariant()
    def states_and_events_agree(self) -> None:
        for pk in self.visits:
            last = VisitEvent.objects.filter(visit=pk, detail__has_key="state").latest("number")
            assert last.detail["state"] == Visit.objects.get(pk=pk).state

    @invariant()
    def the_chain_is_whole(self) -> None:
        links = list(VisitEvent.objects.filter(chain=f"school:{self.cast.school.pk}").order_by("number"))
        assert [e.number for e in links] == list(range(1, len(links) + 1))
        assert all(e.digest == e.expected_digest() for e in links[-3:])

    @invariant()
    def alarms_only_climb(self) -> None:
        for alarm in self.open_alarms():
            assert alarm.next_at is not None
            height = (alarm.rung, alarm.round)
            assert height >= self.climbed.get(alarm.pk, (0, 0))
            self.climbed[alarm.pk] = height

    @invariant()
    def one_alarm_a_deadline_and_everybody_safe_is_back(self) -> None:
        fired = VisitDeadline.objects.filter(state="fired", is_safety=True)
        assert fired.filter(alarm=None).count() == 0
        for visit in Visit.objects.filter(pk__in=self.visits, state=State.RETURNED_SAFE):
            assert not visit.attendees.filter(back_at=None).exists()


def dies(real: Callable[..., Any], after: int) -> Callable[..., Any]:
    """Call through so many times, then die."""
    calls = iter(range(after))

    def append(**fields: Any) -> Any:
        if next(calls, None) is None:
            raise Crash
        return real(**fields)

    return append


@pytest.mark.clause("PS-100", "PS-134", "TC-118", "TC-119")
def test_nobody_is_ever_out_unwatched(db: None, clock: Clock) -> None:
    clock.set("2026-11-26 10:00")
    Machine.cast, Machine.clock = build_cast("three_counties"), clock
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=EXAMPLES < 100,  # the suite's few are always the same ones
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
