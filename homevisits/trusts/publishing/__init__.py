"""The one door through which a policy changes: open a draft, edit it, publish or discard it."""

from homevisits.trusts.publishing.door import (
    Actor,
    Changed,
    DraftExists,
    NotADraft,
    Unsound,
    already,
    faults_of,
    fingerprint_of,
    floor_under,
    row_fingerprint,
)
from homevisits.trusts.publishing.drafts import discard, lift_draft, open_draft, save_draft, start_draft
from homevisits.trusts.publishing.force import SchoolBelow, publish, schools_below
from homevisits.trusts.publishing.rows import drop_row, move_row, put_row, restore_row

__all__ = [
    "Actor",
    "Changed",
    "DraftExists",
    "NotADraft",
    "SchoolBelow",
    "Unsound",
    "already",
    "discard",
    "drop_row",
    "faults_of",
    "fingerprint_of",
    "floor_under",
    "lift_draft",
    "move_row",
    "open_draft",
    "publish",
    "put_row",
    "restore_row",
    "row_fingerprint",
    "save_draft",
    "schools_below",
    "start_draft",
]
