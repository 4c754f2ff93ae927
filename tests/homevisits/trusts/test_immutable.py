"""The database itself refuses to change a published policy, whoever asks."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.parts import GuidanceItem, LadderStep, NoticeGround, Reason
from homevisits.trusts.policies import Policy
from tests.cast import Cast, make_cast

PARTS = [Reason, NoticeGround, LadderStep, GuidanceItem]


@pytest.fixture
def draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )


def refused(act) -> str:
    """What the database says to an act that it refuses."""
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        act()
    return str(error.value)


@pytest.mark.clause("AF-008", "TC-002")
def test_published_policy_is_not_updated(cast):
    assert "Cannot update or delete" in refused(
        lambda: Policy.objects.filter(pk=cast.policy.pk).update(wait_minutes=1)
    )
    cast.policy.wait_minutes = 1
    assert "Cannot update or delete" in refused(cast.policy.save)


def test_published_policy_is_not_unpublished(cast):
    assert refused(lambda: Policy.objects.filter(pk=cast.policy.pk).update(published_at=None))


def test_published_policy_is_not_deleted(cast):
    with connection.cursor() as cursor:
        assert "Cannot update or delete" in refused(
            lambda: cursor.execute("DELETE FROM trusts_policy WHERE id = %s", [cast.policy.pk])
        )


@pytest.mark.parametrize("model", PARTS)
def test_row_of_published_policy_is_not_updated(cast, model):
    rows = model.objects.filter(policy=cast.policy)
    assert "is published and cannot change" in refused(lambda: rows.update(position=9))


@pytest.mark.parametrize("model", PARTS)
def test_row_of_published_policy_is_not_deleted(cast, model):
    row = model.objects.filter(policy=cast.policy).first()
    assert "is published and cannot change" in refused(row.delete)


@pytest.mark.parametrize("model", PARTS)
def test_row_is_not_added_to_published_policy(cast, draft, model):
    row = model.objects.filter(policy=draft).first()
    row.pk, row.policy = None, cast.policy
    assert "is published and cannot change" in refused(lambda: row.save(force_insert=True))


@pytest.mark.parametrize("model", PARTS)
def test_row_is_not_moved_out_of_published_policy(cast, draft, model):
    rows = model.objects.filter(policy=cast.policy)
    model.objects.filter(policy=draft).delete()
    assert "is published and cannot change" in refused(lambda: rows.update(policy=draft))


def test_draft_can_be_changed_until_it_is_published(cast, draft):
    assert draft.guidanceitems.update(position=1) > 1
    Policy.objects.filter(pk=draft.pk).update(wait_minutes=1)
    publishing.publish(policy=draft, by=cast.admin, now=app_now(), note="Now")
    assert refused(lambda: draft.guidanceitems.update(position=2))


@pytest.mark.django_db(transaction=True)
def test_row_does_not_slip_in_while_a_version_is_being_published():
    cast = make_cast()
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )
    said = []

    def slip_in() -> None:
        try:
            Reason.objects.create(policy=draft, code="LATE", label="Too late")
        except DatabaseError as error:
            said.append(str(error))
        finally:
            connection.close()

    late = threading.Thread(target=slip_in)
    with transaction.atomic():
        publishing.publish(policy=draft, by=cast.admin, now=app_now(), note="Now")
        late.start()
        late.join(timeout=0.5)
        assert late.is_alive()  # it waits for the publication to commit
    late.join(timeout=30)
    assert "is published and cannot change" in said[0]


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("last_step_repeat_minutes", 0, "policy_alarm_never_stops"),
        ("last_step_repeat_minutes", 31, "policy_alarm_never_stops"),
        ("min_people", 0, "policy_somebody_goes"),
    ],
)
def test_database_holds_what_no_setting_may_turn_off(draft, column, value, constraint):
    assert constraint in refused(lambda: Policy.objects.filter(pk=draft.pk).update(**{column: value}))


def test_one_draft_of_a_policy_at_a_time(cast, draft):
    assert "policy_one_draft" in refused(
        lambda: Policy.objects.create(trust=cast.trust, number=3, created_at=app_now())
    )
