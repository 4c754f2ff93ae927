"""Reviews of a policy: on its day, or early because something material changed (TC-248 to TC-250)."""

import datetime as dt

from django.db import transaction

from homevisits.people.keeping.rules import ask, fresh, require
from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, PolicyReview
from homevisits.trusts.permissions import may_edit
from homevisits.upkeep.arming import locked, tell

REFUSAL = "Only a trust admin or the Executive Head / CEO may."


@transaction.atomic
def start_review(*, policy: Policy, why: str, by: Staff, now: dt.datetime) -> PolicyReview:
    """Start a review of a version in force, with why now. One runs at a time."""
    ask(may_edit(by) and by.trust_id == policy.trust_id, REFUSAL)
    require(policy.is_in_force(), "Review the version that is in force.")
    place = locked(policy.trust_id, policy.school)
    require(not policy.reviews.filter(finished_at=None).exists(), "A review of this policy is under way.")
    review = PolicyReview.objects.create(policy=policy, why=why, started_by=by, started_at=now)
    tell(place, "review_started", f"Review of {policy} started: {why}", by=by, now=now)
    return review


@transaction.atomic
def finish_review(
    *, review: PolicyReview, took_part: str, outcome: str, by: Staff, now: dt.datetime
) -> PolicyReview:
    """Finish a review with who took part and what came of it (TC-250)."""
    policy = review.policy
    ask(may_edit(by) and by.trust_id == policy.trust_id, REFUSAL)
    place = locked(policy.trust_id, policy.school)
    held = fresh(review)
    require(held.finished_at is None, "This review is finished already.")
    held.took_part, held.outcome = took_part, outcome
    held.finished_by, held.finished_at = by, now
    held.save(update_fields=["took_part", "outcome", "finished_by", "finished_at"])
    tell(place, "review_finished", f"Review of {policy} finished: {outcome}", by=by, now=now)
    return held
