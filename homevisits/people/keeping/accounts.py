"""Keeps accounts of staff and the roles they hold."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import transaction

from homevisits.people import permissions
from homevisits.people.keeping.rules import ask, fresh, place_of, require, set_fields
from homevisits.people.models import Role, Staff
from homevisits.people.story import tell
from homevisits.trusts.models import School, Trust
from homevisits.trusts.roles import TRUST_WIDE, RoleName

# Upper floors say here why somebody's account cannot be closed now, to whoever would close it: "" when nothing
# stands against it, or nothing that they may know of.
OBSTACLES: list[Callable[[Staff, Staff], str]] = []
OWN_FIELDS = {"mobile"}
FIELDS = {
    "email": "e-mail",
    "first_name": "first name",
    "last_name": "last name",
    "job_title": "job title",
    "mobile": "work mobile",
}


@transaction.atomic
def add_staff(
    *, trust: Trust, email: str, role: str, school: School | None, by: Staff, now: dt.datetime, **fields: Any
) -> Staff:
    """Make an account with its first role; the person chooses a password by e-mail.

    `fields` are first_name, last_name, job_title and mobile.
    """
    ask(
        by.trust_id == trust.pk and permissions.may_give(by, role, school),
        "You may not add a person with this role.",
    )
    require(
        not Staff.objects.filter(email__iexact=email).exists(),
        "An account with this e-mail address exists already: ask a trust admin to give it the role.",
    )
    _require_place(role, school, trust)
    staff = Staff.objects.create_user(email, trust=trust, **fields)
    Role.objects.create(staff=staff, role=role, school=school)
    tell(
        where=school or trust,
        kind="staff_added",
        by=by,
        now=now,
        about=staff,
        sentence=f"{staff} was added as {RoleName(role).label}.",
    )
    return staff


@transaction.atomic
def change_staff(*, staff: Staff, by: Staff, now: dt.datetime, **changes: Any) -> Staff:
    """Change name, e-mail, job title or mobile; the mobile is also the person's and the office's."""
    unknown = changes.keys() - FIELDS.keys()
    if unknown:
        raise TypeError(f"not a field of an account: {sorted(unknown)}")
    differs = {name for name, value in changes.items() if getattr(staff, name) != value}
    allowed = permissions.may_keep_details if differs <= OWN_FIELDS else permissions.may_manage
    ask(allowed(by, staff), "You may not change this person's account.")
    if "email" in differs:
        changes["email"] = changes["email"].lower()
        taken = Staff.objects.filter(email__iexact=changes["email"]).exclude(pk=staff.pk).exists()
        require(not taken, "Another account has this e-mail address.")
    locked = fresh(staff)
    if "mobile" in changes and changes["mobile"] != locked.mobile:
        set_fields(locked, mobile_tried_at=None, mobile_tried_by=None)  # nobody has rung the new number
    changed = set_fields(locked, **changes)
    if changed:
        what = ", ".join(FIELDS[name] for name in changed)
        _tell(locked, "staff_changed", by, now, f"The {what} of {locked} changed.")
    return locked


@transaction.atomic
def deactivate_staff(*, staff: Staff, by: Staff, now: dt.datetime) -> Staff:
    """Close an account. Its sessions die with the next click: the password that signed them is gone."""
    ask(permissions.may_manage(by, staff), "You may not close this account.")
    require(by != staff, "You cannot close your own account: ask another admin.")
    locked = fresh(staff)
    if not locked.is_active:
        return locked
    for obstacle in OBSTACLES:
        require(not (why := obstacle(locked, by)), why)
    locked.is_active = False
    locked.set_unusable_password()
    locked.save(update_fields=["is_active", "password"])
    _tell(locked, "staff_deactivated", by, now, f"The account of {locked} was closed.")
    return locked


@transaction.atomic
def reactivate_staff(*, staff: Staff, by: Staff, now: dt.datetime) -> Staff:
    """Open a closed account again; the person chooses a new password by e-mail."""
    ask(permissions.may_manage(by, staff), "You may not open this account.")
    locked = fresh(staff)
    if set_fields(locked, is_active=True):
        _tell(locked, "staff_reactivated", by, now, f"The account of {locked} was opened again.")
    return locked


@transaction.atomic
def give_role(*, staff: Staff, role: str, school: School | None, by: Staff, now: dt.datetime) -> Role:
    """Give a role at a school, or (None) for the whole trust (TC-011). Given twice, it stays one."""
    ask(permissions.may_give(by, role, school), "You may not give this role here.")
    require(staff.trust_id == by.trust_id, "This person belongs to another trust.")
    require(staff.is_active, f"The account of {staff} is closed: open it first.")
    _require_place(role, school, by.trust)
    held, is_new = Role.objects.get_or_create(staff=staff, role=role, school=school)
    if is_new:
        _forget_held(staff)
        where = school or staff.trust
        sentence = f"{staff} was given the role {held.get_role_display()} at {where}."
        tell(where=where, kind="role_given", by=by, now=now, about=staff, sentence=sentence)
    return held


@transaction.atomic
def take_role(*, role: Role, by: Staff, now: dt.datetime) -> None:
    """Take a role away. Nobody takes their own administration of the trust: that locks it up."""
    ask(
        role.staff.trust_id == by.trust_id and permissions.may_give(by, role.role, role.school),
        "You may not take this role away.",
    )
    own_admin = role.staff == by and role.role == RoleName.TRUST_ADMIN and role.school_id is None
    require(not own_admin, "You cannot take the trust's administration from yourself: ask another admin.")
    where = role.school or role.staff.trust
    role.delete()
    _forget_held(role.staff)
    sentence = f"The role {role.get_role_display()} at {where} was taken from {role.staff}."
    tell(where=where, kind="role_taken", by=by, now=now, about=role.staff, sentence=sentence)


def _require_place(role: str, school: School | None, trust: Trust) -> None:
    require(school is not None or role in TRUST_WIDE, "Choose a school for this role.")
    require(school is None or school.trust_id == trust.pk, "This school belongs to another trust.")


def _forget_held(staff: Staff) -> None:
    """What an instance remembers of its roles is out of date."""
    for name in ("held", "main_school"):
        staff.__dict__.pop(name, None)
    getattr(staff, "_prefetched_objects_cache", {}).pop("roles", None)


def _tell(staff: Staff, kind: str, by: Staff, now: dt.datetime, sentence: str) -> None:
    tell(where=place_of(staff), kind=kind, by=by, now=now, about=staff, sentence=sentence)
