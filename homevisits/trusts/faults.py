"""What stands between a draft and its publication, said to a person."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Fault:
    """Something that a policy may not go into force with.

    `where` is a setting, or the name of a list; `row` is the row in question (its `key_of`) and `field`
    the row's field. A fault that `waits` does not stop a draft from being saved. `is_floor`: a school's
    value is laxer than its trust's.
    """

    where: str
    sentence: str
    row: str = ""
    field: str = ""
    waits: bool = False
    is_floor: bool = False


_PLACES = {
    Reason: "reasons",
    NoticeGround: "grounds",
    TrainingRule: "training",
    RiskBand: "bands",
    ExtraField: "extras",
    LinkedPolicy: "linked",
}


def place_of(row: PolicyPart) -> str:
    """The name of the list on which a row stands."""
    if isinstance(row, LadderStep):
        return row.ladder
    if isinstance(row, GuidanceItem):
        return row.moment
    if isinstance(row, BriefingPoint):
        return f"briefing_{row.about}"
    return _PLACES[type(row)]


def key_of(row: PolicyPart) -> str:
    """What makes a row the same in another version: its code, its level, its words."""
    if isinstance(row, RiskBand):
        return row.level
    if isinstance(row, LinkedPolicy):
        return f"{row.kind} {row.number or row.title}".casefold()
    if isinstance(row, GuidanceItem | BriefingPoint):
        return row.text.strip().casefold()
    if isinstance(row, LadderStep):
        return f"{row.after_minutes} {','.join(row.roles)}"
    return str(getattr(row, "code", ""))
