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

    def floor_of(self, policy: "Policy") -> "Policy | None":
        """The trust's version in force, under which a school's own policy may not fall."""
        if policy.school_id is None:
            return None
        trusts = self.published().filter(trust_id=policy.trust_id, school=None)
        return trusts.order_by("-number").first()

    def schools_own_in_force(self, trust_id: int) -> "PolicyQuerySet":
        """The latest published version of each school that has a policy of its own."""
        own = self.published().filter(trust_id=trust_id, school__isnull=False)
        return own.order_by("school_id", "-number").distinct("school_id").select_related("school", "trust")

    def newest(self) -> "PolicyQuerySet":
        """The latest published version of each policy, the trust's own first."""
        latest = self.published().order_by("trust_id", "school_id", "-number")
        newest = latest.distinct("trust_id", "school_id").values("pk")
        return self.filter(pk__in=newest).order_by(models.F("school__name").asc(nulls_first=True))

    def raised_by(self, policy: "Policy") -> "PolicyQuerySet":
        """The schools' own versions that were lifted when the trust published this one."""
        if policy.school_id is not None:
            return self.none()
        own = self.filter(trust_id=policy.trust_id, school__isnull=False)
        return own.filter(published_at=policy.published_at).order_by("school__name")

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
