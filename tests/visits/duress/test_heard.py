"""No word that a visitor writes passes by the ears that listen for the code word."""

import datetime as dt
import inspect
from collections.abc import Callable

import pytest

from homevisits.escalation.sweep import sweep
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from safeguarding.raising import raise_concern
from tests.cast import Cast
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit, VisitAlarm
from visits.transitions.secret import HEARD_IN

SAID = "Could somebody look whether the blue folders are on the desk"
PLAIN = "Could somebody look whether the green boxes are in the hall"

# Arguments that hold no words of a visitor's own: a choice, a number, a PIN, what a call answered.
CHOICES = {
    "answer", "channel", "choice", "how", "identity", "level", "number", "outcome", "pin", "reply", "result",
    "seen", "sent_with", "subject", "officer", "reference", "people", "checks",
}  # fmt: skip
# Made by nobody who goes, made before anybody is out, or passed on to one that hears.
OTHERS = {
    "agree_sanctions", "answer", "ask_colleague", "ask_for", "brief_series", "countersign", "decide_police",
    "end_series", "hand_back", "hear_code_word", "hold_debrief", "keep_draft", "log", "look_afterwards", "report_afterwards",
    "start_draft", "start_series", "want_time",
}  # fmt: skip


def words_of(act: Callable[..., object]) -> set[str]:
    """The arguments of a transition that may hold somebody's own words."""
    found = inspect.signature(act).parameters.values()
    texts = {
        p.name for p in found if p.annotation in ("str", str, "str | None") or p.annotation == str | None
    }
    holders = {p.name for p in found if p.name in {"values", "extras", "actions", "barriers"}}
    return (texts | holders) - CHOICES


@pytest.mark.clause("PS-129", "TC-169")
def test_every_transition_hears_the_words_that_it_takes() -> None:
    acts = {n: getattr(transitions, n) for n in transitions.__all__}
    said = {n: words_of(a) for n, a in acts.items() if inspect.isfunction(a) and n not in OTHERS}
    heard = {n: set(getattr(acts[n], "hears", ())) for n in said}
    assert {n: words - heard[n] for n, words in said.items() if words - heard[n]} == {}


WAYS: dict[str, Callable[[Visit, Cast, dt.datetime, str], object]] = {
    "more time beyond the limit": lambda visit, cast, now, text: transitions.want_time(
        visit=visit, by=cast.teacher, now=now, minutes=90, reason=text
    ),
    "a concern": lambda visit, cast, now, text: raise_concern(
        pupil=visit.pupils.get(), by=cast.teacher, now=now, facts=text, visit=visit
    ),
    "a concern about no visit": lambda visit, cast, now, text: raise_concern(
        pupil=visit.pupils.get(), by=cast.teacher, now=now, facts="Seen", opinion=text
    ),
    "the record": lambda visit, cast, now, text: transitions.keep_record(
        visit=visit, by=cast.teacher, now=now, values={}, people=[(text, "mother")]
    ),
}
BEFORE: dict[str, Callable[[Visit, Cast, dt.datetime, str], object]] = {
    "not going": lambda visit, cast, now, text: transitions.withdraw(
        visit=visit, by=cast.teacher, now=now, reason=text
    ),
    "other times": lambda visit, cast, now, text: transitions.retime(
        visit=visit, by=cast.teacher, now=now, reason=text, times={"end_at": visit.end_at + make.minutes(5)}
    ),
}
ALL = [(make.out, way) for way in WAYS.values()] + [(make.logged, way) for way in BEFORE.values()]


@pytest.mark.clause("PS-129", "TC-169")
@pytest.mark.parametrize(("begin", "way"), ALL, ids=[*WAYS, *BEFORE])
def test_the_code_word_is_heard_wherever_it_is_written(cast: Cast, clock, now, begin, way) -> None:
    pair = [make.fresh(begin(cast, now=now)) for _ in range(2)]
    clock.advance(minutes=4)
    for visit, text in zip(pair, (PLAIN, SAID), strict=True):
        way(visit, cast, clock.now, text)
    sweep("test")
    alarms = [visit.alarms.filter(kind="duress").count() for visit in pair]
    # A concern that names no visit is heard on each on which its writer is.
    assert alarms == ([1, 1] if way is WAYS["a concern about no visit"] else [0, 1])


@pytest.mark.parametrize("state", ["logged", "in_progress", "returned_safe", "authorised"])
def test_words_are_heard_while_anybody_is_watched(cast: Cast, now, state: str) -> None:
    visit = make.fresh(make.in_state(cast, state))
    transitions.secret.listen(visit, by=cast.teacher, now=now, text=SAID)
    assert visit.deadlines.filter(kind="word_note").exists() == (state in HEARD_IN)


@pytest.mark.clause("PS-129")
def test_whoever_asked_in_secret_comes_off_a_visit_as_anybody_and_learns_of_no_alarm(
    cast: Cast, clock, now
) -> None:
    pair = [make.fresh(make.logged(cast, now=now)) for _ in range(2)]
    clock.advance(minutes=4)
    for visit, text in zip(pair, (PLAIN, SAID), strict=True):
        BEFORE["other times"](visit, cast, clock.now, text)
    sweep("test")
    for visit in pair:
        transitions.withdraw(visit=visit, by=cast.teacher, now=clock.advance(minutes=1), reason="I am ill")
    assert [make.fresh(visit).includes(cast.teacher) for visit in pair] == [False, False]
    assert [visit.alarms.filter(kind="duress").count() for visit in pair] == [0, 1]
    alarm = pair[1].alarms.get(kind="duress")
    make.give_role(cast.teacher, RoleName.OFFICE, cast)
    teacher = Staff.objects.get(pk=cast.teacher.pk)
    assert not VisitAlarm.visible_to(teacher).filter(pk=alarm.pk).exists()
    assert VisitAlarm.visible_to(cast.office).filter(pk=alarm.pk).exists()
    assert teacher.pk in alarm.kept_from()
