"""An empty sheet: where a policy starts that is like no other. What must never be missing is there."""

from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.choices import DslPart, Ladder, Unannounced, usual_channels
from homevisits.trusts.contents import Contents
from homevisits.trusts.parts import LadderStep, NoticeGround, Reason
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName

OURS = "Suggested by the empty sheet; change it to yours."


def empty_sheet() -> Contents:
    """Our own values for every setting, one reason, one ground, the shortest ladders. Nobody is named yet."""
    policy = Policy(sources={name: {"clauses": [], "own": True, "note": OURS} for name in SETTINGS})
    return Contents(policy, [_reason()], [_ground()], _steps(), [], [], [], [], [], [])


def _reason() -> Reason:
    return Reason(
        code="OTHER",
        label="Another reason, explained in the request",
        unannounced=Unannounced.ON_GROUNDS,
        dsl=DslPart.NONE,
        needs_explanation=True,
        own_choice=True,
        note=OURS,
    )


def _ground() -> NoticeGround:
    return NoticeGround(
        code="EMERGENCY",
        label="A child may be in danger now",
        is_emergency=True,
        needs_text=True,
        own_choice=True,
        note=OURS,
    )


def _steps() -> list[LadderStep]:
    return [
        _step(Ladder.SAFETY, 0, 0, roles=[RoleName.OFFICE]),
        _step(Ladder.SAFETY, 1, 20, roles=[], is_everybody=True),
        _step(Ladder.DECISION, 0, 0, roles=[RoleName.HEADTEACHER]),
        _step(Ladder.CONCERN, 0, 0, roles=[RoleName.DSL]),
    ]


def _step(
    ladder: Ladder, position: int, minutes: int, *, roles: list[str], is_everybody: bool = False
) -> LadderStep:
    return LadderStep(
        ladder=ladder,
        position=position,
        after_minutes=minutes,
        roles=list(roles),
        is_everybody=is_everybody,
        channels=usual_channels(ladder, is_everybody=is_everybody),
        own_choice=True,
        note=OURS,
    )
