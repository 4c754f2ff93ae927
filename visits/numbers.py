"""Who sees the mobile numbers of those who go (TC-160, TC-161): on the board, the visit's page and its papers.

Whoever rings somebody, from a call page or an alarm, has the number there whatever the policy says.
"""

from collections.abc import Collection, Iterable
from typing import Any

from homevisits.people.models import Staff
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import LEADERS, RoleName
from visits.models import Attendee, Visit

USUAL = {RoleName.OFFICE, *LEADERS}


def readers(roles: Iterable[str], roles_ewo: Iterable[str], *, is_ewo: bool) -> set[str]:
    """The roles that see a number: the policy's, else the office and the leaders; for the EWO's, more."""
    return {*(roles or USUAL), *(roles_ewo if is_ewo else ())}


def holds_one(held: Iterable[tuple[str, int | None]], roles: Collection[str], school_id: int) -> bool:
    """Whether one of the roles is held at a school, or for the whole trust."""
    return any(role in roles and where in (None, school_id) for role, where in held)


def may_read(reader: Staff, visit: Visit, attendee: Attendee) -> bool:
    """Whether somebody sees this person's number: those who go, who ring, and whom the policy names."""
    named = {visit.checkin_colleague_id, visit.responsible_contact_id}
    if visit.includes(reader) or reader.pk in named:
        return True
    rules: Policy | None = visit.rules
    if rules is None:
        return False
    is_ewo = bool(attendee.staff and attendee.staff.is_ewo)
    roles = readers(rules.phone_reader_roles, rules.phone_reader_roles_ewo, is_ewo=is_ewo)
    at_desk = RoleName.OFFICE in roles and reader.desk_duties.filter(school=visit.school_id).exists()
    return holds_one(reader.held, roles, visit.school_id) or at_desk


def may_read_all(reader: Staff, visit: Visit) -> bool:
    """Whether somebody sees everybody's number."""
    return all(may_read(reader, visit, attendee) for attendee in visit.party)


def without_hidden(said: dict[str, Any], visit: Visit, reader: Staff) -> dict[str, Any]:
    """A document's words without the numbers that this person does not see."""
    if "people" not in said or may_read_all(reader, visit):
        return said
    people = [
        person if may_read(reader, visit, attendee) else {**person, "phone": "Held by the school"}
        for person, attendee in zip(said["people"], visit.party, strict=True)
    ]
    return {**said, "people": people}
