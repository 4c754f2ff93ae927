"""Saving and publishing under the floor; a trust's new version raises the schools' own policies."""

import pytest

from homevisits.clock import app_now
from homevisits.trusts import publishing, registry
from homevisits.trusts.contents import Contents
from homevisits.trusts.floor import below
from homevisits.trusts.parts import LadderStep, Reason
from homevisits.trusts.policies import Policy
from tests.cast import Cast, browser

LAXER = {
    "min_people": 1,
    "wait_minutes": 25,
    "confirm_necessary": False,
    "outsiders_count": True,
    "lone_roles": ["headteacher", "slt"],
    "told_roles": ["dsl"],
    "lone_rule": "allowed",
}


def school_draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=cast.school, by=cast.admin, now=app_now(), based_on=cast.policy
    )


def trust_draft(cast: Cast, **values) -> Policy:
    """The trust's next version with some values otherwise."""
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=in_force(cast, None)
    )
    return save(draft, cast, **values)


def in_force(cast: Cast, school) -> Policy:
    return Policy.objects.of(cast.trust, school).published().order_by("-number").first()


def save(draft: Policy, cast: Cast, **values) -> Policy:
    return publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values=values)


def publish(draft: Policy, cast: Cast) -> Policy:
    return publishing.publish(policy=draft, by=cast.admin, now=app_now(), note="Said why")


@pytest.fixture
def own(cast: Cast) -> Policy:
    """A school's own policy in force, a little stricter than the trust's."""
    return publish(save(school_draft(cast), cast, wait_minutes=15), cast)


@pytest.mark.parametrize(("name", "value"), LAXER.items())
def test_laxer_value_is_refused_when_a_school_saves_it(cast, name, value):
    draft = school_draft(cast)
    with pytest.raises(publishing.Unsound, match=r"\(version 1\)") as refused:
        save(draft, cast, **{name: value})
    assert [fault.where for fault in refused.value.faults] == [name]


def test_trust_itself_may_be_laxer_than_before(cast):
    assert publish(trust_draft(cast, min_people=1), cast).min_people == 1


def test_draft_that_fell_below_meanwhile_is_not_published(cast):
    draft = school_draft(cast)
    publish(trust_draft(cast, wait_minutes=10), cast)
    with pytest.raises(publishing.Unsound, match=r"at most 10 minutes \(version 2\)"):
        publish(draft, cast)


def test_laxer_row_is_refused_when_a_school_saves_it(cast):
    draft = school_draft(cast)
    training = draft.trainingrules.get(code="violence_prevention")
    training.strength = "warn"
    with pytest.raises(publishing.Unsound, match="Violence prevention") as refused:
        publishing.put_row(row=training, by=cast.admin, now=app_now())
    assert [(fault.where, fault.field) for fault in refused.value.faults] == [("training", "strength")]
    with pytest.raises(publishing.Unsound, match="Keep it as it stands there"):
        publishing.drop_row(row=training, by=cast.admin, now=app_now())


def test_reason_of_the_schools_own_is_refused_where_the_list_is_closed(cast):
    publish(trust_draft(cast, reasons_open=False), cast)
    draft = school_draft(cast)
    with pytest.raises(publishing.Unsound, match="list of reasons is closed"):
        publishing.put_row(row=Reason(policy=draft, code="CLUB", label="Club"), by=cast.admin, now=app_now())


def test_step_that_comes_too_late_is_refused(cast):
    draft = school_draft(cast)
    step = draft.laddersteps.get(ladder="safety", after_minutes=10)
    step.after_minutes = 12
    with pytest.raises(publishing.Unsound, match="your trust tells Headteacher"):
        publishing.put_row(row=step, by=cast.admin, now=app_now())


def test_ladder_that_is_below_can_be_mended_step_by_step(cast):
    draft = school_draft(cast)
    LadderStep.objects.filter(policy=draft, ladder="safety", after_minutes__in=[10, 20]).delete()
    missing = {f.sentence for f in publishing.faults_of(draft) if f.where == "safety"}
    back = LadderStep(
        policy=draft,
        ladder="safety",
        after_minutes=10,
        roles=["headteacher"],
        channels=["in_app", "email", "text", "push"],
    )
    publishing.put_row(row=back, by=cast.admin, now=app_now())
    left = {f.sentence for f in publishing.faults_of(draft) if f.where == "safety"}
    assert left < missing


