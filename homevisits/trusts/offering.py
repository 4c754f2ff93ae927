"""Which of a policy's reasons and grounds hold for a request: “another” one only where its list is open."""

from homevisits.trusts.parts import NoticeGround, Reason
from homevisits.trusts.policies import Policy

OTHER = "OTHER"


def allows_reason(policy: Policy, reason: Reason) -> bool:
    """Whether a visit may be asked for with this reason (TC-074)."""
    return policy.reasons_open or reason.code != OTHER


def allows_ground(policy: Policy, ground: NoticeGround) -> bool:
    """Whether parents may go untold on this ground (TC-088)."""
    return policy.grounds_open or ground.code != OTHER


def reasons_of(policy: Policy) -> list[Reason]:
    """The reasons to choose from, in the policy's order."""
    return [reason for reason in policy.reasons.all() if allows_reason(policy, reason)]


def grounds_of(policy: Policy) -> list[NoticeGround]:
    """The grounds to choose from, in the policy's order."""
    return [ground for ground in policy.noticegrounds.all() if allows_ground(policy, ground)]
