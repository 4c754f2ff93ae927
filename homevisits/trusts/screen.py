"""What the page of a policy version shows: settings and rows in words, beside their clauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from homevisits.trusts.catalogue import SECTIONS, Section
from homevisits.trusts.choices import Ladder, Moment
from homevisits.trusts.clauses import Clause, named
from homevisits.trusts.contents import Contents
from homevisits.trusts.parts import LadderStep, PolicyPart
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName
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
    name: str
    label: str
    help: str
    value: str
    backing: Backing


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


@dataclass(frozen=True)
class MomentRow:
    name: str
    label: str
    items: list[PartRow]


class Screen:
    """One version, ready to be shown. Built from its contents without another query."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.policy: Policy = contents.policy
        self.sections = [self._section(section) for section in SECTIONS.values()]
        self.reasons = [self._part(row) for row in contents.reasons]
        self.grounds = [self._part(row) for row in contents.grounds]
        self.ladders = list(self._ladders())
        self.ewo_name = self.policy.role_label(RoleName.EWO)
        self.guidance = [
            MomentRow(moment, moment.label, [self._part(row) for row in contents.moment(moment)])
            for moment in Moment
        ]

    def _section(self, section: Section) -> SectionRow:
        rows = [
            SettingRow(
                setting.name,
                setting.label,
                setting.help,
                value_text(self.policy, setting.name),
                self._backing(**_source(self.policy.sources.get(setting.name, {}))),
            )
            for setting in section.settings
        ]
        return SectionRow(section, rows)

    def _part(self, row: PolicyPart) -> PartRow:
        return PartRow(row, self._backing(row.clauses, row.own_choice, row.note))

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
        edited = own and "in version" in note
        return Backing(named(clauses), own, note, "Own choice" if edited else "This preset's own choice")


def _source(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "clauses": source.get("clauses", []),
        "own": source.get("own", False),
        "note": source.get("note", ""),
    }
