"""Which visits a person may see, and the lists that pages show."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from homevisits.trusts.roles import RoleName
from visits.states import State

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
        the office sees while the duty lasts (`watched_by` asks that with the time).
        """
        own = Q(requested_by=staff) | Q(attendees__staff=staff)
        named = Q(checkin_colleague=staff) | Q(responsible_contact=staff)
        wide, schools = _schools(staff, [*WHOLE_SCHOOL, RoleName.OFFICE, RoleName.CEO, RoleName.EWO])
        of_school = Q(school__trust_id=staff.trust_id) if wide else Q(school__in=schools)
        submitted = Q(state__in=NOT_DRAFTS) & (of_school | named | Q(school__desk_duties__staff=staff))
        return self.filter(school__trust_id=staff.trust_id).filter(own | submitted).distinct()

    def about_reason(self, staff: Any) -> "VisitQuerySet":
        """Those of which the person may read why: not the office's view (PS-103)."""
        own = Q(requested_by=staff) | Q(attendees__staff=staff)
        wide, schools = _schools(staff, [*WHOLE_SCHOOL, RoleName.CEO, RoleName.EWO])
        of_school = Q(school__trust_id=staff.trust_id) if wide else Q(school__in=schools)
        return self.filter(own | of_school).distinct()

    def watched(self) -> "VisitQuerySet":
        """Logged or out: on the board."""
        return self.filter(state__in=[State.LOGGED, State.IN_PROGRESS])

    def out(self) -> "VisitQuerySet":
        return self.filter(state=State.IN_PROGRESS)

    def awaiting_decision(self) -> "VisitQuerySet":
        return self.filter(state=State.REQUESTED).order_by("start_at")

    def of_day(self, starts: dt.datetime, ends: dt.datetime) -> "VisitQuerySet":
        """Those planned to start in a stretch of time."""
        return self.filter(start_at__gte=starts, start_at__lt=ends)
