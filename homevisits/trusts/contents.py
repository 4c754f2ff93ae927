"""All that one version of a policy says: its settings and its rows, from the database or a preset."""

import copy
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.choices import Ladder
from homevisits.trusts.parts import (
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LadderStep,
    LinkedPolicy,
    NoticeGround,
    PolicyPart,
    Reason,
    RiskBand,
    TrainingRule,
)
from homevisits.trusts.policies import Policy

PART_COLUMNS = {"id", "policy_id"}
# The kinds of rows, and the name of their list in Contents.
KINDS: dict[type[PolicyPart], str] = {
    Reason: "reasons",
    NoticeGround: "grounds",
    LadderStep: "steps",
    GuidanceItem: "guidance",
    TrainingRule: "training",
    BriefingPoint: "briefing",
    RiskBand: "bands",
    ExtraField: "extras",
    LinkedPolicy: "linked",
}


@dataclass(frozen=True)
class Contents:
    """A policy with all its rows, each list in the order in which it is read."""

    policy: Policy
    reasons: list[Reason]
    grounds: list[NoticeGround]
    steps: list[LadderStep]
    guidance: list[GuidanceItem]
    training: list[TrainingRule]
    briefing: list[BriefingPoint]
    bands: list[RiskBand]
    extras: list[ExtraField]
    linked: list[LinkedPolicy]

    @classmethod
    def of(cls, policy: Policy) -> "Contents":
        """What a stored version says. One query a list."""
        return cls(
            policy,
            list(policy.reasons.all()),
            list(policy.noticegrounds.all()),
            list(policy.laddersteps.all()),
            list(policy.guidanceitems.all()),
            list(policy.trainingrules.all()),
            list(policy.briefingpoints.all()),
            list(policy.riskbands.all()),
            list(policy.extrafields.all()),
            list(policy.linkedpolicys.all()),
        )

    @property
    def rows(self) -> "list[PolicyPart]":
        return [row for kind in KINDS for row in self.of_kind(kind)]

    def of_kind[Part: PolicyPart](self, kind: type[Part]) -> list[Part]:
        """The rows of one kind."""
        return list(getattr(self, KINDS[kind]))

    def with_rows(self, rows: "Iterable[PolicyPart]") -> "Contents":
        """The same settings with other rows."""
        given = list(rows)
        lists = {name: [row for row in given if isinstance(row, kind)] for kind, name in KINDS.items()}
        return replace(self, **lists)  # type: ignore[arg-type]

    def ladder(self, ladder: str) -> list[LadderStep]:
        """The steps of one ladder, the first first."""
        steps = [step for step in self.steps if step.ladder == ladder]
        return sorted(steps, key=lambda step: (step.after_minutes, step.position))

    @property
    def ladders(self) -> dict[str, list[LadderStep]]:
        return {ladder: self.ladder(ladder) for ladder in Ladder}

    def moment(self, moment: str) -> list[GuidanceItem]:
        """The guidance shown at one moment."""
        return [item for item in self.guidance if item.moment == moment]

    def having(self, **values: Any) -> "Contents":
        """The same with other values of some settings; the original stays as it is."""
        policy = copy.copy(self.policy)
        for name, value in values.items():
            setattr(policy, name, value)
        return replace(self, policy=policy)

    def digest(self) -> str:
        """A fingerprint of everything said, to tell whether it has changed since somebody looked."""
        rows = sorted(f"{type(row).__name__} {fingerprint(part_values(row))}" for row in self.rows)
        return fingerprint([values_of(self.policy, SETTINGS), rows])


def values_of(policy: Policy, names: Iterable[str]) -> dict[str, Any]:
    """Some settings of a policy by column."""
    return {name: getattr(policy, name) for name in names}


def part_values(part: PolicyPart) -> dict[str, Any]:
    """All that a row says, without its own and its policy's id."""
    fields = [field.attname for field in part._meta.concrete_fields]
    return {name: getattr(part, name) for name in fields if name not in PART_COLUMNS}


def fingerprint(says: Any) -> str:
    """A short digest of plain values, dates and times."""
    text = json.dumps(says, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def copy_rows(contents: Contents, to: Policy) -> None:
    """Write a copy of every row into another version, which must be a draft."""
    for kind in KINDS:
        rows = [kind(policy=to, **part_values(row)) for row in contents.of_kind(kind)]
        kind._default_manager.bulk_create(rows)
