"""What differs between two versions of a policy, as a plain list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homevisits.trusts.catalogue import SECTIONS, SETTINGS
from homevisits.trusts.choices import Ladder
from homevisits.trusts.columns import column
from homevisits.trusts.contents import Contents, part_values
from homevisits.trusts.faults import key_of
from homevisits.trusts.lists import LISTS, PARTS, RowList
from homevisits.trusts.parts import LadderStep, PolicyPart
from homevisits.trusts.policies import Policy
from homevisits.trusts.wording import channels_text, roles_text, step_text, value_text

IGNORED = {"position", "clauses", "own_choice", "note", "code"}
GROUPS = {"reasons": "Reasons", "grounds": "Grounds"}
LISTED = "Listed"


@dataclass(frozen=True)
class Difference:
    """One thing that is otherwise on the other side; an empty side means that it is not there."""

    group: str
    label: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def differences(before: Contents, after: Contents) -> list[Difference]:
    """Everything that `after` says otherwise than `before`: settings first, then the lists."""
    return [line for line in side_by_side(before, after) if line.differs]


def side_by_side(before: Contents, after: Contents) -> list[Difference]:
    """Everything that two versions say, what is the same too, in the order of the policy's page."""
    lists = [of for of in LISTS.values() if of.model is not LadderStep]
    return [
        *_settings(before, after),
        *_rows(LISTS["reasons"], before, after),
        *_rows(LISTS["grounds"], before, after),
        *_ladders(before, after),
        *(line for of in lists[2:] for line in _rows(of, before, after)),
    ]


def _settings(before: Contents, after: Contents) -> Iterator[Difference]:
    for name, setting in SETTINGS.items():
        now = value_text(after.policy, name)
        same = getattr(before.policy, name) == getattr(after.policy, name)
        was = now if same else value_text(before.policy, name)
        yield Difference(SECTIONS[setting.section].title, setting.label, was, now)


def _rows(of: RowList, before: Contents, after: Contents) -> Iterator[Difference]:
    was = {key_of(row): row for row in of.of(before)}
    now = {key_of(row): row for row in of.of(after)}
    for key in dict.fromkeys([*was, *now]):
        yield _row(of, (was.get(key), before.policy), (now.get(key), after.policy))
    common = [key for key in was if key in now], [key for key in now if key in was]
    if of.moves and common[0] != common[1]:
        yield Difference(_group(of), f"{_place(of) or of.title}: order", "This order", "Another order")


Side = tuple[PolicyPart | None, Policy]


def _row(of: RowList, before: Side, after: Side) -> Difference:
    (old, was), (new, now) = before, after
    label, group = _place(of) or str(new or old), _group(of)
    if old is None or new is None or _says(old) == _says(new):
        return Difference(group, label, _shown(of, old), _shown(of, new))
    name = f"{new!s}: " if _place(of) else ""
    return Difference(group, label, name + _told(of, old, new, was), name + _told(of, new, old, now))


def _group(of: RowList) -> str:
    return GROUPS.get(of.name, PARTS[of.part])


def _place(of: RowList) -> str:
    """Which of several lists of one kind: "At the door"; empty where there is only one."""
    return of.title.partition(": ")[2]


def _shown(of: RowList, row: PolicyPart | None) -> str:
    """A row that is there: its own words, where they are not the label already."""
    if row is None:
        return ""
    return str(row) if _place(of) else LISTED


def _says(row: PolicyPart) -> dict[str, object]:
    return {name: value for name, value in part_values(row).items() if name not in IGNORED}


def _told(of: RowList, row: PolicyPart, other: PolicyPart, policy: Policy) -> str:
    """What this row says where the other says something else."""
    says, others = _says(row), _says(other)
    return "; ".join(_field_text(of, row, name, policy) for name in says if says[name] != others[name])


def _field_text(of: RowList, row: PolicyPart, name: str, policy: Policy) -> str:
    asked = of.form.base_fields.get(name)
    label = str(asked.label if asked else column(type(row), name).verbose_name)
    label = label[:1].upper() + label[1:]
    return f"{label}{'' if label.endswith('?') else ':'} {_value_text(row, name, policy)}"


def _value_text(row: PolicyPart, name: str, policy: Policy) -> str:
    value: Any = getattr(row, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "roles":
        return roles_text(policy, value).lower() if not value else roles_text(policy, value)
    if isinstance(value, list):
        return ", ".join(value) or "none"
    shown = dict(column(type(row), name).flatchoices or ()).get(value, value)
    return "nothing" if shown in {"", None} else str(shown)


def _ladders(before: Contents, after: Contents) -> Iterator[Difference]:
    for ladder in Ladder:
        was, now = _ladder_text(before, ladder), _ladder_text(after, ladder)
        yield Difference("Ladders", Ladder(ladder).label, was, now)


def _ladder_text(contents: Contents, ladder: str) -> str:
    return "; ".join(
        f"{step.after_minutes} min: {step_text(contents.policy, step)}, {channels_text(step).lower()}"
        for step in contents.ladder(ladder)
    )
