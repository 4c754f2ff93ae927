"""Keeping the policy: each setting turned, and who is reminded or told of what, and when."""

import datetime as dt
from collections.abc import Callable

import pytest

from homevisits.notices.models import Notice
from homevisits.trusts import publishing
from homevisits.upkeep import keeping
from tests.cast import Cast
from tests.homevisits.upkeep.conftest import Publish

pytestmark = pytest.mark.django_db
At = Callable[[str], dt.datetime]
on = pytest.mark.parametrize


def told(subject: str) -> set[str]:
    """Who has a notice inside the product."""
    found = Notice.objects.in_product().filter(subject__endswith=subject)
    return set(found.values_list("recipient__last_name", flat=True))


@pytest.mark.turns("review_months")
@on(("months", "next_review"), [(6, dt.date(2027, 5, 26)), (12, dt.date(2027, 11, 26))])
def test_the_next_review_is_worked_out(
    cast: Cast, new_version: Publish, now: dt.datetime, months: int, next_review: dt.date
) -> None:
    policy = new_version(review_months=months)
    review = keeping.start_review(policy=policy, why="Scheduled", by=cast.ceo, now=now)
    keeping.finish_review(review=review, took_part="A. Stone", outcome="No change", by=cast.ceo, now=now)
    draft = publishing.start_draft(trust=cast.trust, school=None, by=cast.admin, now=now, based_on=policy)
    assert draft.review_by == next_review


@pytest.mark.turns("review_reminder_days")
@on(("days", "hear"), [(30, {"Admin", "Ceo"}), (20, set())])
def test_a_review_is_announced_some_days_ahead(
    cast: Cast, new_version: Publish, at: At, days: int, hear: set[str]
) -> None:
    new_version(review_by=dt.date(2026, 12, 31), review_reminder_days=days)
    at("2026-12-05 08:30")
    assert told("The policy is due for review") == hear


@pytest.mark.turns("change_roles")
@on(("roles", "hear"), [(["slt"], {"Slt"}), (["dsl", "office"], {"Dsl", "Office"})])
def test_a_new_version_is_told_to_the_roles_it_names(
    cast: Cast, new_version: Publish, roles: list[str], hear: set[str]
) -> None:
    new_version(change_roles=roles)
    assert told("of the home-visit policy is in force") - {"Head", "Ceo", "Admin"} == hear


@pytest.mark.turns("cascade_days")
@on(("days", "hear"), [(3, {"Head", "Admin", "Ceo"}), (7, set())])
def test_staff_are_told_in_time_or_heads_and_the_trust_hear(
    cast: Cast, new_version: Publish, at: At, days: int, hear: set[str]
) -> None:
    new_version(cascade_days=days)
    at("2026-11-30 08:31")
    assert told("Your staff are still to be told of the policy") == hear


@pytest.mark.turns("read_days")
@on(("days", "hear"), [(3, {"Head"}), (14, set())])
def test_staff_read_it_in_time(cast: Cast, new_version: Publish, at: At, days: int, hear: set[str]) -> None:
    new_version(read_days=days)
    at("2026-11-30 08:31")
    assert told("people have not read the policy yet") == hear
