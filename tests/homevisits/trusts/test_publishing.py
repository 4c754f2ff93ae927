"""Drafts are opened, edited, published and discarded by the right people, one at a time."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.contents import Contents
from homevisits.trusts.permissions import NotAllowed
from homevisits.trusts.policies import Policy, PolicyEvent
from tests.cast import Cast, make_cast

EDITORS = ["admin", "ceo"]


@pytest.fixture
def draft(cast: Cast) -> Policy:
    """A draft of version 2, opened by the trust admin."""
    return open_draft(cast)


def open_draft(cast: Cast, by: str = "admin") -> Policy:
    person = cast.people[by]
    return publishing.start_draft(
        trust=cast.trust, school=None, by=person, now=app_now(), based_on=cast.policy
    )


def publish(policy: Policy, by, note: str = "Shorter wait") -> Policy:
    return publishing.publish(policy=policy, by=by, now=app_now(), note=note)


@pytest.mark.clause("TC-251")
@pytest.mark.parametrize(
    "part",
    [
        *("teacher", "colleague", "office", "attendance", "dsl", "slt", "deputy", "head", "ewo"),
        *("ceo", "admin", "outsider"),
    ],
)
def test_only_trust_admin_and_ceo_change_policy(cast, part):
    try:
        draft = open_draft(cast, part)
        publish(draft, cast.people[part])
        changed = True
    except NotAllowed:
        changed = False
    assert changed == (part in EDITORS)


def test_admin_of_another_trust_changes_nothing_here(cast, draft):
    stranger = make_cast().admin
    with pytest.raises(NotAllowed):
        publish(draft, stranger)


def test_draft_copies_everything(cast, draft):
    assert Contents.of(draft).digest() == Contents.of(cast.policy).digest()
    assert (draft.number, draft.based_on, draft.preset) == (2, cast.policy, "three_counties")


@pytest.mark.clause("AF-008")
def test_publishing_says_who_and_when_and_why(cast, draft):
    now = app_now()
    policy = publishing.publish(policy=draft, by=cast.ceo, now=now, note="Shorter wait")
    assert (policy.published_by, policy.published_at, policy.note) == (cast.ceo, now, "Shorter wait")


@pytest.mark.clause("AF-003")
def test_published_version_binds_every_school_of_the_trust(cast, draft):
    publish(draft, cast.admin)
    assert [Policy.objects.in_force(s) for s in (cast.school, cast.other_school)] == [draft, draft]
    assert Policy.objects.in_force_at(cast.trust.schools.all()) == {
        cast.school.pk: draft,
        cast.other_school.pk: draft,
    }


def test_draft_binds_nobody(cast, draft):
    assert Policy.objects.in_force(cast.school) == cast.policy


def test_second_draft_is_refused_and_names_the_first(cast, draft):
    with pytest.raises(publishing.DraftExists, match="Pat Admin") as refused:
        open_draft(cast, "ceo")
    assert refused.value.draft == draft


def test_discarded_draft_gives_its_number_back(cast, draft):
    publishing.discard(policy=draft, by=cast.admin, now=app_now())
    assert open_draft(cast).number == 2


def test_published_version_is_not_published_again(cast, draft):
    publish(draft, cast.ceo)
    with pytest.raises(publishing.NotADraft, match="Version 2 was published by Pat Ceo on"):
        publish(draft, cast.admin)


def test_discarded_draft_is_not_published(cast, draft):
    publishing.discard(policy=draft, by=cast.admin, now=app_now())
    with pytest.raises(publishing.NotADraft, match="discarded"):
        publishing.publish(policy=Policy(pk=draft.pk, trust=cast.trust), by=cast.ceo, now=app_now(), note="")


def test_draft_that_changed_under_the_reader_is_not_published(cast, draft):
    seen = Contents.of(draft).digest()
    publishing.save_draft(policy=draft, by=cast.ceo, now=app_now(), values={"wait_minutes": 10})
    with pytest.raises(publishing.Changed):
        publishing.publish(policy=draft, by=cast.admin, now=app_now(), note="", seen=seen)


def test_saved_value_is_the_trusts_own_choice_until_it_is_put_back(cast, draft):
    saved = publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values={"wait_minutes": 10})
    assert saved.sources["wait_minutes"] == {"clauses": [], "own": True, "note": "Set in version 2."}
    back = publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values={"wait_minutes": 20})
    assert back.sources["wait_minutes"]["clauses"] == ["TC-109"]


def test_stale_settings_are_not_saved(cast, draft):
    seen = publishing.fingerprint_of(draft, ["wait_minutes"])
    publishing.save_draft(policy=draft, by=cast.ceo, now=app_now(), values={"wait_minutes": 10})
    with pytest.raises(publishing.Changed):
        publishing.save_draft(
            policy=draft, by=cast.admin, now=app_now(), values={"wait_minutes": 15}, seen=seen
        )
    draft.refresh_from_db()
    assert draft.wait_minutes == 10


@pytest.mark.parametrize(
    "values",
    [{"min_people": 0}, {"wait_minutes": -1}, {"lone_rule": "sometimes"}, {"authorising_roles": ["pope"]}],
)
def test_value_that_no_policy_can_hold_is_refused(cast, draft, values):
    with pytest.raises(ValidationError):
        publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values=values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"authorising_roles": []}, "at least one role that may authorise"),
        ({"lone_roles": []}, "who decides on going alone"),
        ({"risk_assessor_roles": []}, "who may write the risk assessment"),
        ({"decision_minutes_same_day": 300}, "no more minutes for the day of the visit"),
        ({"file_choices": []}, "at least one file"),
        ({"checkin_answer_minutes": 0}, "at least 1 minute to reach"),
        ({"owner_quiet_minutes": 0}, "at least 1 minute before an alarm"),
        ({"record_due_hours": 0}, "at least 1 hour"),
        ({"told_roles": []}, "told of incidents"),
    ],
)
def test_policy_is_never_without_what_keeps_people_safe(cast, draft, values, sentence):
    with pytest.raises(publishing.Unsound, match=sentence) as refused:
        publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values=values)
    assert [fault.where for fault in refused.value.faults] == list(values)


@pytest.mark.clause("PS-002")
def test_policy_without_review_date_does_not_go_live(cast, draft):
    Policy.objects.filter(pk=draft.pk).update(review_by=None)
    with pytest.raises(publishing.Unsound, match="day by which the policy is reviewed"):
        publish(draft, cast.admin)


def test_every_change_is_a_link_of_the_trusts_chain(cast, draft):
    publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values={"wait_minutes": 10})
    publish(draft, cast.ceo)
    events = PolicyEvent.objects.filter(chain=f"policy:{cast.trust.pk}").order_by("number")
    assert [(e.number, e.kind) for e in events] == [
        (1, "opened"),
        (2, "published"),
        (3, "opened"),
        (4, "edited"),
        (5, "published"),
    ]
    assert events[3].sentence == "Waiting at the door, at most: 10 minutes, was 20 minutes"
    assert all(event.digest == event.expected_digest() for event in events)
    assert [b.previous for b in events[1:]] == [a.digest for a in events[:4]]


def test_story_of_a_discarded_draft_is_kept(cast, draft):
    publishing.discard(policy=draft, by=cast.ceo, now=app_now())
    last = PolicyEvent.objects.order_by("number").last()
    assert (last.kind, last.by, last.detail["version"]) == ("discarded", cast.ceo, 2)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_wins_and_the_other_is_told():
    cast = make_cast()
    draft = open_draft(cast)
    outcome = at_once(
        lambda: publish(draft, cast.admin), lambda: publish(Policy.objects.get(pk=draft.pk), cast.ceo)
    )
    (won,) = [result for result in outcome if isinstance(result, Policy)]
    (lost,) = [result for result in outcome if isinstance(result, publishing.NotADraft)]
    assert f"was published by {won.published_by}" in str(lost)
    assert Policy.objects.get(pk=draft.pk).published_by == won.published_by


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_a_draft_at_once_one_is_sent_to_the_others():
    cast = make_cast()
    outcome = at_once(lambda: open_draft(cast, "admin"), lambda: open_draft(cast, "ceo"))
    (draft,) = [result for result in outcome if isinstance(result, Policy)]
    (refused,) = [result for result in outcome if isinstance(result, publishing.DraftExists)]
    assert refused.draft == draft


def at_once(*acts) -> list:
    """What each act gave or raised, all started together on connections of their own."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        try:
            gate.wait(timeout=30)
            results[place] = acts[place]()
        except Exception as raised:
            results[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
