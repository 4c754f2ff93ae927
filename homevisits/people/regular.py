"""Who visits regularly (TC-185, TC-186). The floor that knows of visits counts them."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

# (ids of staff, a day) -> how many visits each has gone on in the term of that day; filled by visits.
VISITS_IN_TERM: list[Callable[[Collection[int], dt.date], Mapping[int, int]]] = []


def visits_in_term(people: Collection[int], on: dt.date) -> dict[int, int]:
    """How many visits each has gone on in the school's term; nobody without one is named."""
    counts: dict[int, int] = {}
    for counter in VISITS_IN_TERM:
        for staff, count in counter(people, on).items():
            counts[staff] = counts.get(staff, 0) + count
    return counts
