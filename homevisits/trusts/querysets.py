"""Which schools and policies a person may see."""

from typing import TYPE_CHECKING, Any

from django.db import models

from homevisits.trusts.permissions import may_edit

if TYPE_CHECKING:
    from homevisits.trusts.models import School, Trust
    from homevisits.trusts.policies import Policy


class SchoolQuerySet(models.QuerySet["School"]):
    def visible_to(self, staff: Any) -> "SchoolQuerySet":
        """The schools at which a person holds a role; all of the trust for a trust-wide role."""
        if not staff.is_authenticated:
            return self.none()
        own = self.filter(trust_id=staff.trust_id)
        return own if staff.is_trust_wide else own.filter(pk__in={where for _, where in staff.held if where})


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, staff: Any) -> "PolicyQuerySet":
        """Published versions of the trust's policy and of the person's schools'.

        Drafts and every school's versions only for those who edit policy.
        """
        if not staff.is_authenticated:
            return self.none()
        own = self.filter(trust_id=staff.trust_id)
        if may_edit(staff):
            return own
        mine = models.Q(school=None)
        if staff.is_trust_wide:
            mine |= models.Q(school__isnull=False)
        else:
            mine |= models.Q(school__in=[school for _, school in staff.held if school])
        return own.published().filter(mine)

    def published(self) -> "PolicyQuerySet":
        return self.filter(published_at__isnull=False)

    def drafts(self) -> "PolicyQuerySet":
        return self.filter(published_at=None)

    def of(self, trust: "Trust", school: "School | None") -> "PolicyQuerySet":
        """The versions of one policy: a school's own, or (no school) the trust's."""
        return self.filter(trust=trust, school=school)

    def in_force(self, school: "School") -> "Policy | None":
        """The school's own latest published version, else the trust's."""
        from homevisits.trusts.pinned import pinned

        latest = (
            self.published()
            .filter(trust_id=school.trust_id)
            .filter(models.Q(school=school) | models.Q(school=None))
            .order_by(models.F("school").asc(nulls_last=True), "-number")
        )
        found = latest.values_list("pk", flat=True).first()
        return pinned(found) if found else None

    def in_force_at(self, schools: "SchoolQuerySet") -> "dict[int, Policy | None]":
        """The version that binds each of many schools, by the school's id. Two queries."""
        places = dict(schools.values_list("pk", "trust_id"))
        latest = (
            self.published()
            .filter(trust__in=set(places.values()))
            .filter(models.Q(school=None) | models.Q(school__in=list(places)))
            .order_by("trust_id", "school_id", "-number")
            .distinct("trust_id", "school_id")
        )
        found = {(policy.trust_id, policy.school_id): policy for policy in latest}
        return {
            school: found.get((trust, school)) or found.get((trust, None)) for school, trust in places.items()
        }
