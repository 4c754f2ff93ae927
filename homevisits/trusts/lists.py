"""The lists of a policy that are edited row by row, and the tabs on which they stand."""

from dataclasses import dataclass, field

from homevisits.trusts.choices import BriefingFor, Ladder, Moment
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import key_of
from homevisits.trusts.forms.papers import BandForm, BriefingForm, ExtraForm, LinkedForm, TrainingForm
from homevisits.trusts.forms.rows import GroundForm, GuidanceForm, ReasonForm, RowForm, StepForm
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


@dataclass(frozen=True)
class RowList:
    """One list: what its rows are, what they share, how one is asked for, on which tab it stands.

    The order of a list that `moves` is the editor's; the others are ordered by what their rows say.
    """

    name: str
    title: str
    one: str
    part: str
    model: type[PolicyPart]
    form: type[RowForm]
    shared: dict[str, str] = field(default_factory=dict)
    moves: bool = True
    icon: str = "dot"
    nothing: str = "Nothing."

    def new(self, policy: Policy) -> PolicyPart:
        """A row that is not saved yet."""
        return self.model(policy=policy, **self.shared)

    def of(self, contents: Contents) -> list[PolicyPart]:
        """The rows of this list in a version."""
        return [
            row
            for row in contents.of_kind(self.model)
            if all(getattr(row, name) == value for name, value in self.shared.items())
        ]

    @property
    def short(self) -> str:
        """Its name among the lists of its tab: "At the door"."""
        return self.title.partition(": ")[2] or self.title

    @property
    def restores(self) -> bool:
        """Whether a row that was taken out is offered again. A ladder is built from its minutes."""
        return self.model is not LadderStep

    @property
    def anchor(self) -> str:
        """Where the list stands on the page of its version."""
        return "-".join([*self.shared, self.name])


PARTS = {
    "settings": "Settings",
    "reasons": "Reasons",
    "ladders": "Ladders",
    "guidance": "Guidance",
    "training": "Training",
    "briefing": "Briefing",
    "bands": "Risk",
    "extras": "Questions",
    "linked": "Other policies",
}

ABOUT = {
    "guidance": "What staff are reminded of, at the moment when it helps.",
    "training": "What people must have learnt before they go.",
    "briefing": "What visitors are made aware of before they go. The rule stands under Settings, Briefing.",
    "bands": "What an assessment of the risks asks for, by its score. Without any, risk changes nothing else.",
    "extras": "What else the appointment form asks. Shown when somebody asks for a visit.",
    "linked": "Policies that stand beside this one. With a number they are the trust’s; without, the school’s.",
}

_LISTS = [
    RowList("reasons", "Reasons for a visit", "reason", "reasons", Reason, ReasonForm),
    RowList(
        "grounds",
        "When parents need not know first",
        "ground",
        "reasons",
        NoticeGround,
        GroundForm,
        icon="bell-off",
    ),
    *[
        RowList(
            name,
            f"Ladder: {label}",
            "step",
            "ladders",
            LadderStep,
            StepForm,
            {"ladder": name},
            moves=False,
        )
        for name, label in Ladder.choices
    ],
    *[
        RowList(
            name,
            f"Guidance: {label}",
            "reminder",
            "guidance",
            GuidanceItem,
            GuidanceForm,
            {"moment": name},
            icon="message-circle",
        )
        for name, label in Moment.choices
    ],
    RowList(
        "training",
        "Training",
        "training",
        "training",
        TrainingRule,
        TrainingForm,
        icon="graduation-cap",
        nothing="No training is asked for.",
    ),
    *[
        RowList(
            f"briefing_{name}",
            f"Briefing: {label}",
            "point",
            "briefing",
            BriefingPoint,
            BriefingForm,
            {"about": name},
            icon="megaphone",
            nothing="No points yet.",
        )
        for name, label in BriefingFor.choices
    ],
    RowList(
        "bands",
        "What a level of risk asks for",
        "level",
        "bands",
        RiskBand,
        BandForm,
        moves=False,
        icon="gauge",
        nothing="No levels: a score asks for nothing more.",
    ),
    RowList(
        "extras",
        "Extra questions of the appointment form",
        "question",
        "extras",
        ExtraField,
        ExtraForm,
        icon="circle-question-mark",
        nothing="No further questions.",
    ),
    RowList(
        "linked",
        "Other policies beside this one",
        "policy",
        "linked",
        LinkedPolicy,
        LinkedForm,
        icon="file-text",
        nothing="None yet.",
    ),
]
LISTS = {rows.name: rows for rows in _LISTS}


def switched_off(draft: Contents, other: Contents, of: RowList) -> list[PolicyPart]:
    """The rows of another version, an earlier one or the trust's, that a draft leaves out."""
    kept = {key_of(row) for row in of.of(draft)}
    return [row for row in of.of(other) if key_of(row) not in kept]
