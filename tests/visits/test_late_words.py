"""A "fine" that comes late: it counts from when it was said, and answers no check-in that came due after it."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from homevisits.notices.registry import Inbound
from tests.cast import Cast, browser, make_cast
from tests.clock import Clock
from tests.factories import visits as make
from tests.visits.settings.timers import asked_at
from visits import transitions
from visits.models import Visit
from visits.texting import answer

START = "2026-11-26 10:00"  # the plan's start is ten minutes on, the check-in ten minutes after that


@pytest.fixture
def cast(clock: Clock) -> Cast:
    clock.set(START)
    return make_cast("three_counties")


@pytest.fixture
def visit(cast: Cast) -> Visit:
    return make.out(cast)


def say_fine(phone: Client, visit: Visit, clock: Clock, at: str, said_at: str = "") -> str:
    """Press "I am fine" so that it is received `at`; the page that comes back."""
    now = clock.set(f"2026-11-26 {at}")
    said = f"2026-11-26T{said_at}:00+00:00" if said_at else ""
    url = f"/visits/{visit.ref}/out/"
    phone.post(f"{url}say/fine/", {"key": str(uuid.uuid4()), "said_at": said})
    assert visit.moments.get(kind="fine", recorded_at=now)
    return phone.get(url).content.decode()


def call(visit: Visit, cast: Cast) -> dt.datetime | None:
    """When the teacher is rung next, by the deadline that stands."""
    found = visit.deadlines.filter(kind="check_in", state="live", attendee__staff=cast.teacher)
    return found.values_list("prompt_at", flat=True).first()


@pytest.mark.clause("TC-166")
@pytest.mark.parametrize(
    ("at", "said_at", "answers"),
    [
        ("10:12", "", True),
        ("10:12", "10:02", False),
        ("10:22", "10:18", False),
        ("10:24", "10:21", True),
        ("10:17", "10:16", True),
    ],
    ids=["at once", "before the visit", "before the call", "after the call", "a minute's delay"],
)
def test_a_late_fine_answers_no_check_in_that_came_due_after_it(
    cast: Cast, visit: Visit, clock: Clock, at: str, said_at: str, answers: bool
) -> None:
    before = call(visit, cast)
    shown = say_fine(browser(cast.teacher), visit, clock, at, said_at)
    assert call(visit, cast) == (None if answers else before)
    assert ("it is no answer to the check-in at" in shown) == (not answers)
    stands = "said before the check-in at 10:20, which stands"
    assert (stands in visit.events.get(kind="fine").sentence) == (not answers)


def test_pressing_again_answers_it_and_the_page_says_no_more_of_the_first(
    cast: Cast, visit: Visit, clock: Clock
) -> None:
    phone = browser(cast.teacher)
    say_fine(phone, visit, clock, "10:12", "10:02")
    shown = say_fine(phone, visit, clock, "10:21")
    assert (call(visit, cast), "no answer to the check-in" in shown) == (None, False)


def test_a_late_fine_never_puts_the_next_call_further_off(cast: Cast, visit: Visit, clock: Clock) -> None:
    calls = []
    for at, said_at in (("10:24", "10:21"), ("10:30", "10:26")):
        now = clock.set(f"2026-11-26 {at}")
        said = now.replace(minute=int(said_at[-2:]))
        transitions.check_in(visit=visit, by=cast.teacher, now=now, together=True, said_at=said)
        calls += asked_at(visit, "check_in", checkin_repeat_minutes=20)
    assert calls == [clock.now.replace(minute=41)] * 4  # both of the party, after each word


def test_a_text_that_the_network_held_is_no_answer_either(cast: Cast, visit: Visit, clock: Clock) -> None:
    before, sent_at = call(visit, cast), clock.set("2026-11-26 10:14")
    now = clock.set("2026-11-26 10:22")
    _, reply = answer(Inbound(uuid.uuid4(), (cast.teacher,), "OK", sent_at), now) or (None, "")
    assert reply == (
        f"{visit.ref}: you were fine at 10:14. That is no answer to the check-in at 10:20: text OK again."
        " Recorded at 10:22."
    )
    assert call(visit, cast) == before
    answer(Inbound(uuid.uuid4(), (cast.teacher,), "OK", now), now)
    assert call(visit, cast) is None


def test_word_of_another_day_does_not_pass_for_now(cast: Cast, visit: Visit, clock: Clock) -> None:
    before, now = call(visit, cast), clock.set("2026-11-26 10:22")
    with transitions.claims.claimed((now - dt.timedelta(days=2)).isoformat()):
        transitions.check_in(visit=visit, by=cast.teacher, now=now)
    assert call(visit, cast) == before
    assert "(pressed at 10:22 on 24 November 2026 without signal)" in visit.events.get(kind="fine").sentence
