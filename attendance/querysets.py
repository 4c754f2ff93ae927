"""Who may see marks, proposals and agreements: those who work on attendance at the pupil's school."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.trusts.roles import RoleName

if TYPE_CHECKING:
    from attendance.models import Agreement, Mark, Proposal  # noqa: F401  (names the rows below)

WORKERS = [
    RoleName.ATTENDANCE_LEAD,
    RoleName.ATTENDANCE_OFFICER,
    RoleName.EWO,
    RoleName.HEADTEACHER,
    RoleName.SLT,
    RoleName.DSL,
    RoleName.DEPUTY_DSL,
    RoleName.CEO,
]


def schools_of(staff: Any, prefix: str) -> Q:
    """The pupil's school, where this person works on attendance; all of the trust for EWO and CEO."""
    held = {school for role, school in staff.held if role in WORKERS}
    own = Q(**{f"{prefix}__trust_id": staff.trust_id})
    return own if None in held else own & Q(**{f"{prefix}__in": held})


class MarkQuerySet(models.QuerySet["Mark"]):
    def visible_to(self, staff: Any) -> "MarkQuerySet":
        return self.filter(schools_of(staff, "pupil__school"))


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, staff: Any) -> "ProposalQuerySet":
        return self.filter(schools_of(staff, "school"))

    def open(self) -> "ProposalQuerySet":
        return self.filter(state="open")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, staff: Any) -> "AgreementQuerySet":
        return self.filter(schools_of(staff, "pupil__school") | Q(owner=staff))

    def running(self) -> "AgreementQuerySet":
        return self.filter(state="running")
