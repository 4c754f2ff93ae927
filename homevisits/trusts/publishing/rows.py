"""The rows of a draft: added, changed, moved, taken out, put back."""

import datetime as dt

from django.db import transaction
from django.db.models import Max

from homevisits.trusts.contents import Contents, part_values
from homevisits.trusts.faults import Fault, key_of, place_of
from homevisits.trusts.parts import LadderStep, PolicyPart, RiskBand
from homevisits.trusts.policies import Policy
from homevisits.trusts.publishing.door import (
    Actor,
    Changed,
    Unsound,
    faults_of,
    locked,
    note,
    refuse,
    row_fingerprint,
)


@transaction.atomic
def put_row(*, row: PolicyPart, by: Actor, now: dt.datetime, seen: str = "") -> None:
    """Add a row to a draft, or write a changed one. Raises NotAllowed, NotADraft, Changed, Unsound.

    `seen` is the `row_fingerprint` of the row when the person looked.
    """
    draft = locked(row.policy, by)
    before = faults_of(draft)
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
    _once(row)
    row.save()
    _after_row(draft, row, before, key_of(row))
    note(draft, "edited", f"{verb}: {row._meta.verbose_name} “{row}”", by=by, now=now)


@transaction.atomic
def restore_row(*, policy: Policy, row: PolicyPart, by: Actor, now: dt.datetime) -> PolicyPart:
    """Put a row of another version into a draft as it was there. Raises NotAllowed, NotADraft, Unsound."""
    draft = locked(policy, by)
    before = faults_of(draft)
    copied = type(row)(policy=draft, **part_values(row))
    copied.position = _next_position(copied)
    _once(copied)
    copied.save()
    _after_row(draft, copied, before, key_of(row))
    note(draft, "edited", f"Switched on again: {row._meta.verbose_name} “{row}”", by=by, now=now)
    return copied


@transaction.atomic
def drop_row(*, row: PolicyPart, by: Actor, now: dt.datetime) -> None:
    """Take a row out of a draft. Raises NotAllowed, NotADraft, Unsound."""
    draft = locked(row.policy, by)
    before = faults_of(draft)
    row.delete()
    _after_row(draft, row, before, "")
    note(draft, "edited", f"Removed: {row._meta.verbose_name} “{row}”", by=by, now=now)


@transaction.atomic
def move_row(*, row: PolicyPart, by: Actor, now: dt.datetime, up: bool) -> None:
    """Change places with the row before or after it in its list. Raises NotAllowed, NotADraft, Changed."""
    draft = locked(row.policy, by)
    rows = [other for other in Contents.of(draft).rows if place_of(other) == place_of(row)]
    ids = [other.pk for other in rows]
    if row.pk not in ids:
        raise Changed("Somebody else has taken this out since you opened the page.")
    at = ids.index(row.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(rows):
        return
    rows[at], rows[to] = rows[to], rows[at]
    for place, other in enumerate(rows):
        type(other)._default_manager.filter(pk=other.pk).update(position=place)
    where = "up" if up else "down"
    note(draft, "edited", f"Moved {where}: {row._meta.verbose_name} “{row}”", by=by, now=now)


def _once(row: PolicyPart) -> None:
    """A code or a level stands on its list once; the draft is locked, so nobody slips in between."""
    name = next((name for name in ("code", "level") if hasattr(row, name)), None)
    if name is None:
        return
    others = type(row)._default_manager.filter(policy=row.policy_id, **{name: getattr(row, name)})
    if others.exclude(pk=row.pk).exists():
        field = "level" if isinstance(row, RiskBand) else "label"
        sentence = f"“{row}” is on the list already. Change that one instead."
        raise Unsound([Fault(place_of(row), sentence, row=key_of(row), field=field)])


def _after_row(draft: Policy, row: PolicyPart, before: list[Fault], key: str) -> None:
    """Number a ladder by its minutes; refuse what this row lacks, or what the list did not lack before."""
    if isinstance(row, LadderStep):
        _number(Contents.of(draft).ladder(row.ladder))
    found = [f for f in faults_of(draft) if f.where == place_of(row) and not f.waits]
    refuse([fault for fault in found if fault not in before or (key and fault.row == key)])


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
