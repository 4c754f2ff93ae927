"""A draft's lists: rows are added, changed, removed and switched on again; ladders stay whole."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.forms.rows import StepForm
from homevisits.trusts.parts import GuidanceItem, LadderStep, Reason
from homevisits.trusts.policies import Policy
from tests.cast import Cast


@pytest.fixture
def draft(cast: Cast) -> Policy:
    return publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )


def put(row, cast, **more) -> None:
    publishing.put_row(row=row, by=cast.admin, now=app_now(), **more)


def drop(row, cast) -> None:
    publishing.drop_row(row=row, by=cast.admin, now=app_now())


def ladder(draft: Policy, name: str = "safety") -> list[tuple[int, int, list[str]]]:
    steps = draft.laddersteps.filter(ladder=name).order_by("position")
    return [(step.position, step.after_minutes, step.roles) for step in steps]


def step_at(draft: Policy, minutes: int) -> LadderStep:
    return draft.laddersteps.get(ladder="safety", after_minutes=minutes)


def new_step(draft: Policy, minutes: int, **facts) -> LadderStep:
    facts = {"ladder": "safety", "roles": ["deputy_dsl"], "channels": ["in_app"]} | facts
    return LadderStep(policy=draft, after_minutes=minutes, **facts)


def test_new_step_takes_its_place_by_its_minutes(cast, draft):
    put(new_step(draft, 5), cast)
    assert ladder(draft)[:3] == [(0, 0, ["office"]), (1, 5, ["deputy_dsl"]), (2, 10, ["headteacher"])]


def test_step_that_moves_changes_places(cast, draft):
    step = step_at(draft, 10)
    step.after_minutes = 25
    put(step, cast)
    assert [minutes for _, minutes, _ in ladder(draft)] == [0, 20, 25, 30]
    assert [place for place, _, _ in ladder(draft)] == [0, 1, 2, 3]


def test_last_safety_step_stays_everybody(cast, draft):
    with pytest.raises(publishing.Unsound, match=r"The last step .* is everybody"):
        drop(step_at(draft, 30), cast)
    with pytest.raises(publishing.Unsound, match=r"The last step .* is everybody"):
        put(new_step(draft, 45), cast)
    assert [minutes for _, minutes, _ in ladder(draft)] == [0, 10, 20, 30]


def test_safety_ladder_begins_at_once(cast, draft):
    with pytest.raises(publishing.Unsound, match=r"Begin the ladder .* at 0 minutes"):
        drop(step_at(draft, 0), cast)


@pytest.mark.parametrize("name", ["decision", "concern"])
def test_ladder_keeps_at_least_one_step(cast, draft, name):
    *others, last = draft.laddersteps.filter(ladder=name)
    for step in others:
        drop(step, cast)
    with pytest.raises(publishing.Unsound, match="at least one step"):
        drop(last, cast)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"roles": []}, "Choose who is told at every step"),
        ({"channels": []}, "Choose how people are told"),
        ({"channels": ["text", "call"]}, "Tick “In the product” at every step"),
    ],
)
def test_step_tells_somebody_somehow(cast, draft, facts, sentence):
    with pytest.raises(publishing.Unsound, match=sentence):
        put(new_step(draft, 5, **facts), cast)


def test_no_setting_stops_the_last_step_repeating(cast, draft):
    with pytest.raises(ValidationError):
        publishing.save_draft(
            policy=draft, by=cast.admin, now=app_now(), values={"last_step_repeat_minutes": 0}
        )


def test_no_ladder_tells_everybody_after_hours(cast, draft):
    draft.laddersteps.filter(ladder="safety", after_minutes=30).update(after_minutes=240)
    with pytest.raises(IntegrityError, match="ladder_step_in_time"), transaction.atomic():
        draft.laddersteps.filter(ladder="safety", after_minutes=240).update(after_minutes=241)
    said = {"after_minutes": 241, "is_everybody": True, "channels": ["in_app"]}
    form = StepForm(said, instance=step_at(draft, 240))
    assert form.errors["after_minutes"] == ["Enter 240 minutes at most: by then everybody is told."]


def test_no_owner_stays_silent_for_longer_than_an_hour(cast, draft):
    publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values={"owner_quiet_minutes": 60})
    with pytest.raises(ValidationError):
        publishing.save_draft(policy=draft, by=cast.admin, now=app_now(), values={"owner_quiet_minutes": 61})
    with pytest.raises(IntegrityError, match="policy_owner_not_quiet_for_ever"), transaction.atomic():
        Policy.objects.filter(pk=draft.pk).update(owner_quiet_minutes=61)


def test_last_reason_is_kept(cast, draft):
    *others, last = draft.reasons.all()
    for reason in others:
        drop(reason, cast)
    with pytest.raises(publishing.Unsound, match="at least one reason"):
        drop(last, cast)


@pytest.mark.clause("TC-074")
def test_reason_is_added_at_the_end_as_own_choice(cast, draft):
    put(Reason(policy=draft, code="BREAKFAST", label="Breakfast club"), cast)
    last = draft.reasons.last()
    assert (last.code, last.own_choice, last.note) == ("BREAKFAST", True, "Added in version 2.")


def test_changed_row_keeps_its_clauses_and_says_that_it_was_changed(cast, draft):
    reason = draft.reasons.get(code="ABSENCE")
    reason.min_attempts = 3
    put(reason, cast)
    reason.refresh_from_db()
    assert (reason.own_choice, reason.note) == (True, "Changed in version 2.")
    assert reason.clauses == ["TC-076", "TC-077", "TC-089"]


def test_row_saved_as_it_was_changes_nothing(cast, draft):
    put(draft.reasons.get(code="ABSENCE"), cast)
    assert not draft.reasons.get(code="ABSENCE").own_choice
    assert not draft.events.filter(kind="edited").exists()


def test_stale_row_is_not_saved(cast, draft):
    item = draft.guidanceitems.first()
    seen = publishing.row_fingerprint(item)
    GuidanceItem.objects.filter(pk=item.pk).update(text="Somebody else's words")
    item.text = "Mine"
    with pytest.raises(publishing.Changed):
        put(item, cast, seen=seen)


def test_removed_row_is_not_saved(cast, draft):
    item = draft.guidanceitems.first()
    GuidanceItem.objects.filter(pk=item.pk).delete()
    with pytest.raises(publishing.Changed):
        put(item, cast)


def test_reason_switched_off_comes_back_with_its_clauses(cast, draft):
    drop(draft.reasons.get(code="TUTORING"), cast)
    was = cast.policy.reasons.get(code="TUTORING")
    back = publishing.restore_row(policy=draft, row=was, by=cast.admin, now=app_now())
    assert (back.policy, back.code, back.clauses, back.own_choice) == (draft, "TUTORING", was.clauses, False)
    assert cast.policy.reasons.count() == draft.reasons.count()
