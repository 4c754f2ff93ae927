"""A visit keeps the version that it was requested under; a draft follows what is in force."""

import pytest

from tests.factories import visits
from tests.factories.trusts import PolicyFactory
from visits.models import Visit


@pytest.fixture(autouse=True)
def thursday(clock):
    clock.set("2026-11-26 10:00")


def rules(visit: Visit) -> int:
    """The number of the version that binds a visit, read afresh."""
    return Visit.objects.get(pk=visit.pk).rules.number


@pytest.mark.clause("TC-002", "AF-003")
def test_requested_visit_keeps_its_version(cast):
    before = visits.requested(cast)
    PolicyFactory(trust=cast.trust, wait_minutes=5)
    after = visits.requested(cast)
    assert (rules(before), rules(after)) == (1, 2)
    assert Visit.objects.get(pk=before.pk).rules.wait_minutes == 20


def test_draft_follows_what_is_in_force(cast):
    draft = visits.draft(cast)
    PolicyFactory(trust=cast.trust)
    assert rules(draft) == 2


def test_schools_own_policy_comes_before_the_trusts(cast):
    own = PolicyFactory(school=cast.school, preset="poulton_le_sands")
    assert Visit.objects.get(pk=visits.draft(cast).pk).rules == own
