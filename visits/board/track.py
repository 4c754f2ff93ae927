"""The dots of a row: left, arrived, check-in, leaves the home, back; each with its real or planned time."""

import datetime as dt
from typing import TypedDict

from visits.board.counting import Counted
from visits.board.facts import Facts
from visits.safety import Due
from visits.story import Moment


class Stop(TypedDict):
    """One dot: `state` is done, next, late or todo."""

    at: dt.datetime
    label: str
    state: str


PLACE = {
    Due.DEPARTURE: "Left school",
    Due.WAIT: "Arrived",
    Due.CHECK_IN: "Check-in",
    Due.RETURN: "Back at school",
}


def stops(facts: Facts, count: Counted, *, late: bool) -> list[Stop]:
    """The dots in order: what is done, the one that comes next, the one that is late."""
    is_rung = facts.checkin_minutes or any(due.kind == Due.CHECK_IN for due in facts.dues)
    ways = [
        ("Left school", facts.departed_at, facts.depart_at),
        ("Arrived", facts.arrived_at, facts.start_at),
        *([("Check-in", checked_in(facts), check_in_at(facts))] if is_rung else []),
        ("Left the home", facts.left_at, facts.end_at),
        ("Back at school", facts.returned_at, facts.return_at),
    ]
    open_ones = [label for label, done, _ in ways if done is None]
    counts = PLACE.get(Due(count.kind), "") if late and count.kind else ""
    next_one = counts if counts in open_ones else next(iter(open_ones), "")
    state = {next_one: "late" if late else "next"}
    return [
        Stop(at=done or planned, label=label, state="done" if done else state.get(label, "todo"))
        for label, done, planned in ways
    ]


def checked_in(facts: Facts) -> dt.datetime | None:
    """When the last "fine" was given, if nobody of the party is still to be rung."""
    if any(due.kind == Due.CHECK_IN for due in facts.dues):
        return None
    fine = [said.at for said in facts.said if said.kind == Moment.Kind.FINE and said.at >= facts.start_at]
    return max(fine, default=None)


def check_in_at(facts: Facts) -> dt.datetime:
    """When the next call begins, by its deadline or by the plan (TC-166)."""
    calls = [due.at for due in facts.dues if due.kind == Due.CHECK_IN]
    return min(calls, default=facts.start_at + dt.timedelta(minutes=facts.checkin_minutes))
