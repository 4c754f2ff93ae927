"""Two versions of a risk assessment side by side."""

from dataclasses import dataclass

from homevisits.clock import local
from visits.models import Hazard, RiskAssessment
from visits.preparing import HazardKind


@dataclass(frozen=True)
class Row:
    """One line: what it is about, what it was, what it is."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


def compared(before: RiskAssessment, after: RiskAssessment) -> list[Row]:
    """Everything that either says, line by line, in the order in which a version is read."""
    old, new = _lines(before), _lines(after)
    return [
        Row(name, old.get(name, "Not there"), new.get(name, "Not there"))
        for name in dict.fromkeys([*old, *new])
    ]


def _lines(version: RiskAssessment) -> dict[str, str]:
    hazards = {h.kind: h for h in version.hazards.all()}
    return {
        "Level": f"{version.get_level_display()}, {version.score} points",
        **{
            str(HazardKind(kind).label): marks(hazards[kind]) for kind in HazardKind.values if kind in hazards
        },
        "Risks and how they are reduced": version.text,
        "The school’s own form": version.file_name or "None",
        "Assessed": f"{version.assessed_by}, {local(version.assessed_at):%-d %b %Y %H:%M}",
    }


def marks(hazard: Hazard) -> str:
    """ "2 likely, 3 bad: 6. Ask for the dog to be shut away." """
    return f"{hazard.likely} likely, {hazard.severe} bad: {hazard.score}. {hazard.control}".strip()
