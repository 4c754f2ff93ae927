"""Which people a member of staff may see."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.trusts.models import School
from homevisits.trusts.roles import TRUST_WIDE, RoleName

if TYPE_CHECKING:
    from homevisits.people.families import Household, Pupil
    from homevisits.people.models import Staff


class StaffQuerySet(models.QuerySet["Staff"]):
    def visible_to(self, staff: Any) -> "StaffQuerySet":
        """Colleagues: of the same schools, and the trust's own people; all for a trust-wide role."""
        own = self.filter(trust_id=staff.trust_id)
        if staff.is_trust_wide:
            return own
        schools = School.objects.visible_to(staff)
        return own.filter(Q(roles__school__in=schools) | Q(roles__school=None)).distinct()

    def active(self) -> "StaffQuerySet":
        return self.filter(is_active=True)

    def holding(self, roles: list[str], school: School) -> "StaffQuerySet":
        """Active people with one of the roles at a school, or trust-wide in its trust."""
        return (
            self.active()
            .filter(trust_id=school.trust_id, roles__role__in=roles)
            .filter(Q(roles__school=school) | Q(roles__school=None))
            .distinct()
        )

    def present(self, at: dt.datetime) -> "StaffQuerySet":
        """Those not marked away at an instant."""
        return self.exclude(aways__during__contains=at)


class PupilQuerySet(models.QuerySet["Pupil"]):
    def visible_to(self, staff: Any) -> "PupilQuerySet":
        """Pupils of the person's schools. A trust admin sees none: that role needs no pupil."""
        schools = School.objects.filter(trust_id=staff.trust_id)
        if {role for role, _ in staff.held} & (TRUST_WIDE - {RoleName.TRUST_ADMIN}):
            return self.filter(school__in=schools)
        return self.filter(school__in=schools.filter(roles__staff=staff)).distinct()

    def on_roll(self, on: dt.date) -> "PupilQuerySet":
        return self.filter(Q(left_on=None) | Q(left_on__gt=on))


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, staff: Any) -> "HouseholdQuerySet":
        """Homes of pupils whom the person may see."""
        from homevisits.people.families import Pupil

        return self.filter(pupils__in=Pupil.objects.visible_to(staff)).distinct()
