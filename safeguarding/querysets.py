"""Who may read a concern: its author, and the DSL team of its school. Nobody else."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.trusts.roles import SAFEGUARDING_TEAM

if TYPE_CHECKING:
    from safeguarding.models import Concern  # noqa: F401  (names the rows below)


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, staff: Any) -> "ConcernQuerySet":
        """The author keeps the right to read their own words; the DSL team reads its school's."""
        schools = {school for role, school in staff.held if role in SAFEGUARDING_TEAM and school}
        return self.filter(school__trust_id=staff.trust_id).filter(Q(author=staff) | Q(school__in=schools))

    def unread(self) -> "ConcernQuerySet":
        return self.filter(received_at=None)
