"""Which visits a person may see, and the lists that pages show."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.clock import AppNow
from homevisits.people.models import DeskDuty
from homevisits.trusts.roles import RoleName
from visits.states import WATCHED, State

if TYPE_CHECKING:
    from visits.models import Visit  # noqa: F401  (names the rows below)

WHOLE_SCHOOL = [
    RoleName.HEADTEACHER,
    RoleName.SLT,
    RoleName.DSL,
    RoleName.DEPUTY_DSL,
    RoleName.ATTENDANCE_LEAD,
]
NOT_DRAFTS = [s for s in State.values if s != State.DRAFT]


def _schools(staff: Any, roles: list[str]) -> tuple[bool, set[int]]:
    """(trust-wide?, school ids) at which one of the roles is held."""
    held = [where for role, where in staff.held if role in roles]
    return None in held, {where for where in held if where is not None}


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, staff: Any) -> "VisitQuerySet":
        """Design section 8: own visits; the school's for leaders and office; the trust's for the CEO and EWO.

        Somebody's draft is theirs alone until it is submitted. A stand-in at the desk sees what
        the office sees while the duty lasts, and no longer.
        """
        named = Q(checkin_colleague=staff) | Q(responsible_contact=staff)
        wide, schools = _schools(staff, [*WHOLE_SCHOOL, RoleName.OFFICE, RoleName.CEO, RoleName.EWO])
        of_school = Q(school__trust_id=staff.trust_id) if wide else Q(school__in=schools)
        standing_in = DeskDuty.objects.filter(staff=staff, during__contains=AppNow())
        at_desk = Q(school__in=standing_in.values("school"))
        happened = Q(is_retrospective=True, submitted_at__isnull=False)  # a returned report is no draft
        submitted = (Q(state__in=NOT_DRAFTS) | happened) & (of_school | named | at_desk)
        return self.filter(school__trust_id=staff.trust_id).filter(self._own(staff) | submitted)

    def about_reason(self, staff: Any) -> "VisitQuerySet":
        """Those of which the person may read why: not the office's view (PS-103)."""
        wide, schools = _schools(staff, [*WHOLE_SCHOOL, RoleName.CEO, RoleName.EWO])
        of_school = Q(school__trust_id=staff.trust_id) if wide else Q(school__in=schools)
        return self.filter(self._own(staff) | of_school)

    def record_read_by(self, staff: Any) -> "VisitQuerySet":
        """Those whose record the person may read: their own, and by the roles of the visit's policy (PS-087).

        A policy that names nobody means the leaders and the attendance lead.
        """
        nobody_named = Q(policy=None) | Q(policy__record_reader_roles=[])
        wide, schools = _schools(staff, [*WHOLE_SCHOOL, RoleName.CEO, RoleName.EWO])
        of_school = Q(school__trust_id=staff.trust_id) if wide else Q(school__in=schools)
        named = Q(pk=None)
        for role, school in staff.held:
            place = Q(school__trust_id=staff.trust_id) if school is None else Q(school=school)
            named |= place & Q(policy__record_reader_roles__contains=[role])
        return self.filter(self._own(staff) | (nobody_named & of_school) | named)

    def _own(self, staff: Any) -> Q:
        """Asked for or gone on. A subquery: PostgreSQL plans a DISTINCT over all these joins for 70 ms."""
        party = self.model._base_manager.filter(attendees__staff=staff)
        return Q(requested_by=staff) | Q(pk__in=party.values("pk"))

    def watched(self) -> "VisitQuerySet":
        """Logged or out: on the board."""
        return self.filter(state__in=[State.LOGGED, State.IN_PROGRESS])

    def needing_answers(self) -> "VisitQuerySet":
        """Watched, just back, or with an alarm that is open, whatever the visit has become meanwhile."""
        alarmed = self.model._base_manager.filter(alarms__state__in=["open", "owned"])
        return self.filter(Q(state__in=[*WATCHED, State.RETURNED_SAFE]) | Q(pk__in=alarmed.values("pk")))

    def out(self) -> "VisitQuerySet":
        return self.filter(state=State.IN_PROGRESS)

    def awaiting_decision(self) -> "VisitQuerySet":
        return self.filter(state=State.REQUESTED).order_by("start_at")

    def of_day(self, starts: dt.datetime, ends: dt.datetime) -> "VisitQuerySet":
        """Those planned to start in a stretch of time."""
        return self.filter(start_at__gte=starts, start_at__lt=ends)