def test_draft_from_elsewhere_is_lifted_in_one_go(cast):
    draft = school_draft(cast)
    Policy.objects.filter(pk=draft.pk).update(min_people=1, wait_minutes=5)
    draft.trainingrules.all().delete()
    publishing.lift_draft(policy=draft, by=cast.admin, now=app_now())
    draft.refresh_from_db()
    assert publishing.faults_of(draft) == []
    assert (draft.min_people, draft.wait_minutes) == (2, 5)


def test_new_floor_raises_exactly_what_falls_below(cast, own):
    publish(trust_draft(cast, wait_minutes=10, overdue_grace_minutes=10), cast)
    lifted = in_force(cast, cast.school)
    assert (lifted.number, lifted.wait_minutes, lifted.overdue_grace_minutes) == (2, 10, 10)
    assert lifted.note == "Raised to the trust's floor, version 2."
    assert (lifted.based_on, lifted.published_by) == (own, cast.admin)
    assert Contents.of(lifted).having(wait_minutes=15, overdue_grace_minutes=15).digest() == (
        Contents.of(own).digest()
    )
    assert below(Contents.of(lifted), Contents.of(in_force(cast, None))) == []


def test_school_that_is_strict_enough_keeps_its_version(cast, own):
    publish(trust_draft(cast, wait_minutes=16), cast)
    assert in_force(cast, cast.school) == own


def test_school_without_its_own_policy_gets_none(cast, own):
    publish(trust_draft(cast, wait_minutes=10), cast)
    assert not Policy.objects.of(cast.trust, cast.other_school).exists()


def test_schools_that_would_fall_below_are_named_before(cast, own):
    draft = trust_draft(cast, wait_minutes=10)
    (left,) = publishing.schools_below(Contents.of(draft))
    assert (left.school, [fault.where for fault in left.faults]) == (cast.school, ["wait_minutes"])
    assert publishing.schools_below(Contents.of(own)) == []


def test_open_draft_of_a_school_stays_a_draft_and_shows_its_faults(cast, own):
    draft = school_draft(cast)
    assert draft.number == 2
    publish(trust_draft(cast, wait_minutes=10), cast)
    draft.refresh_from_db()
    assert (draft.school, draft.number, draft.is_published) == (cast.school, 3, False)
    assert in_force(cast, cast.school).number == 2
    assert [fault.where for fault in publishing.faults_of(draft)] == ["wait_minutes"]


def test_raising_is_told_in_the_schools_story_and_to_those_who_follow(cast, own, monkeypatch):
    heard: list[tuple[str, int]] = []
    monkeypatch.setattr(
        registry, "ON_PUBLISHED", [lambda policy, by, now: heard.append((policy.scope, policy.number))]
    )
    publish(trust_draft(cast, wait_minutes=10), cast)
    assert heard == [(str(cast.trust), 2), (str(cast.school), 2)]
    story = in_force(cast, cast.school).events.order_by("number")
    assert [(event.kind, event.by) for event in story] == [("opened", cast.admin), ("published", cast.admin)]
    assert story.last().detail["note"] == "Raised to the trust's floor, version 2."


def test_what_fails_after_publication_undoes_the_raising_too(cast, own, monkeypatch):
    def fail(policy, by, now):
        if policy.school_id:
            raise RuntimeError

    monkeypatch.setattr(registry, "ON_PUBLISHED", [fail])
    draft = trust_draft(cast, wait_minutes=10)
    with pytest.raises(RuntimeError):
        publish(draft, cast)
    draft.refresh_from_db()
    assert (draft.is_published, in_force(cast, cast.school)) == (False, own)


def test_publish_page_says_beforehand_what_is_raised_and_the_next_page_that_it_was(cast, own):
    draft, client = trust_draft(cast, wait_minutes=10), browser(cast.admin)
    page = client.get(f"/policy/{draft.pk}/publish/")
    ((school, changes),) = page.context["below"]
    assert school == cast.school
    assert [(change.label, change.before, change.after) for change in changes] == [
        ("Waiting at the door, at most", "15 minutes", "10 minutes")
    ]
    seen = page.context["form"]["seen"].value()
    done = client.post(f"/policy/{draft.pk}/publish/", {"note": "Shorter", "seen": seen}, follow=True)
    assert list(done.context["raised"]) == [in_force(cast, cast.school)]
