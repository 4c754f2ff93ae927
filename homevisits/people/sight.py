"""Which of a pupil's facts a person may read: what their part needs, and no more."""

from homevisits.people.families import Pupil
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName

# Everybody who sees a pupil sees name, year, address and contacts. The rest is by part: the
# office reaches families and keeps numbers, visitors must know what may happen at the door.
SEES: dict[str, set[str]] = {
    RoleName.VISITOR: {"medical_note"},
    RoleName.OFFICE: {"upn"},
    RoleName.ATTENDANCE_OFFICER: {"upn", "medical_note", "has_social_worker"},
    RoleName.ATTENDANCE_LEAD: {"upn", "medical_note", "has_social_worker"},
    RoleName.EWO: {"upn", "medical_note", "has_social_worker"},
    RoleName.SLT: {"upn", "medical_note", "has_social_worker"},
    RoleName.HEADTEACHER: {"upn", "medical_note", "has_social_worker", "has_concern"},
    RoleName.DSL: {"upn", "medical_note", "has_social_worker", "has_concern"},
    RoleName.DEPUTY_DSL: {"upn", "medical_note", "has_social_worker", "has_concern"},
    RoleName.CEO: set(),
    RoleName.TRUST_ADMIN: set(),
}


def facts_seen(by: Staff, school_id: int) -> set[str]:
    """The names of the pupil's facts that a person's roles at this school let them read."""
    here = [role for role, where in by.held if where is None or where == school_id]
    return set().union(*(SEES[role] for role in here))


def sees(by: Staff, pupil: Pupil, fact: str) -> bool:
    """Whether a person may read one fact of a pupil whom they may see."""
    return fact in facts_seen(by, pupil.school_id)
