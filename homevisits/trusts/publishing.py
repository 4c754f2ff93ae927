"""The one door through which a policy changes: open a draft, edit it, publish or discard it."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from homevisits.clock import local
from homevisits.trusts import registry
from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.contents import Contents, copy_rows, fingerprint, part_values, values_of
from homevisits.trusts.models import School, Trust
from homevisits.trusts.parts import LadderStep, PolicyPart
from homevisits.trusts.permissions import require_editor
from homevisits.trusts.policies import Policy, PolicyEvent
from homevisits.trusts.soundness import Fault, faults, place_of
from homevisits.trusts.wording import change_of

if TYPE_CHECKING:
    from homevisits.people.models import Staff

BOOKKEEPING = {"trust", "school", "number", "based_on", "created_at", "created_by"}

type Actor = "Staff | None"  # None: the system itself, as when a preset is loaded


class NotADraft(Exception):
    """The version is published or gone; the message says who did it and when."""


class DraftExists(Exception):
    """Somebody has opened a draft of this policy already: `draft`."""

    def __init__(self, draft: Policy) -> None:
        who = f" by {draft.created_by}" if draft.created_by else ""
        super().__init__(f"A draft was opened{who} on {_when(draft.created_at)}. Go on with that one.")
        self.draft = draft


class Changed(Exception):
    """Somebody else has changed the same part of the draft since this person looked."""


class Unsound(Exception):
    """A policy may not be without this: `faults`."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(" ".join(fault.sentence for fault in found))
        self.faults = found


def start_draft(
    *, trust: Trust, school: School | None, by: Actor, now: dt.datetime, based_on: Policy
) -> Policy:
    """Open the next version as a copy of another. Raises NotAllowed, DraftExists."""
    contents = Contents.of(based_on)
    return open_draft(
        trust=trust,
        school=school,
        by=by,
        now=now,
        contents=contents,
        preset=based_on.preset,
        based_on=based_on,
    )


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
    Trust.objects.select_for_update(no_key=True).get(pk=trust.pk)
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
    _note(policy, "opened", f"Draft of version {number} opened.", by=by, now=now)
    return policy


@transaction.atomic
def save_draft(
    *, policy: Policy, by: Actor, now: dt.datetime, values: dict[str, Any], seen: str = ""
) -> Policy:
    """Write some settings into a draft. Raises NotAllowed, NotADraft, Changed, Unsound.

    `seen` is the fingerprint of these settings when the person looked (see `fingerprint_of`);
    empty skips the comparison.
    """
    draft = _locked(policy, by)
    if seen and seen != fingerprint_of(draft, values):
        raise Changed("Somebody else has changed these settings since you opened the page.")
    before = values_of(draft, values)
    for column, value in values.items():
        setattr(draft, column, value)
    changed = [column for column, was in before.items() if getattr(draft, column) != was]
    if not changed:
        return draft
    draft.clean_fields(exclude=SETTINGS.keys() - values.keys() | BOOKKEEPING)
    _refuse([fault for fault in faults(Contents.of(draft)) if fault.where in values])
    for column in changed:
        draft.sources[column] = _source(draft, column)
    draft.save(update_fields=[*changed, "sources"])
    told = [change_of(draft, column, before[column]) for column in changed]
    _note(draft, "edited", "; ".join(told), by=by, now=now, columns=changed)
    return draft


@transaction.atomic
def put_row(*, row: PolicyPart, by: Actor, now: dt.datetime, seen: str = "") -> None:
    """Add a row to a draft, or write a changed one. Raises NotAllowed, NotADraft, Changed, Unsound.

    `seen` is the `row_fingerprint` of the row when the person looked.
    """
    draft = _locked(row.policy, by)
    if row.pk is None:
        row.position = _next_position(row)
        row.own_choice, row.note = True, f"Added in version {draft.number}."
        verb = "Added"
    else:
        stored = type(row)._default_manager.filter(pk=row.pk).first()
        if stored is None or (seen and seen != row_fingerprint(stored)):
            raise Changed("Somebody else has changed this since you opened the page.")
        if part_values(stored) == part_values(row):
            return
        row.own_choice, row.note = True, f"Changed in version {draft.number}."
        verb = "Changed"
    row.save()
    _after_row(draft, row)
    _note(draft, "edited", f"{verb}: {row._meta.verbose_name} “{row}”", by=by, now=now)


@transaction.atomic
def restore_row(*, policy: Policy, row: PolicyPart, by: Actor, now: dt.datetime) -> PolicyPart:
    """Put a row of an earlier version back into a draft as it was. Raises NotAllowed, NotADraft."""
    draft = _locked(policy, by)
    copied = type(row)(policy=draft, **part_values(row))
    copied.position = _next_position(copied)
    copied.save()
    _after_row(draft, copied)
    _note(draft, "edited", f"Switched on again: {row._meta.verbose_name} “{row}”", by=by, now=now)
    return copied


