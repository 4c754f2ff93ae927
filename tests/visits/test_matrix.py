"""Every state, every move, every person: who gets through, and what becomes of the state."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from homevisits.people.models import Staff
from tests.cast import Cast
from tests.factories import visits as make
from visits import transitions
from visits.guidance import departure_checks
from visits.models import Visit
from visits.states import MOVES, State
from visits.transitions import Refused, Stale

LEADERS = {"dsl", "deputy", "slt", "head", "ceo"}
PARTY = {"teacher", "colleague"}
# Who may make each move of a teacher's visit with a colleague, in office hours, on TC's policy.
WHO = {
    "submit": {"teacher"},
    "return_for_changes": {"head"},
    "decline": {"head"},
    "authorise": {"head"},
    "amend": PARTY | {"office"},
    "log": {"office"},
    "depart": PARTY | {"office"},
    "did_not_leave": PARTY | {"office"},
    "return_safe": PARTY | {"office"} | LEADERS,
    "not_back_after_all": PARTY | {"office"} | LEADERS,
    "record": {"teacher"},
    "cancel": PARTY | {"office", "head", "dsl"},
}
# The DSL is asked for a view: it is taken, and moves nothing.
VIEWS = {("authorise", "dsl"), ("decline", "dsl"), ("return_for_changes", "dsl")}


class Undone(Exception):
    """Rolls back what was tried."""


def acts(cast: Cast, now) -> dict[str, Callable[[Visit, Staff], object]]:
    def answer(reply: str) -> Callable[[Visit, Staff], object]:
        return lambda visit, by: transitions.answer(
            visit=visit,
            by=by,
            now=now,
            reply=reply,
            reason="Because.",
            necessary=True,
            best_interests=True,
            safeguarding=True,
        )

    def amend(visit: Visit, by: Staff) -> object:
        party = [{"staff": cast.teacher, "is_lead": True}, {"staff": cast.attendance}]
        make.checked(cast.attendance)
        return transitions.amend(visit=visit, by=by, now=now, values={}, party=party, reason="Colleague ill")

    def back(visit: Visit, by: Staff) -> object:
        for attendee in visit.party:
            if not (visit.includes(by) and attendee.staff_id != by.pk):
                visit = transitions.say_back(
                    visit=visit, by=by, now=now, attendee=attendee, identity="Saw them"
                )
        return visit

    return {
        "submit": lambda v, by: transitions.submit(visit=v, by=by, now=now),
        "return_for_changes": answer("changes"),
        "decline": answer("no"),
        "authorise": answer("yes"),
        "amend": amend,
        "log": lambda v, by: transitions.log(visit=v, by=by, now=now, **make.log_facts(cast, v)),
        "depart": lambda v, by: transitions.depart(
            visit=v, by=by, now=now, checks=[i.pk for i in departure_checks(v)]
        ),
        "did_not_leave": lambda v, by: transitions.did_not_leave(visit=v, by=by, now=now, reason="Flat tyre"),
        "return_safe": back,
        "not_back_after_all": lambda v, by: transitions.not_back_after_all(
            visit=v, by=by, now=now, reason="Marked the wrong one"
        ),
        "record": lambda v, by: transitions.record(visit=v, by=by, now=now),
        "cancel": lambda v, by: transitions.cancel(visit=v, by=by, now=now, reason="Came into school"),
    }


def prepared(cast: Cast, state: str, now) -> Visit:
    """A visit in a state, with what the next move asks for already there."""
    visit = make.in_state(cast, state)
    if state == State.REQUESTED:
        make.assessed(cast, visit, now)
    if state == State.AUTHORISED:
        make.set_code_word(school=cast.school, word="Is the blue folder in?", by=cast.office, now=now)
    if state == State.RETURNED_SAFE:
        transitions.keep_record(
            visit=visit,
            by=cast.teacher,
            now=now,
            values=make.record_facts(visit),
            outcome="completed",
            people=[("Maria Novak", "mother")],
        )
    return visit


def outcome(act: Callable[[Visit, Staff], object], visit: Visit, by: Staff) -> str:
    """The state afterwards, or "refused"; nothing is kept."""
    after = "refused"
    try:
        with transaction.atomic():
            act(Visit.objects.get(pk=visit.pk), Staff.objects.get(pk=by.pk))
            after = str(Visit.objects.get(pk=visit.pk).state)
            raise Undone
    except (Refused, Stale, Undone):
        return after


def expected(state: str, move: str, person: str) -> str:
    sources, to = MOVES[move]
    if move == "amend" and state == State.REQUESTED:
        return state if person in WHO["amend"] else "refused"
    if state not in sources:
        return "refused"
    if (move, person) in VIEWS:
        return state
    if person not in WHO[move]:
        return "refused"
    if move == "return_safe" and person in PARTY:
        return state  # each of the party speaks for themselves alone
    return str(to)


@pytest.mark.clause("AF-011", "TC-021", "TC-048", "TC-069", "TC-091", "TC-093", "AF-014", "TC-070", "PS-100")
@pytest.mark.parametrize("state", State.values)
def test_moves_are_made_by_those_who_may_and_by_nobody_else(cast: Cast, clock, state: str) -> None:
    now = clock.set("2026-11-26 10:00")
    visit = prepared(cast, state, now)
    table, wanted = {}, {}
    for move, act in acts(cast, now).items():
        for name, person in cast.people.items():
            table[move, name] = outcome(act, visit, person)
            wanted[move, name] = expected(state, move, name)
    # The same person doing the same thing again gets the visit back unchanged.
    repeated = {key for key in table if table[key] == state and wanted[key] == "refused"}
    assert {k: v for k, v in table.items() if k not in repeated} == {
        k: v for k, v in wanted.items() if k not in repeated
    }
    assert all(MOVES[move][1] == state for move, _ in repeated)


def test_the_database_refuses_every_move_that_is_not_in_the_table(cast: Cast, clock) -> None:
    clock.set("2026-11-26 10:00")
    ahead = {move: line for move, line in MOVES.items() if move != "look_back"}  # for what is over already
    legal = {(str(s), str(to)) for sources, to in ahead.values() for s in sources}
    visits = {state: make.in_state(cast, state) for state in State.values}
    for start, visit in visits.items():
        for to in State.values:
            if to == start:
                continue
            assert can_update(visit, to) == ((start, to) in legal), (start, to)


def can_update(visit: Visit, to: str) -> bool:
    """Whether the trigger lets a state be written round the door; other constraints may still refuse."""
    try:
        with transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(state=to)
            raise Undone
    except (Undone, IntegrityError):
        return True
    except (InternalError, ProgrammingError):
        return False
