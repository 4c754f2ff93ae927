"""Who acts in the machine's walks, what each may, and what becomes of it when their process dies."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.db import connection, transaction

from homevisits.clock import app_now
from homevisits.escalation import alarms
from homevisits.notices.models import Notice
from homevisits.people import keeping
from homevisits.people.duty import office_is_open
from homevisits.people.models import Staff
from tests.cast import Cast, build_cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.visits.promised import Promised
from visits import transitions
from visits.models import Attendee, Visit
from visits.safety import WORDS, VisitAlarm, VisitDeadline
from visits.story import VisitEvent

REFUSALS = (transitions.Refused, alarms.Refused)
PINS = {"ordinary": "4826", "duress": "9153", "wrong": "7061"}
# Who of the cast may ever do what, written down here anew: no rule of the product is asked.
LEADING = {"head", "slt", "dsl", "deputy", "ceo"}
PARTY = {"teacher", "colleague"}
MAY = {
    "submit": {"teacher"},
    "decide": LEADING | {"ewo"},
    "log": {"office"},
    "contact": {"slt"},
    "leave": PARTY | {"office"},
    "say": PARTY | {"office"} | LEADING,
    "note": PARTY,
    "more_time": PARTY | {"office"},
    "back": PARTY | {"office"} | LEADING,
    "go_on": PARTY,
    "not_back": PARTY | {"office"} | LEADING,
    "help": PARTY | {"office"} | LEADING,
    "write": PARTY,
    "record": {"teacher"},
    "answer_alarm": {"office", "attendance"} | LEADING,
    "cancel": PARTY | {"office"} | LEADING,
}
# While the office is closed its part falls to the responsible contact, and to who decided (TC-106).
AT_NIGHT = {"log": LEADING, "leave": {"slt"}, "more_time": {"slt"}}


class Killed(BaseException):
    """The process died: nothing catches this on its way."""


@dataclass(frozen=True)
class House:
    """A cast with three visits: one logged, one out, one that nobody has sent yet."""

    cast: Cast
    visits: tuple[int, ...]


def build_house(clock: Clock, preset: str, when: str) -> House:
    clock.set(when)
    cast = build_cast(preset)
    for staff in (cast.teacher, cast.colleague):
        keeping.set_pins(
            staff=staff, ordinary=PINS["ordinary"], duress=PINS["duress"], by=staff, now=app_now()
        )
    late = {"ooh_necessary": "They work all day.", "ooh_no_alternative": "None: this is when they are home."}
    made = [make.logged(cast, **late), make.out(cast, **late), make.draft(cast, **late)]
    return House(cast, tuple(visit.pk for visit in made))


class Acting(Promised):
    """A walk in one transaction, which is undone. A process that dies is an exception that nothing catches."""

    houses: ClassVar[dict[tuple[str, str], House]] = {}

    def enter(self, preset: str, when: str) -> House:
        """Every walk of a kind begins in the same house."""
        if (preset, when) not in self.houses:
            with transaction.atomic():
                self.houses[preset, when] = build_house(self.clock, preset, when)
        self.walk = undone()
        self.walk.__enter__()
        return self.houses[preset, when]

    def teardown(self) -> None:
        if self.note not in connection.execute_wrappers:
            return
        try:
            if sys.exception() is None:  # the walk held so far
                self.ends()
        finally:
            connection.execute_wrappers.remove(self.note)
            self.leave()

    def ends(self) -> None:
        """What is done last in a walk."""

    def leave(self) -> None:
        self.walk.__exit__(None, None, None)

    # Who does something, and what becomes of it.

    def act(self, part: str, allowed: str, do: Callable[[Staff], object]) -> None:
        """Do it as this person; the product may refuse, but must never let somebody beyond their part."""
        after = self.next_death()
        before, rows = self.written(), self.snapshot() if after else None
        try:
            has_died = self.perform(partial(do, getattr(self.cast, part)), after)
        except REFUSALS:
            return
        if has_died:
            assert self.snapshot() == rows, "half of it stayed"
        elif self.written() > before:
            self.tally["acts"] += 1
            assert part in self.may(allowed), f"{part} may not: {allowed}"

    def may(self, allowed: str) -> set[str]:
        is_open = office_is_open(self.cast.school, app_now())
        return MAY[allowed] if is_open else MAY[allowed] | AT_NIGHT.get(allowed, set())

    def next_death(self) -> int:
        """Before which of its statements that write the next process dies; 0 for one that lives."""
        after, self.dies_after = self.dies_after, 0
        return after

    def perform(self, do: Callable[[], object], after: int) -> bool:
        """Do it; whether the process died in it, if it was to."""
        self.has_died = False
        if not after:
            do()
            return False
        self.has_died = self.died(do, after)
        self.tally["deaths"] += self.has_died
        return self.has_died

    def died(self, do: Callable[[], object], after: int) -> bool:
        try:
            with dying(after, die):
                do()
        except Killed:
            return True
        return False

    def snapshot(self) -> Any:
        """All but the words that may be heard, and the wrong PINs counted, before what was said is refused."""
        rows: list[Any] = [Visit.objects, VisitAlarm.objects, VisitEvent.objects, Notice.objects]
        rows += [VisitDeadline.objects.exclude(kind__in=WORDS), Attendee.objects]
        heard = ("wrong_pins", "wrong_key")
        return [
            [{k: v for k, v in row.items() if k not in heard} for row in r.order_by("pk").values()]
            for r in rows
        ]

    def visit(self, number: int) -> Visit:
        return Visit.objects.select_related("school__trust", "policy").get(pk=self.visits[number])

    def seat(self, visit: Visit, place: int) -> Attendee:
        return visit.party[place]

    def say(self, allowed: str, number: int, part: str, do: Callable[..., object], **said: Any) -> None:
        """One door of a visit."""
        visit = self.visit(number)
        if "place" in said:
            said["attendee"] = self.seat(visit, said.pop("place"))
        self.act(part, allowed, lambda who: do(visit=visit, by=who, now=app_now(), **said))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is rolled back. A sweep may begin its own transactions here."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        with connection.cursor() as cursor:  # a walk is longer than any transaction of the product
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
        transaction.set_rollback(True)


@contextmanager
def dying(after: int, die: Callable[[], None]) -> Iterator[None]:
    """Die before the statement of this number that writes."""
    left = iter(range(after - 1))

    def count(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
        if str(sql).startswith(("INSERT", "UPDATE", "DELETE")) and next(left, None) is None:
            die()
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        yield


def die() -> None:
    raise Killed
