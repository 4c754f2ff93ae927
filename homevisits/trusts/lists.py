"""The lists of a policy that are edited row by row: reasons, grounds, ladders, guidance."""

from dataclasses import dataclass

from homevisits.trusts.choices import Ladder, Moment
from homevisits.trusts.contents import Contents
from homevisits.trusts.forms import GroundForm, GuidanceForm, ReasonForm, RowForm, StepForm
from homevisits.trusts.parts import GuidanceItem, LadderStep, NoticeGround, PolicyPart, Reason
from homevisits.trusts.policies import Policy


@dataclass(frozen=True)
class RowList:
    """One list: what its rows are, what they share, how one is asked for."""

    name: str
    title: str
    one: str
    model: type[PolicyPart]
    form: type[RowForm]
    shared: dict[str, str]

    def new(self, policy: Policy) -> PolicyPart:
        """A row that is not saved yet."""
        return self.model(policy=policy, **self.shared)

    def of(self, contents: Contents) -> list[PolicyPart]:
        """The rows of this list in a version."""
        return [
            row
            for row in contents.rows
            if isinstance(row, self.model) and all(getattr(row, k) == v for k, v in self.shared.items())
        ]

    @property
    def part(self) -> str:
        """The tab of a version's page on which the list stands."""
        return {LadderStep: "ladders", GuidanceItem: "guidance"}.get(self.model, "reasons")

    @property
    def anchor(self) -> str:
        """Where the list stands on the page of its version."""
        return "-".join([*self.shared, self.name])


PARTS = {"settings": "Settings", "reasons": "Reasons", "ladders": "Ladders", "guidance": "Guidance"}

_LISTS = [
    RowList("reasons", "Reasons for a visit", "reason", Reason, ReasonForm, {}),
    RowList("grounds", "When parents need not know first", "ground", NoticeGround, GroundForm, {}),
    *[
        RowList(name, f"Ladder: {label}", "step", LadderStep, StepForm, {"ladder": name})
        for name, label in Ladder.choices
    ],
    *[
        RowList(name, f"Guidance: {label}", "reminder", GuidanceItem, GuidanceForm, {"moment": name})
        for name, label in Moment.choices
    ],
]
LISTS = {rows.name: rows for rows in _LISTS}


def switched_off(draft: Contents, base: Contents, of: RowList) -> list[PolicyPart]:
    """The reasons or grounds of an earlier version that a draft leaves out."""
    kept = {getattr(row, "code", "") for row in of.of(draft)}
    return [row for row in of.of(base) if getattr(row, "code", "") not in kept]
