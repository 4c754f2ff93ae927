"""Who keeps what stands beside a policy, and who looks over whom: pure questions."""

from django.db.models import Q

from homevisits.people.models import Staff
from homevisits.people.permissions import schools_as
from homevisits.trusts.models import School
from homevisits.trusts.permissions import EDITORS, may_edit
from homevisits.trusts.roles import RoleName

PAPER_KEEPERS = (RoleName.HEADTEACHER, RoleName.SLT, RoleName.DSL, *EDITORS)
OVERLAY_SETTERS = (RoleName.HEADTEACHER, RoleName.DSL, *EDITORS)
TELLERS = (RoleName.HEADTEACHER,)
OVERSEERS = (RoleName.EWO, *EDITORS)


def may_keep_papers(by: Staff, school: School) -> bool:
    """Whether a person may add or retire a school's own papers (TC-032, PS-061)."""
    return by.trust_id == school.trust_id and by.has_role(*PAPER_KEEPERS, school=school)


def may_set_overlay(by: Staff, school: School) -> bool:
    """Whether a person may switch infection rules on or off at a school (PS-140)."""
    return by.trust_id == school.trust_id and by.has_role(*OVERLAY_SETTERS, school=school)


def may_tell(by: Staff, school: School) -> bool:
    """Whether a person confirms that a school's staff were told: its head (TC-255)."""
    return by.trust_id == school.trust_id and by.has_role(*TELLERS, school=school)


def sees_over(by: Staff, school: School | None) -> bool:
    """Whether a place's reminders are this person's: its head, a trust admin, the CEO."""
    return may_edit(by) or (school is not None and may_tell(by, school))


def looks_at(by: Staff) -> bool:
    """Whether a person sees who has read: heads of their schools, EWO and editors of all (TC-059)."""
    return by.has_role(*OVERSEERS, *TELLERS)


def schools_looked_at(by: Staff) -> Q:
    """The schools whose staff's reading a person sees."""
    if by.has_role(*OVERSEERS):
        return Q(trust_id=by.trust_id)
    return Q(trust_id=by.trust_id, pk__in=schools_as(by, *TELLERS))


def places_of(by: Staff, path: str) -> Q:
    """The places whose reminders are this person's; `path` leads to the school."""
    return Q() if may_edit(by) else Q(**{f"{path}__in": schools_as(by, *TELLERS)})
