"""Published versions in memory: a copy for everybody, and never a draft."""

import pytest

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.models import Policy
from homevisits.trusts.pinned import pinned
from tests.cast import Cast


def test_published_version_is_read_once(cast: Cast, django_assert_num_queries) -> None:
    first = pinned(cast.policy.pk)
    with django_assert_num_queries(0):
        again = pinned(cast.policy.pk)
    stored = Policy.objects.get(pk=cast.policy.pk)
    columns = [column.attname for column in Policy._meta.concrete_fields]
    assert [getattr(again, name) for name in columns] == [getattr(stored, name) for name in columns]
    assert again is not first


def test_what_is_done_with_one_copy_is_not_there_for_the_next(cast: Cast) -> None:
    copy = pinned(cast.policy.pk)
    copy.authorising_roles.append("office")
    copy.wait_minutes = 999
    assert copy.trust == cast.trust  # looked up, so it is kept in this copy
    fresh = pinned(cast.policy.pk)
    assert (fresh.authorising_roles, fresh.wait_minutes) == (
        cast.policy.authorising_roles,
        cast.policy.wait_minutes,
    )
    assert not Policy.trust.is_cached(fresh)


def test_draft_is_never_kept(cast: Cast) -> None:
    now = app_now()
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=now, based_on=cast.policy
    )
    with pytest.raises(Policy.DoesNotExist):
        pinned(draft.pk)
    publishing.save_draft(policy=draft, by=cast.admin, now=now, values={"wait_minutes": 15})
    publishing.publish(policy=draft, by=cast.admin, now=now, note="Fifteen minutes.")
    assert pinned(draft.pk).wait_minutes == 15


def test_new_version_is_in_force_at_once_and_the_old_one_stays_as_it_was(cast: Cast) -> None:
    now = app_now()
    was = Policy.objects.in_force(cast.school)
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=now, based_on=cast.policy
    )
    publishing.save_draft(policy=draft, by=cast.admin, now=now, values={"wait_minutes": 15})
    assert Policy.objects.in_force(cast.school) == was
    publishing.publish(policy=draft, by=cast.admin, now=now, note="Fifteen minutes.")
    in_force = Policy.objects.in_force(cast.school)
    assert (in_force.pk, in_force.wait_minutes) == (draft.pk, 15)
    assert pinned(was.pk).wait_minutes == cast.policy.wait_minutes
