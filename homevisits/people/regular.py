"""Who visits regularly (TC-185, TC-186). The floor that knows of visits counts them."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping

from homevisits.people.models import Staff
from homevisits.trusts.policies import Policy

# (ids of staff, a day) -> how many visits each has gone on in the term of that day; filled by visits.
VISITS_IN_TERM: list[Callable[[Collection[int], dt.date], Mapping[int, int]]] = []


def visits_in_term(people: Collection[int], on: dt.date) -> dict[int, int]:
    """How many visits each has gone on in the school's term; nobody without one is named."""
    counts: dict[int, int] = {}
    for counter in VISITS_IN_TERM:
        for staff, count in counter(people, on).items():
            counts[staff] = counts.get(staff, 0) + count
    return counts


def is_regular(staff: Staff, policy: Policy, on: dt.date) -> bool:
    """Whether somebody goes on at least as many visits a term as the policy calls regular."""
    return visits_in_term([staff.pk], on).get(staff.pk, 0) >= policy.regular_visits


def lacks_job_description(staff: Staff, policy: Policy, on: dt.date) -> bool:
    """Whether somebody visits regularly, and their job description does not say so (TC-185)."""
    described = staff.job_description_on is not None and staff.job_description_on <= on
    return not described and is_regular(staff, policy, on)
