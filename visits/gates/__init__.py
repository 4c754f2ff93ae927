"""What must hold for each step of a visit. The pages show these lists; the transitions ask the same ones."""

import datetime as dt

from visits.gates import (  # noqa: F401  (they register)
    afterwards,
    authorise,
    briefed,
    clashes,
    clearances,
    daylight,
    depart,
    enter,
    letters,
    log,
    overlay,
    papers,
    parents,
    party,
    record,
    returning,
    risk,
    submit,
    tuition,
)
from visits.gates.checks import BLOCKS, MET, WARNS, Check, checks_of, gate
from visits.models import Visit

__all__ = ["BLOCKS", "MET", "WARNS", "Check", "blocking", "checks", "gate", "next_gate", "unmet"]

NEXT = {
    "draft": "submit",
    "requested": "authorise",
    "authorised": "log",
    "logged": "depart",
    "in_progress": "return",
    "returned_safe": "record",
}

# A visit that has taken place already is asked other things than one that lies ahead.
AFTERWARDS = {"submit": "submit_afterwards", "authorise": "authorise_afterwards"}


def next_gate(visit: Visit) -> str | None:
    """The gate before the visit's next step; None when it has ended."""
    return NEXT.get(visit.state)


def checks(name: str, visit: Visit, now: dt.datetime) -> list[Check]:
    """Everything a gate looks at, met or not: blocks first, then warnings, then what is met."""
    order = {BLOCKS: 0, WARNS: 1, MET: 2}
    asked = AFTERWARDS.get(name, name) if visit.is_retrospective else name
    return sorted(checks_of(asked, visit, now), key=lambda check: order[check.status])


def unmet(name: str, visit: Visit, now: dt.datetime) -> list[Check]:
    """What a gate still misses."""
    return [check for check in checks(name, visit, now) if check.status != MET]


def blocking(name: str, visit: Visit, now: dt.datetime) -> list[Check]:
    """What stops the step."""
    return [check for check in checks(name, visit, now) if check.status == BLOCKS]
