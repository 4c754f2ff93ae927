"""What visitors are made aware of before they go, by whom, and who has not been yet (TC-053, TC-130, TC-141).

Standing points are said once to a person in a version of the policy; the others anew for every visit.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from homevisits.people.models import Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.choices import BriefingFor, Strength
from homevisits.trusts.models import BriefingPoint, Policy
from visits.models import Briefing, Visit
from visits.states import State

# When a visit waits for its briefing: the risks are written down by then, and nobody has left.
WAITS = [State.AUTHORISED, State.LOGGED]


@dataclass(frozen=True)
class Briefed:
    """How far one visitor's briefing for one visit has come."""

    staff: Staff
    standing: list[BriefingPoint]
    anew: list[BriefingPoint]
    standing_row: Briefing | None
    visit_row: Briefing | None
    is_outdated: bool = False

    @property
    def points(self) -> list[BriefingPoint]:
        """Everything that this person has to know before this visit, in the policy's order."""
        return sorted([*self.standing, *self.anew], key=lambda point: (point.position, point.pk))

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody who briefs has made sure of every point."""
        stands = self.standing_row is not None or not self.standing
        said = self.visit_row is not None or not self.anew
        return stands and said and not self.is_outdated

    @property
    def rows(self) -> list[Briefing]:
        """The confirmations that there are of points that are asked for."""
        return [row for row in (self.standing_row, self.visit_row) if row is not None]

    @property
    def is_acknowledged(self) -> bool:
        """Whether the visitor has read all that was confirmed."""
        return self.is_confirmed and all(row.acknowledged_at for row in self.rows)

    @property
    def words(self) -> str:
        """What was said about this family."""
        return self.visit_row.words if self.visit_row else ""


def is_asked(visit: Visit) -> bool:
    """Whether the policy asks for a briefing before a visit."""
    return visit.rules is not None and visit.rules.briefing_rule != Strength.OFF


def list_for(staff: Staff) -> BriefingFor:
    """On which of the two lists of points somebody stands."""
    return BriefingFor.EWO if staff.is_ewo else BriefingFor.STAFF


def briefings(visit: Visit) -> list[Briefed]:
    """Every member of staff who goes and has points to know, the lead first. Two queries."""
    rules = visit.rules
    if rules is None or not is_asked(visit):
        return []
    people = [a.staff for a in visit.party if a.staff]
    rows = list(Briefing.objects.filter(Q(visit=visit) | Q(visit=None), policy=rules, staff__in=people))
    points = list(rules.briefingpoints.all())
    found = [briefed(visit, staff, points, rows) for staff in people]
    return [one for one in found if one.points]


def briefed(visit: Visit, staff: Staff, points: Iterable[BriefingPoint], rows: Iterable[Briefing]) -> Briefed:
    """One visitor's briefing, from the points of the policy and the confirmations that were read.

    A risk assessment written after the briefing makes it say too little: it is given again (TC-142).
    """
    theirs = [point for point in points if point.about == list_for(staff)]
    own = {row.visit_id: row for row in rows if row.staff_id == staff.pk and row.visit_id in (None, visit.pk)}
    said = own.get(visit.pk)
    risk = visit.risk
    return Briefed(
        staff,
        standing=[point for point in theirs if not point.each_visit],
        anew=[point for point in theirs if point.each_visit],
        standing_row=own.get(None),
        visit_row=said,
        is_outdated=bool(said and risk and risk.assessed_at > said.confirmed_at),
    )


def roles_for(rules: Policy, staff: Staff) -> list[str]:
    """Who briefs somebody: for the EWO those named for the EWO, else those for all; else who authorises."""
    own = rules.briefing_roles_ewo if staff.is_ewo else []
    return list(own or rules.briefing_roles or rules.authorising_roles)


def briefers(visit: Visit, staff: Staff) -> StaffQuerySet:
    """Who may brief this visitor: by role and never themself; who stands in when there is nobody else."""
    rules = visit.rules
    if rules is None:
        return Staff.objects.none()
    own = Staff.objects.holding(roles_for(rules, staff), visit.school).exclude(pk=staff.pk)
    if own.exists():
        return own
    return Staff.objects.holding(list(rules.stand_in_roles), visit.school).exclude(pk=staff.pk)


def may_brief(by: Staff, visit: Visit, staff: Staff) -> bool:
    """Whether somebody may confirm that this visitor knows the points."""
    return briefers(visit, staff).filter(pk=by.pk).exists()


def to_brief(by: Staff, visit: Visit) -> list[Briefed]:
    """Those on a visit who wait for a briefing that this person may give."""
    return [one for one in briefings(visit) if not one.is_confirmed and may_brief(by, visit, one.staff)]


def who_briefs(visit: Visit, staff: Staff) -> str:
    """ "the Headteacher": who is asked for a briefing, in the policy's words."""
    rules = visit.rules
    return " or ".join(f"the {rules.role_label(role)}" for role in roles_for(rules, staff)) if rules else ""


def of_visitor(visit: Visit, staff: Staff) -> Briefed | None:
    """One visitor's own briefing; None when nothing is asked or they do not go."""
    return next((one for one in briefings(visit) if one.staff.pk == staff.pk), None)
