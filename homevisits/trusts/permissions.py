"""Who may change a policy or a school's calendar."""

from typing import Any

from homevisits.trusts.roles import RoleName

EDITORS = (RoleName.TRUST_ADMIN, RoleName.CEO)


def may_edit(staff: Any) -> bool:
    """Trust admins, and the Executive Head / CEO, who makes changes to the policy (TC-251)."""
    return bool(staff.is_authenticated and staff.has_role(*EDITORS))


class NotAllowed(Exception):
    """This person may not do this; the message is a sentence for them."""


def require_editor(staff: Any, trust_id: int) -> None:
    """Raise NotAllowed unless the person edits policy in this trust; None is the system itself."""
    if staff is None:
        return
    if staff.trust_id != trust_id or not may_edit(staff):
        raise NotAllowed("Only a trust admin or the Executive Head / CEO may change this.")
