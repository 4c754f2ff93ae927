"""Who hears of a new version, and what is due then."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from homevisits.notices.models import Notice
from homevisits.people.models import Cascade, Reading
from homevisits.trusts import registry
from homevisits.upkeep import keeping, publication
from homevisits.upkeep.models import UpkeepDeadline
from tests.cast import Cast
from tests.factories.people import staff_with
from tests.factories.trusts import PolicyFactory
from tests.homevisits.upkeep.conftest import Publish

pytestmark = pytest.mark.django_db


def told(subject: str) -> dict[str, str]:
    """Who was told inside the product, and where the notice leads."""
    found = Notice.objects.in_product().filter(subject=subject).select_related("recipient")
    return {notice.recipient.last_name: notice.path for notice in found}


@pytest.mark.clause("TC-252", "TC-253", "TC-254")
def test_a_new_version_is_told_to_heads_and_to_the_roles_that_it_names(
    cast: Cast, new_version: Publish
) -> None:
    other_head = staff_with("headteacher", cast.other_school, last_name="Other")
    policy = new_version(wait_minutes=10)
    assert told("Version 2 of the home-visit policy is in force") == {
        "Head": f"/policy/{policy.pk}/tell/",
        other_head.last_name: f"/policy/{policy.pk}/tell/",
        "Ceo": f"/policy/{policy.pk}/changes/",
        "Admin": f"/policy/{policy.pk}/changes/",
        **{
            person.last_name: f"/policy/{policy.pk}/changes/"
            for person in cast.people.values()
            if person.trust == cast.trust and person.has_role(*policy.change_roles) and person != cast.head
        },
    }


def test_the_notice_says_what_changed_in_words_of_the_settings(cast: Cast, new_version: Publish) -> None:
    new_version(wait_minutes=10)
    notice = Notice.objects.in_product().get(recipient=cast.head)
    assert "Waiting at the door, at most: 10 minutes, was 20 minutes" in notice.body
    assert "Shorter wait." in notice.body


def test_a_schools_own_version_is_told_at_that_school_alone(cast: Cast, new_version: Publish) -> None:
    other_head = staff_with("headteacher", cast.other_school, last_name="Other")
    policy = new_version(school=cast.school)
    assert publication.bound(policy) == [cast.school]
    assert not Notice.objects.filter(recipient=other_head).exists()
    trusts_next = new_version()
    assert publication.bound(trusts_next) == [cast.other_school]


def test_a_preset_loaded_by_the_system_tells_nobody(cast: Cast) -> None:
    PolicyFactory(trust=cast.trust)
    assert not Notice.objects.exists()


def test_publishing_fails_whole_when_what_follows_fails(
    cast: Cast, new_version: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(registry, "ON_PUBLISHED", [fail])
    with pytest.raises(RuntimeError):
        new_version()
    assert cast.policy.is_in_force()


@pytest.mark.clause("TC-255")
def test_a_head_confirms_that_staff_were_told_and_they_are_asked_to_read(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    policy = new_version()
    for _ in range(2):
        cascade = keeping.tell_staff(
            policy=policy, school=cast.school, how="At the briefing", by=cast.head, now=now
        )
    assert (cascade.told_by, cascade.note) == (cast.head, "At the briefing")
    assert Cascade.objects.count() == 1
    at_school = {p.last_name for p in cast.people.values() if p.main_school == cast.school}
    assert set(told("Please read the home-visit policy")) == at_school


@pytest.mark.clause("TC-255")
def test_only_the_schools_head_confirms_that_staff_were_told(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    policy = new_version()
    allowed = set()
    for part, person in cast.people.items():
        try:
            keeping.tell_staff(policy=policy, school=cast.school, how="x", by=person, now=now)
        except keeping.NotAllowed:
            continue
        allowed.add(part)
    assert allowed == {"head"}


def test_staff_cannot_be_told_of_a_version_that_is_not_in_force(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    new_version()
    with pytest.raises(keeping.Refused, match="Another version is in force"):
        keeping.tell_staff(policy=cast.policy, school=cast.school, how="x", by=cast.head, now=now)


@pytest.mark.clause("TC-050", "TC-228", "PS-044", "SH-060", "CS-023", "CS-024")
def test_somebody_confirms_what_they_have_read_once_and_for_themself(cast: Cast, now: dt.datetime) -> None:
    for papers in (["", "Staff Code of Conduct"], [""]):
        keeping.confirm_reading(policy=cast.policy, papers=papers, by=cast.teacher, now=now)
    assert set(Reading.objects.values_list("staff", "paper")) == {
        (cast.teacher.pk, ""),
        (cast.teacher.pk, "Staff Code of Conduct"),
    }


@pytest.mark.parametrize(
    ("papers", "sentence"),
    [([], "Tick what you have read"), (["Behaviour Policy"], "does not stand beside the policy")],
)
def test_what_is_not_asked_for_cannot_be_confirmed(
    cast: Cast, now: dt.datetime, papers: list[str], sentence: str
) -> None:
    with pytest.raises(keeping.Refused, match=sentence):
        keeping.confirm_reading(policy=cast.policy, papers=papers, by=cast.teacher, now=now)


def test_another_trusts_policy_cannot_be_confirmed(cast: Cast, now: dt.datetime) -> None:
    with pytest.raises(keeping.NotAllowed):
        keeping.confirm_reading(policy=cast.policy, papers=[""], by=cast.outsider, now=now)


def test_a_version_arms_what_is_due_at_every_school(cast: Cast, new_version: Publish) -> None:
    new_version()
    armed = UpkeepDeadline.objects.filter(upkeep__trust=cast.trust).values_list("upkeep__school", "kind")
    assert set(armed) == {
        (None, "review"),
        (None, "reading"),
        (cast.school.pk, "cascade"),
        (cast.school.pk, "reading"),
        (cast.other_school.pk, "cascade"),
    }


def test_whoever_published_sees_who_was_told(cast: Cast, new_version: Publish, client: Client) -> None:
    client.force_login(cast.admin)
    page = client.get(reverse("policy_published", args=[cast.policy.pk])).content.decode()
    assert "Nobody: no school has a head here yet." in page
    page = client.get(reverse("policy_published", args=[new_version().pk])).content.decode()
    assert f"{cast.head}, in the product and by e-mail." in page
