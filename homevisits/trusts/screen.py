"""What the page of a policy version shows: settings and rows in words, beside their clauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homevisits.trusts.catalogue import SECTIONS, Section, Setting
from homevisits.trusts.choices import Ladder
from homevisits.trusts.clauses import Clause, named
from homevisits.trusts.contents import Contents
from homevisits.trusts.lists import LISTS, RowList
from homevisits.trusts.parts import LadderStep, PolicyPart
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName
from homevisits.trusts.tags import tags_of
from homevisits.trusts.wording import channels_text, ewo_text, value_text, who_text


@dataclass(frozen=True)
class Backing:
    """What a value rests on: clauses, or somebody's own choice and why."""

    clauses: list[Clause]
    own: bool
    note: str
    whose: str


@dataclass(frozen=True)
class SettingRow:
    """A setting; `floor` is the trust's value where a school's own differs from it."""

    name: str
    label: str
    help: str
    value: str
    backing: Backing
    floor: str = ""


@dataclass(frozen=True)
class SectionRow:
    section: Section
    settings: list[SettingRow]


@dataclass(frozen=True)
class StepRow:
    """A rung of the picture of a ladder."""

    step: LadderStep
    who: str
    ewo: str
    how: str
    backing: Backing
    is_last: bool


@dataclass(frozen=True)
class Rungs:
    name: str
    label: str
    steps: list[StepRow]


@dataclass(frozen=True)
class PartRow:
    row: PolicyPart
    backing: Backing
    tags: list[str]


@dataclass(frozen=True)
class ListRow:
    """One list of rows: its name in addresses, what it is called, where it stands on the page."""

    rows: RowList
    items: list[PartRow]


class Screen:
    """One version, ready to be shown. Built from its contents without another query.

    `floor` is the trust's version in force, for a school's own policy.
    """

    def __init__(self, contents: Contents, floor: Contents | None = None) -> None:
        self.contents, self.floor = contents, floor
        self.policy: Policy = contents.policy
        self.sections = [self._section(section) for section in SECTIONS.values()]
        self.lists = {name: self._list(rows) for name, rows in LISTS.items()}
        self.ladders = list(self._ladders())
        self.ewo_name = self.policy.role_label(RoleName.EWO)

    def on(self, part: str) -> list[ListRow]:
        """The lists of one tab, in their order."""
        return [row for row in self.lists.values() if row.rows.part == part]

    def _list(self, rows: RowList) -> ListRow:
        return ListRow(rows, [self._part(row) for row in rows.of(self.contents)])

    def _section(self, section: Section) -> SectionRow:
        rows = [
            SettingRow(
                setting.name,
                setting.label,
                setting.help,
                value_text(self.policy, setting.name),
                self._backing(**_source(self.policy.sources.get(setting.name, {}))),
                self._floor(setting),
            )
            for setting in section.settings
        ]
        return SectionRow(section, rows)

    def _floor(self, setting: Setting) -> str:
        if self.floor is None or not setting.has_floor:
            return ""
        least = value_text(self.floor.policy, setting.name)
        return least if least != value_text(self.policy, setting.name) else ""

    def _part(self, row: PolicyPart) -> PartRow:
        backing = self._backing(row.clauses, row.own_choice, row.note)
        return PartRow(row, backing, tags_of(row, self.policy))

    def _ladders(self) -> Iterator[Rungs]:
        for ladder, steps in self.contents.ladders.items():
            rows = [
                StepRow(
                    step,
                    who_text(self.policy, step),
                    ewo_text(self.policy, step),
                    channels_text(step),
                    self._backing(step.clauses, step.own_choice, step.note),
                    step is steps[-1],
                )
                for step in steps
            ]
            yield Rungs(ladder, Ladder(ladder).label, rows)

    def _backing(self, clauses: list[str], own: bool, note: str) -> Backing:
        ours = "This preset's own choice" if self.policy.preset else "Suggested"
        return Backing(named(clauses), own, note, "Own choice" if "in version" in note else ours)


def _source(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "clauses": source.get("clauses", []),
        "own": source.get("own", False),
        "note": source.get("note", ""),
    }
