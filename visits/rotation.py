"""When the code words of schools are due to be changed, and who changes them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from homevisits.people.models import Staff
from homevisits.trusts.choices import CodeWordRule, CodeWordScope
from homevisits.trusts.models import Policy, School
from homevisits.trusts.roles import LEADERS, RoleName
from visits.codeword import needs_changing_on, of_school

SOON = dt.timedelta(days=14)


@dataclass(frozen=True)
class Standing:
    """A school's word on a day: since when it is set, and from when it no longer counts (None: it stays)."""

    school: School
    set_on: dt.date | None
    changes_on: dt.date | None
    is_old: bool
    is_soon: bool


def may_set_word(staff: Staff, school: School) -> bool:
    """The office and the leaders of a school set its word."""
    return staff.trust_id == school.trust_id and staff.has_role(*LEADERS, RoleName.OFFICE, school=school)


def standing(school: School, today: dt.date) -> Standing:
    """How a school's word stands under the policy in force."""
    word = of_school(school)
    changes_on = needs_changing_on(word, Policy.objects.in_force(school)) if word else None
    return Standing(
        school=school,
        set_on=word.set_at.date() if word else None,
        changes_on=changes_on,
        is_old=bool(changes_on and changes_on <= today),
        is_soon=bool(changes_on and today < changes_on <= today + SOON),
    )


def due(schools: Iterable[School], today: dt.date) -> list[Standing]:
    """The schools whose word no longer counts, or soon will not; none of a policy that wants no school's word."""
    found = []
    for school in schools:
        policy = Policy.objects.in_force(school)
        if policy is None or policy.code_word == CodeWordRule.NO:
            continue
        if policy.code_word_scope != CodeWordScope.VISIT:
            found.append(standing(school, today))
    return [one for one in found if one.is_old or one.is_soon]
