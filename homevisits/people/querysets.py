"""Which people a member of staff may see."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.trusts.models import School
from homevisits.trusts.roles import TRUST_WIDE, RoleName

if TYPE_CHECKING:
    # The names inside models.QuerySet["..."], which ruff does not read.
    from homevisits.people.families import Household, Pupil  # noqa: F401
    from homevisits.people.models import Staff, Vehicle  # noqa: F401


class StaffQuerySet(models.QuerySet["Staff"]):
    def visible_to(self, staff: Any) -> "StaffQuerySet":
        """Colleagues: of the same schools, and the trust's own people; all for a trust-wide role."""
        own = self.filter(trust_id=staff.trust_id)
        if staff.is_trust_wide:
            return own
        schools = School.objects.visible_to(staff)
        return own._once(Q(roles__school__in=schools) | Q(roles__school=None))

    def active(self) -> "StaffQuerySet":
        return self.filter(is_active=True)

    def holding(self, roles: list[str], school: School) -> "StaffQuerySet":
        """Active people with one of the roles at a school, or trust-wide in its trust."""
        return (
            self.active()
            .filter(trust_id=school.trust_id)
            ._once(Q(roles__school=school) | Q(roles__school=None), roles__role__in=roles)
        )

    def _once(self, *held: Q, **also: Any) -> "StaffQuerySet":
        """Those with a role that fits, each once: a subquery, which leaves the other joins easy to plan."""
        return self.filter(pk__in=self.model._base_manager.filter(*held, **also).values("pk"))

    def present(self, at: dt.datetime) -> "StaffQuerySet":
        """Those not marked away at an instant."""
        return self.exclude(aways__during__contains=at)


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    def current(self) -> "VehicleQuerySet":
        """Cars that are still driven to visits."""
        return self.filter(is_current=True)


class PupilQuerySet(models.QuerySet["Pupil"]):
    def visible_to(self, staff: Any) -> "PupilQuerySet":
        """Pupils of the person's schools. A trust admin sees none: that role needs no pupil."""
        held = {(role, where) for role, where in staff.held if role != RoleName.TRUST_ADMIN}
        if any(role in TRUST_WIDE and where is None for role, where in held):
            return self.filter(school__trust_id=staff.trust_id)
        return self.filter(school__trust_id=staff.trust_id, school__in={where for _, where in held if where})

    def on_roll(self, on: dt.date) -> "PupilQuerySet":
        return self.filter(Q(left_on=None) | Q(left_on__gt=on))


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, staff: Any) -> "HouseholdQuerySet":
        """Homes of pupils whom the person may see."""
        from homevisits.people.families import Pupil

        return self.filter(pk__in=Pupil.objects.visible_to(staff).values("household"))
