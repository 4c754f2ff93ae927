"""Which visits stand on a person's board, and what part that person plays in each."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from homevisits.clock import AppNow
from homevisits.people.models import DeskDuty, Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import LEADERS, RoleName
from visits.models import Visit, VisitAlarm, VisitDeadline
from visits.safety import Due
from visits.states import State

OF_SCHOOL = {*LEADERS, RoleName.OFFICE}
OF_TRUST = {RoleName.CEO, RoleName.EWO}
# Visits that leave later than this are not yet anybody's business to watch.
AHEAD = dt.timedelta(hours=18)


@dataclass(frozen=True)
class Viewer:
    """Who looks at the board. `desk` are the schools at which they act as the office now."""

    staff_id: int
    leads: frozenset[int | None]
    desk: frozenset[int | None]
    held: frozenset[tuple[str, int | None]] = frozenset()

    def part(self, *, school_id: int, party: Collection[int | None], callers: Collection[int | None]) -> str:
        """ "party", "office", "leader", "caller", or "" for somebody who only looks."""
        if self.staff_id in party:
            return "party"
        if {school_id, None} & self.desk:
            return "office"
        if {school_id, None} & self.leads:
            return "leader"
        return "caller" if self.staff_id in callers else ""


def duties(staff: Staff) -> QuerySet[DeskDuty]:
    """The times at which this person stands in at a desk now."""
    return DeskDuty.objects.filter(staff=staff, during__contains=AppNow())


def viewer(staff: Staff) -> Viewer:
    """What this person may do from the board. One query, besides the roles."""
    standing_in = duties(staff).values_list("school_id", flat=True)
    return Viewer(
        staff_id=staff.pk,
        leads=frozenset(where for role, where in staff.held if role in LEADERS),
        desk=frozenset([*(where for role, where in staff.held if role == RoleName.OFFICE), *standing_in]),
        held=frozenset(staff.held),
    )


def is_wide(staff: Staff) -> bool:
    """Whether the board shows the whole trust: the CEO's and the EWO's."""
    return any(role in OF_TRUST and where is None for role, where in staff.held)


def watches_by_role(staff: Staff) -> bool:
    """Whether a role gives this person a board. No query, besides the roles."""
    return is_wide(staff) or any(role in OF_SCHOOL for role, _ in staff.held)


def has_board(staff: Staff) -> bool:
    """By role, by standing in at the desk now, or by being named to ring somebody who is out."""
    return watches_by_role(staff) or duties(staff).exists() or on_board(staff).exists()


def schools(staff: Staff) -> QuerySet[School]:
    """The schools that a person can choose between on the board."""
    ours = School.objects.filter(trust_id=staff.trust_id)
    return ours if is_wide(staff) else ours.filter(_at(staff, "pk"))


def _at(staff: Staff, column: str) -> Q:
    held = [where for role, where in staff.held if role in OF_SCHOOL and where]
    return Q(**{f"{column}__in": held}) | Q(**{f"{column}__in": duties(staff).values("school")})


def in_scope(staff: Staff, school: School | None = None) -> QuerySet[Visit]:
    """Every visit of a person's board, whatever its state."""
    named = Q(checkin_colleague=staff) | Q(responsible_contact=staff)
    where = Q() if is_wide(staff) else _at(staff, "school") | named
    found = Visit.objects.visible_to(staff).filter(where)
    return found.filter(school=school) if school else found


def on_board(staff: Staff, school: School | None = None) -> QuerySet[Visit]:
    """The visits that are out, about to leave, from which somebody goes straight home, or with an open alarm."""
    leaving = Q(state=State.LOGGED, depart_at__lt=AppNow() + AHEAD)
    live = Visit.objects.filter(Q(state=State.IN_PROGRESS) | leaving).values("pk")
    alarmed = VisitAlarm.objects.unresolved().shown_to(staff).order_by().values("visit_id")
    homeward = VisitDeadline.objects.filter(kind=Due.HOME_SAFE, state=VisitDeadline.State.LIVE)
    # A union, so that years of finished visits are never read to find the few with an alarm.
    watched = live.union(alarmed, homeward.order_by().values("visit_id"))
    return in_scope(staff, school).filter(pk__in=watched)