@transaction.atomic
def drop_row(*, row: PolicyPart, by: Actor, now: dt.datetime) -> None:
    """Take a row out of a draft. Raises NotAllowed, NotADraft, Unsound."""
    draft = _locked(row.policy, by)
    row.delete()
    _after_row(draft, row)
    _note(draft, "edited", f"Removed: {row._meta.verbose_name} “{row}”", by=by, now=now)


@transaction.atomic
def publish(*, policy: Policy, by: Actor, now: dt.datetime, note: str, seen: str = "") -> Policy:
    """Put a draft into force for visits requested from now on (TC-251).

    Raises NotAllowed; NotADraft when somebody was faster; Changed when the draft is not the one
    that the person saw (`seen`, of `Contents.digest`); Unsound when something is missing.
    """
    draft = _locked(policy, by)
    contents = Contents.of(draft)
    if seen and seen != contents.digest():
        raise Changed("Somebody else has changed the draft since you opened the page.")
    _refuse(faults(contents))
    draft.published_at, draft.published_by, draft.note = now, by, note
    draft.save(update_fields=["published_at", "published_by", "note"])
    _note(draft, "published", f"Version {draft.number} published.", by=by, now=now, note=note)
    for hear in registry.ON_PUBLISHED:
        hear(draft, by, now)
    return draft


@transaction.atomic
def discard(*, policy: Policy, by: Actor, now: dt.datetime) -> None:
    """Throw a draft away; its number is free again. Raises NotAllowed, NotADraft."""
    draft = _locked(policy, by)
    _note(draft, "discarded", f"Draft of version {draft.number} discarded.", by=by, now=now)
    draft.delete()


def fingerprint_of(policy: Policy, names: Any) -> str:
    """What `save_draft` compares: these settings as they are now."""
    return fingerprint(values_of(policy, sorted(names)))


def row_fingerprint(row: PolicyPart) -> str:
    """What `put_row` compares: the row as it is now."""
    return fingerprint(part_values(row))


def _locked(policy: Policy, by: Actor) -> Policy:
    """The draft, fresh and locked until the transaction ends."""
    require_editor(by, policy.trust_id)
    draft = Policy.objects.select_for_update(of=("self",)).filter(pk=policy.pk).first()
    if draft is None:
        raise NotADraft("This draft was discarded.")
    if draft.is_published:
        raise already(draft)
    return draft


def already(version: Policy) -> NotADraft:
    """What somebody is told who was not the first: who published it, and when."""
    who = f" by {version.published_by}" if version.published_by else ""
    when = f" on {_when(version.published_at)}" if version.published_at else ""
    return NotADraft(f"Version {version.number} was published{who}{when}.")


def _source(draft: Policy, column: str) -> dict[str, Any]:
    """A changed value rests on nobody's clause; back at the earlier value, it does again."""
    base = draft.based_on
    if base and getattr(base, column) == getattr(draft, column):
        return dict(base.sources.get(column, {}))
    return {"clauses": [], "own": True, "note": f"Set in version {draft.number}."}


def _after_row(draft: Policy, row: PolicyPart) -> None:
    """Check the list that the row belongs to, and number a ladder by its minutes."""
    contents = Contents.of(draft)
    if isinstance(row, LadderStep):
        _number(contents.ladder(row.ladder))
    _refuse([fault for fault in faults(contents) if fault.where == place_of(row)])


def _next_position(row: PolicyPart) -> int:
    """The place after the last row of the same list."""
    same = {"ladder": row.ladder} if isinstance(row, LadderStep) else {}
    rows = type(row)._default_manager.filter(policy=row.policy_id, **same)
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _number(steps: list[LadderStep]) -> None:
    """Positions in the order of the minutes; by a detour, since each position is taken once."""
    for offset in (1000, 0):
        for place, step in enumerate(steps):
            LadderStep.objects.filter(pk=step.pk).update(position=place + offset)


def _refuse(found: list[Fault]) -> None:
    if found:
        raise Unsound(found)


def _note(policy: Policy, kind: str, sentence: str, *, by: Actor, now: dt.datetime, **detail: Any) -> None:
    PolicyEvent.append(
        chain=f"policy:{policy.trust_id}",
        policy=policy,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence[:300],
        detail={"scope": policy.scope, "version": policy.number, **detail},
    )


def _when(at: dt.datetime) -> str:
    return f"{local(at):%-d %B %Y at %H:%M}"
