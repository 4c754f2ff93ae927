"""Drafts: open, edit, lift to the trust's floor, throw away."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Max

from homevisits.clock import london_day
from homevisits.trusts import floor
from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.contents import KINDS, Contents, copy_rows, values_of
from homevisits.trusts.models import School, Trust
from homevisits.trusts.months import months_after
from homevisits.trusts.permissions import require_editor
from homevisits.trusts.policies import Policy
from homevisits.trusts.publishing.door import (
    Actor,
    Changed,
    DraftExists,
    faults_of,
    fingerprint_of,
    floor_under,
    lock_trust,
    locked,
    note,
    refuse,
)
from homevisits.trusts.wording import change_of

BOOKKEEPING = {"trust", "school", "number", "based_on", "created_at", "created_by"}


def start_draft(
    *, trust: Trust, school: School | None, by: Actor, now: dt.datetime, based_on: Policy
) -> Policy:
    """Open the next version as a copy of another. Raises NotAllowed, DraftExists.

    After a review it proposes the next one; without, an amendment leaves the date alone (AF-009).
    """
    contents = after_review(Contents.of(based_on))
    return open_draft(
        trust=trust,
        school=school,
        by=by,
        now=now,
        contents=contents,
        preset=based_on.preset,
        based_on=based_on,
    )


def after_review(contents: Contents) -> Contents:
    """The same, with the next review so many months after the last one that was finished (AF-004)."""
    base = contents.policy
    last = base.reviews.filter(finished_at__isnull=False).order_by("-finished_at").first()
    if last is None or last.finished_at is None:
        return contents
    reviewed_on = london_day(last.finished_at)
    why = f"Proposed: {base.review_months} months after the review of {reviewed_on:%-d %B %Y}."
    proposed = contents.having(review_by=months_after(reviewed_on, base.review_months))
    proposed.policy.sources = base.sources | {"review_by": {"clauses": [], "own": True, "note": why}}
    return proposed


@transaction.atomic
def open_draft(
    *,
    trust: Trust,
    school: School | None,
    by: Actor,
    now: dt.datetime,
    contents: Contents,
    preset: str = "",
    based_on: Policy | None = None,
) -> Policy:
    """Open the next version with given contents. Raises NotAllowed, DraftExists.

    Versions of one policy are numbered without gaps: the trust's row is locked, there is one
    draft at a time, and a discarded draft gives its number back.
    """
    require_editor(by, trust.pk)
    lock_trust(trust.pk)
    versions = Policy.objects.of(trust, school)
    if draft := versions.drafts().select_related("created_by").first():
        raise DraftExists(draft)
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    policy = Policy.objects.create(
        trust=trust,
        school=school,
        number=number,
        preset=preset,
        based_on=based_on,
        sources=contents.policy.sources,
        created_at=now,
        created_by=by,
        **values_of(contents.policy, SETTINGS),
    )
    copy_rows(contents, policy)
    note(policy, "opened", f"Draft of version {number} opened.", by=by, now=now)
    return policy


@transaction.atomic
def save_draft(
    *, policy: Policy, by: Actor, now: dt.datetime, values: dict[str, Any], seen: str = ""
) -> Policy:
    """Write some settings into a draft. Raises NotAllowed, NotADraft, Changed, Unsound.

    `seen` is the fingerprint of these settings when the person looked (see `fingerprint_of`);
    empty skips the comparison.
    """
    draft = locked(policy, by)
    if seen and seen != fingerprint_of(draft, values):
        raise Changed("Somebody else has changed these settings since you opened the page.")
    before = values_of(draft, values)
    for column, value in values.items():
        setattr(draft, column, value)
    changed = [column for column, was in before.items() if getattr(draft, column) != was]
    if not changed:
        return draft
    draft.clean_fields(exclude=SETTINGS.keys() - values.keys() | BOOKKEEPING)
    refuse([fault for fault in faults_of(draft) if fault.where in values and not fault.waits])
    for column in changed:
        draft.sources[column] = _source(draft, column)
    draft.save(update_fields=[*changed, "sources"])
    told = [change_of(draft, column, before[column]) for column in changed]
    note(draft, "edited", "; ".join(told), by=by, now=now, columns=changed)
    return draft


@transaction.atomic
def lift_draft(*, policy: Policy, by: Actor, now: dt.datetime) -> Policy:
    """Lift a school's draft wherever it falls below its trust's floor. Raises NotAllowed, NotADraft."""
    draft = locked(policy, by)
    least = floor_under(draft)
    if least is None or not floor.below(Contents.of(draft), least):
        return draft
    lifted = floor.raised(Contents.of(draft), least)
    changed = [name for name in SETTINGS if getattr(lifted.policy, name) != getattr(draft, name)]
    for name in [*changed, "sources"]:
        setattr(draft, name, getattr(lifted.policy, name))
    draft.save(update_fields=[*changed, "sources"])
    for kind in KINDS:
        kind._default_manager.filter(policy=draft).delete()
    copy_rows(lifted, draft)
    sentence = f"Raised to the trust's floor, version {least.policy.number}."
    note(draft, "edited", sentence, by=by, now=now, columns=changed)
    return draft


@transaction.atomic
def discard(*, policy: Policy, by: Actor, now: dt.datetime) -> None:
    """Throw a draft away; its number is free again. Raises NotAllowed, NotADraft."""
    draft = locked(policy, by)
    note(draft, "discarded", f"Draft of version {draft.number} discarded.", by=by, now=now)
    draft.delete()


def _source(draft: Policy, column: str) -> dict[str, Any]:
    """A changed value rests on nobody's clause; back at the earlier value, it does again."""
    base = draft.based_on
    if base and getattr(base, column) == getattr(draft, column):
        return dict(base.sources.get(column, {}))
    return {"clauses": [], "own": True, "note": f"Set in version {draft.number}."}
