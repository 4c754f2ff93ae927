"""Who may keep which facts about people: pure questions, asked by pages and by the keepers."""

from homevisits.people.importing.kinds import KINDS, FileKind
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import LEADERS, SAFEGUARDING_TEAM, TRUST_WIDE, RoleName

# Heads do not appoint heads; a role for the whole trust is the trust's to give.
GIVEN_BY_TRUST = TRUST_WIDE | {RoleName.HEADTEACHER}
FAMILY_KEEPERS = SAFEGUARDING_TEAM | {
    RoleName.OFFICE,
    RoleName.ATTENDANCE_OFFICER,
    RoleName.ATTENDANCE_LEAD,
    RoleName.EWO,
    RoleName.SLT,
    RoleName.HEADTEACHER,
}
DUTY_SETTERS = LEADERS | {RoleName.OFFICE, RoleName.TRUST_ADMIN}


def is_trust_admin(by: Staff) -> bool:
    """Whether somebody administers the whole trust."""
    return (RoleName.TRUST_ADMIN, None) in by.held


def schools_as(by: Staff, *roles: str) -> set[int]:
    """The ids of schools at which a person holds one of the roles."""
    return {school for role, school in by.held if role in roles and school}


def may_manage(by: Staff, staff: Staff) -> bool:
    """Whether one may change another's account: the trust admin, or the head of all their schools."""
    if by.trust_id != staff.trust_id:
        return False
    if is_trust_admin(by):
        return True
    heads = schools_as(by, RoleName.HEADTEACHER)
    return bool(staff.held) and all(
        where in heads and (role not in GIVEN_BY_TRUST or staff == by) for role, where in staff.held
    )


def may_add_staff(by: Staff) -> bool:
    """Whether a person may make accounts at all."""
    return is_trust_admin(by) or bool(schools_as(by, RoleName.HEADTEACHER))


def may_give(by: Staff, role: str, where: School | None) -> bool:
    """Whether a person may give or take a role at a school, or (None) for the whole trust."""
    if is_trust_admin(by):
        return where is None or where.trust_id == by.trust_id
    return (
        where is not None
        and role not in GIVEN_BY_TRUST
        and by.trust_id == where.trust_id
        and by.has_role(RoleName.HEADTEACHER, school=where)
    )


def is_office_of(by: Staff, staff: Staff) -> bool:
    """Whether a person works in the office of a school at which another holds a role."""
    offices = schools_as(by, RoleName.OFFICE)
    return by.trust_id == staff.trust_id and any(where in offices for _, where in staff.held)


def may_keep_details(by: Staff, staff: Staff) -> bool:
    """Whether a person may keep another's mobile, vehicles and absences; everyone keeps their own."""
    return by == staff or may_manage(by, staff) or is_office_of(by, staff)


def may_keep_clearances(by: Staff, staff: Staff) -> bool:
    """Whether a person may record another's checks; nobody records their own (TC-227)."""
    return by != staff and (may_manage(by, staff) or is_office_of(by, staff))


def may_record_training(by: Staff, staff: Staff) -> bool:
    """Whether a person may record another's training; the EWO, who gives some of it, anybody's (TC-183)."""
    is_ewo = by.trust_id == staff.trust_id and (RoleName.EWO, None) in by.held
    return by != staff and (is_ewo or may_keep_clearances(by, staff))


def may_try_mobile(by: Staff, staff: Staff) -> bool:
    """Whether a person may say that they rang another's mobile and reached them; never one's own."""
    return by != staff and may_keep_details(by, staff)


def may_ask_training(by: Staff, school: School) -> bool:
    """Whether a person says which training a school asks for besides its policy: the head (TC-181)."""
    heads = (RoleName.HEADTEACHER, RoleName.TRUST_ADMIN)
    return by.trust_id == school.trust_id and by.has_role(*heads, school=school)


def sees_checks(by: Staff) -> bool:
    """Whether a person looks over what staff hold: head, office, EWO, trust admin, CEO (TC-059)."""
    return by.has_role(
        RoleName.HEADTEACHER, RoleName.OFFICE, RoleName.EWO, RoleName.TRUST_ADMIN, RoleName.CEO
    )


def checks_everywhere(by: Staff) -> bool:
    """Whether a person looks over the staff of every school of the trust."""
    return by.has_role(RoleName.EWO, RoleName.TRUST_ADMIN, RoleName.CEO)


def may_see_details(by: Staff, staff: Staff) -> bool:
    """Whether a person may read another's checks and cars: who decides, logs or keeps them."""
    if by.trust_id != staff.trust_id:
        return False
    leads = (RoleName.CEO, None) in by.held or any(
        by.has_role(*LEADERS, school=where) for _, where in staff.held if where
    )
    return leads or may_keep_details(by, staff)


def may_see_checks(by: Staff, staff: Staff) -> bool:
    """Whether a person may read another's checks and training: the EWO besides, of anybody (TC-059)."""
    is_ewo = by.trust_id == staff.trust_id and (RoleName.EWO, None) in by.held
    return is_ewo or may_see_details(by, staff)


def may_keep_families(by: Staff, school: School) -> bool:
    """Whether a person may change contacts and homes of a school's pupils."""
    return by.trust_id == school.trust_id and by.has_role(*FAMILY_KEEPERS, school=school)


def may_set_duty(by: Staff, school: School) -> bool:
    """Whether a person may say who stands in at a school's desk."""
    return by.trust_id == school.trust_id and by.has_role(*DUTY_SETTERS, school=school)


def kinds_to_import(by: Staff) -> list[FileKind]:
    """The kinds of files that a person may bring in at some school."""
    return [kind for kind in KINDS.values() if by.has_role(*kind.importers)]


def may_import(by: Staff, school: School, kind: str) -> bool:
    """Whether a person may bring in a file of this kind for a school."""
    return by.trust_id == school.trust_id and by.has_role(*KINDS[kind].importers, school=school)
