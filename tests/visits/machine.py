"""Random people do random things to three visits: the rules of the machine that test_machine.py runs."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.people.models import Staff
from tests.cast import PARTS, browser
from tests.factories import visits as make
from tests.visits.acting import PARTY, PINS, REFUSALS, Acting, undone
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Visit
from visits.routes import route
from visits.safety import WORDS, VisitAlarm, VisitDeadline
from visits.states import State

PRESETS = ["three_counties", "aspirational_futures", "poulton_le_sands"]
# A Thursday in term, and the two nights in which the hour from one to two comes twice or not at all.
TIMES = ["2026-11-26 10:00", "2026-10-25T00:20:00+00:00", "2027-03-28T00:20:00+00:00"]
SAID = "Could somebody look whether the blue folders are on the desk"  # the factory's code word
PLAIN = "Could somebody look whether the green boxes are in the hall"
SPOKEN_IN = {State.LOGGED, State.IN_PROGRESS, State.RETURNED_SAFE}
people = st.sampled_from(PARTS)
party = st.sampled_from(sorted(PARTY))
seats = st.integers(0, 1)
which = st.integers(0, 2)
pins = st.sampled_from(sorted(PINS))


def likely(part: str) -> st.SearchStrategy[str]:
    """Half of the time the one who may, so that walks get somewhere."""
    return st.just(part) | people


class LadderBroken(Exception):
    """Who is told cannot be worked out."""


class Machine(Acting):
    """What may happen next."""

    @initialize(preset=st.sampled_from(PRESETS), when=st.sampled_from(TIMES))
    def begins(self, preset: str, when: str) -> None:
        house = self.enter(preset, when)
        connection.execute_wrappers.append(self.note)
        self.cast, self.visits = house.cast, list(house.visits)
        self.dies_after, self.has_died, self.has_compared, self.is_over = 0, False, False, False
        self.clock.set(when)
        self.tally["walks"] += 1

    # Before anybody goes.

    @rule(part=likely("teacher"))
    def sends_the_request(self, part: str) -> None:
        before = self.visit(2).state
        self.say("submit", 2, part, transitions.submit)
        if (before, self.visit(2).state) == (State.DRAFT, State.REQUESTED):
            make.assessed(self.cast, self.visit(2), app_now())

    @rule(part=likely("head"), reply=st.sampled_from(["yes", "yes", "no"]))
    def decides(self, part: str, reply: str) -> None:
        kinds = [need.kind for need in route(self.visit(2))]
        yes = {"kinds": kinds, "necessary": True, "best_interests": True, "safeguarding": True}
        self.say("decide", 2, part, transitions.answer, reply=reply, reason="Best for the pupil.", **yes)

    @rule(part=likely("office"))
    def logs(self, part: str) -> None:
        visit, now = self.visit(2), app_now()
        if visit.state == State.AUTHORISED:
            make.briefed(self.cast, visit, now)
            make.assured(self.cast, visit, now)
        self.say("log", 2, part, transitions.log, **make.log_facts(self.cast, visit))

    @rule(number=which, part=likely("slt"))
    def will_check_on_them(self, number: int, part: str) -> None:
        self.say("contact", number, part, transitions.acknowledge_contact)

    @rule(number=which, part=people)
    def cancels(self, number: int, part: str) -> None:
        self.say("cancel", number, part, transitions.cancel, reason="They came in")

    # On the way.

    @rule(number=which, part=likely("teacher"))
    def leaves(self, number: int, part: str) -> None:
        checks = [item.pk for item in departure_checks(self.visit(number))]
        self.say("leave", number, part, transitions.depart, checks=checks)

    @rule(number=which, part=people)
    def did_not_leave(self, number: int, part: str) -> None:
        self.say("leave", number, part, transitions.did_not_leave, reason="The car")

    @rule(number=which, part=likely("teacher"), what=st.sampled_from(["say_arrived", "say_waiting"]))
    def says(self, number: int, part: str, what: str) -> None:
        self.say("say", number, part, getattr(transitions, what))

    @rule(number=which, part=likely("teacher"), alone=st.booleans(), pin=pins)
    def left_the_home(self, number: int, part: str, alone: bool, pin: str) -> None:
        self.say_with_pin("say", number, part, transitions.say_left, pin, alone=alone)

    @rule(number=which, part=likely("teacher"), place=seats, together=st.booleans(), pin=pins)
    def is_fine(self, number: int, part: str, place: int, together: bool, pin: str) -> None:
        said = {"place": place, "together": together, "identity": "Their voice"}
        self.say_with_pin("say", number, part, transitions.check_in, pin, **said)

    @rule(number=which, part=likely("office"), place=seats, pin=pins)
    def is_back(self, number: int, part: str, place: int, pin: str) -> None:
        said = {"place": place, "identity": "Their voice"}
        self.say_with_pin("back", number, part, transitions.say_back, pin, **said)

    @rule(number=which, other=which, part=likely("teacher"), together=st.booleans(), pin=pins)
    def goes_on(self, number: int, other: int, part: str, together: bool, pin: str) -> None:
        onward = self.visit(other)
        said = {"onward": onward, "checks": [c.pk for c in departure_checks(onward)], "together": together}
        self.say_with_pin("go_on", number, part, transitions.go_on, pin, **said)

    def say_with_pin(
        self, allowed: str, number: int, part: str, do: Callable[..., object], pin: str, **said: Any
    ) -> None:
        state = self.visit(number).state
        self.say(allowed, number, part, do, pin=PINS[pin], **said)
        if pin == "duress" and part in PARTY and state in SPOKEN_IN and not self.has_died:
            self.secrets.add(self.visits[number])

    @rule(number=which, part=likely("teacher"), text=st.sampled_from([SAID, PLAIN]))
    def writes_a_note(self, number: int, part: str, text: str) -> None:
        state = self.visit(number).state
        self.say("note", number, part, transitions.say_note, text=text)
        if text == SAID and part in PARTY and state in SPOKEN_IN and not self.has_died:
            self.secrets.add(self.visits[number])

    @rule(number=which, part=people, place=seats)
    def does_not_answer(self, number: int, part: str, place: int) -> None:
        self.say("say", number, part, transitions.say_no_answer, place=place)

    @rule(number=which, part=likely("teacher"), how=st.sampled_from(["completed", "nobody_in", "unsafe"]))
    def tells_how_it_went(self, number: int, part: str, how: str) -> None:
        self.say("say", number, part, transitions.say_outcome, outcome=how)

    @rule(number=which, part=likely("teacher"), minutes=st.integers(5, 90), pin=pins)
    def needs_time(self, number: int, part: str, minutes: int, pin: str) -> None:
        said = {"minutes": minutes, "reason": "Traffic"}
        self.say_with_pin("more_time", number, part, transitions.extend, pin, **said)

    @rule(number=which, part=people)
    def asks_for_help(self, number: int, part: str) -> None:
        self.say("help", number, part, transitions.ask_for_help)

    @rule(number=which, part=likely("office"))
    def is_not_back_after_all(self, number: int, part: str) -> None:
        self.say("not_back", number, part, transitions.not_back_after_all, reason="The wrong button")

    # Afterwards, and about alarms.

    @rule(number=which, part=likely("teacher"))
    def writes(self, number: int, part: str) -> None:
        facts = {"values": make.record_facts(self.visit(number)), "outcome": "completed", "actions": []}
        told = {"people": [("Maria Novak", "mother")]}
        self.say("write", number, part, transitions.keep_record, **facts, **told)

    @rule(number=which, part=likely("teacher"))
    def finishes_the_record(self, number: int, part: str) -> None:
        self.say("record", number, part, transitions.record)

    @precondition(lambda self: self.open_alarms())
    @rule(part=likely("head"), place=st.integers(0, 5), what=st.sampled_from(["own", "let_go", "resolve"]))
    def answers(self, part: str, place: int, what: str) -> None:
        found = self.open_alarms()
        more = {"outcome": "late", "resolution": "Spoke to both"} if what == "resolve" else {}
        do = partial(getattr(alarms, what), alarm=found[place % len(found)], **more)
        self.act(part, "answer_alarm", lambda who: do(by=who, now=app_now()))

    # What happens to everybody.

    @rule(after=st.integers(1, 12), what=st.sampled_from(["whatever is next", "help", "back", "sweep"]))
    def a_process_dies(self, after: int, what: str) -> None:
        """Before this statement that writes; it may end before that."""
        self.dies_after = after
        if what == "help":
            self.say("help", 1, "teacher", transitions.ask_for_help)
        elif what == "back":
            self.say("back", 1, "office", transitions.say_back, place=0, identity="Their voice")
        elif what == "sweep":
            self.clock.advance(minutes=16)
            self.sweeps()

    @rule(minutes=st.sampled_from([1, 4, 9, 16, 31, 61]), runs=st.booleans())
    def time_passes(self, minutes: int, runs: bool) -> None:
        """And nothing runs, or a sweeper comes after it."""
        self.clock.advance(minutes=minutes)
        if runs:
            self.sweeps()

    @rule()
    def sweeps(self) -> None:
        due = self.due()
        if self.perform(partial(sweep, "machine"), self.next_death()):
            return  # the next one finds everything
        self.sweeps_what_the_last_one_made()
        fired = VisitDeadline.objects.filter(pk__in=due, state="fired")
        lost = len(due) - fired.count() + len(self.unheard_of(fired))
        self.tally["due"] += len(due)
        self.tally["raised"] += len(due) - lost
        assert not lost

    def ends(self) -> None:
        """Whoever is still out comes due: no walk passes because it was short."""
        self.dies_after, self.is_over = 0, True
        self.clock.advance(hours=2)
        self.sweeps()
        self.what_was_promised_holds()

    def sweeps_what_the_last_one_made(self) -> None:
        """An alarm that comes late may ask for a decision whose time is past: each row is looked at once a sweep."""
        sweep("machine")
        assert not self.is_due()

    def due(self) -> list[int]:
        now = app_now()
        found = VisitDeadline.objects.filter(state="live", is_safety=True, due_at__lte=now)
        return list(found.exclude(kind__in=WORDS).values_list("pk", flat=True))

    def is_due(self) -> bool:
        now = app_now()
        return (
            VisitDeadline.objects.filter(state="live", next_at__lte=now).exists()
            or VisitAlarm.objects.exclude(state="resolved").filter(next_at__lte=now).exists()
        )

    @rule()
    def the_ladder_is_broken(self) -> None:
        """Who is told cannot be worked out: each due row is a fault that somebody is told of, none is dropped."""
        due = self.due()
        with patch("visits.climbing.people_told", side_effect=LadderBroken):
            sweep("machine")  # an alarm whose owner was quiet is only open again now
            self.sweeps_what_the_last_one_made()
        found = VisitAlarm.objects.filter(deadline__in=due)
        assert sorted(found.values_list("kind", flat=True)) == ["fault"] * len(due)
        for alarm in found:
            assert alarm.next_at is not None
            assert Notice.objects.filter(alarm=alarm.uuid).exists()

    # What the party sees.

    @precondition(lambda self: not self.has_compared and not self.dies_after)
    @rule(number=which, part=party, way=st.sampled_from(["fine", "back", "note", "time"]))
    def asks_in_secret(self, number: int, part: str, way: str) -> None:
        """The same word twice, once as it is meant every day: replies, queries and pages are alike."""
        visit, staff = self.visit(number), getattr(self.cast, part)
        if visit.state not in SPOKEN_IN:
            return
        self.has_compared = True
        self.tally["compared"] += 1
        ordinary, secret = (partial(self.word, way, number, staff, real) for real in (False, True))
        looked = [self.looks(do, visit) for do in (ordinary, secret)]
        assert looked[0] == looked[1]

    def word(self, way: str, number: int, staff: Staff, real: bool) -> None:
        said = {"visit": self.visit(number), "by": staff, "now": app_now()}
        pin, text = PINS["duress" if real else "ordinary"], SAID if real else PLAIN
        if way == "note":
            transitions.say_note(**said, text=text)
        elif way == "time":
            transitions.extend(**said, minutes=5, reason=text, pin=PINS["ordinary"])
        else:
            do = transitions.check_in if way == "fine" else transitions.say_back
            do(**said, pin=pin)

    def looks(self, do: Callable[[], None], visit: Visit) -> list[object]:
        """What both of the party see after it, and after a sweep; then it is undone."""
        with undone():
            seen: list[object] = [replied(do)]
            sweep("machine")
            for staff in (self.cast.teacher, self.cast.colleague):
                client = browser(staff)
                for url in (reverse("out", args=[visit.ref]), visit.get_absolute_url()):
                    seen.append(alike(client.get(url).content.decode()))
                notices = Notice.objects.filter(recipient=staff).order_by("pk")
                seen.append([alike(f"{n.subject} {n.body}") for n in notices])
            return seen


def replied(do: Callable[[], None]) -> tuple[str, int]:
    """What comes back, and how many queries it takes."""
    with CaptureQueriesContext(connection) as queries:
        try:
            do()
            said = ""
        except REFUSALS as refused:
            said = refused.sentence
    return said, len(queries)


def alike(page: str) -> str:
    """A page without what no two drawings share: keys, tokens, the words of the note itself."""
    page = page.replace(SAID, PLAIN)
    page = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+", "KEY", page)
    page = re.sub(r'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"', "TOKEN", page)
    return re.sub(r"/(notices|moments|events|notes)/\d+", r"/\1/N", page)
