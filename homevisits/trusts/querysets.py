"""Which schools and policies a person may see."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from homevisits.trusts.models import School
    from homevisits.trusts.policies import Policy


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, staff: Any) -> "SchoolQuerySet":
        """The schools at which a person holds a role; all of the trust for a trust-wide role."""
        if not staff.is_authenticated:
            return self.none()
        own = self.filter(trust_id=staff.trust_id)
        return own if staff.is_trust_wide else own.filter(roles__staff=staff).distinct()


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, staff: Any) -> "PolicyQuerySet":
        """Policies of the person's own trust."""
        return self.filter(trust_id=staff.trust_id) if staff.is_authenticated else self.none()

    def published(self) -> "PolicyQuerySet":
        return self.filter(published_at__isnull=False)

    def in_force(self, school: "School") -> "Policy | None":
        """The school's own latest published version, else the trust's."""
        return (
            self.published()
            .filter(trust_id=school.trust_id)
            .filter(models.Q(school=school) | models.Q(school=None))
            .order_by(models.F("school").asc(nulls_last=True), "-number")
            .first()
        )
