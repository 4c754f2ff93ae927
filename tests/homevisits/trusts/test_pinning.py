"""A visit keeps the version that it was requested under; a draft follows what is in force."""

import pytest

from homevisits.trusts.models import Policy
from tests.cast import browser
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


@pytest.mark.clause("TC-002", "TC-251")
def test_visit_open_under_version_3_finishes_under_it_while_version_4_is_in_force(cast, monkeypatch):
    for _ in range(2):
        PolicyFactory(trust=cast.trust)
    request = visits.requested

    def request_then_publish(*args, **options):
        visit = request(*args, **options)
        PolicyFactory(trust=cast.trust, wait_minutes=5, overdue_grace_minutes=1, code_word="no")
        return visit

    monkeypatch.setattr(visits, "requested", request_then_publish)
    done = Visit.objects.get(pk=visits.recorded(cast).pk)
    assert (done.state, done.policy.number, done.rules.overdue_grace_minutes) == ("recorded", 3, 15)
    assert Policy.objects.in_force(cast.school).number == 4
    assert request(cast).policy.number == 4


def test_every_version_is_readable_for_ever(cast):
    versions = [cast.policy, *(PolicyFactory(trust=cast.trust, wait_minutes=wait) for wait in (10, 5))]
    pages = [browser(cast.teacher).get(f"/policy/{version.pk}/") for version in versions]
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert ["10 minutes" in wait_of(page) for page in pages] == [False, True, False]


def wait_of(page) -> str:
    """What the page of a version says about waiting at the door."""
    text = page.content.decode()
    start = text.index('data-setting="wait_minutes"')
    return text[start : text.index("data-setting", start + 1)]
