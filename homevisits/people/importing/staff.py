"""Plans what a file of staff would do: accounts by e-mail, roles added and never taken away."""

from typing import Any

from django.contrib.auth.hashers import make_password

from homevisits.people import permissions
from homevisits.people.importing.checking import Checked, once
from homevisits.people.importing.context import BATCH, Context, Tally
from homevisits.people.importing.summary import Missing
from homevisits.people.models import Clearance, Role, Staff, Vehicle
from homevisits.trusts.choices import DbsLevel
from homevisits.trusts.roles import TRUST_WIDE, RoleName

ACCOUNT = ("first_name", "last_name", "job_title", "mobile")
VEHICLE = {
    "registration": "Vehicle registration",
    "make": "Vehicle make",
    "model": "Vehicle model",
    "colour": "Vehicle colour",
}


class StaffPlan:
    """Accounts that are there are updated; a closed one, or one of another trust, is a problem."""

    def __init__(self, rows: list[Checked], context: Context) -> None:
        self.context, self.tally = context, Tally()
        self.missing: list[Missing] = []
        self.notes: list[str] = []
        self.roles: list[Role] = []
        self.vehicles = Tally()
        self.clearances: list[Clearance] = []
        once(rows, "email", "E-mail")
        self.known = self._known(rows)
        for row in rows:
            self._check(row)
        for row in rows:
            if row.is_good:
                self._take(row)

    def write(self) -> dict[str, Any]:
        """Save accounts before what hangs on them."""
        self.tally.write(Staff)
        Role.objects.bulk_create(self.roles, batch_size=BATCH)
        self.vehicles.write(Vehicle)
        Clearance.objects.bulk_create(self.clearances, batch_size=BATCH)
        return {
            "added": [staff.pk for staff in self.tally.added],
            "changed": [staff.pk for staff in self.tally.changed],
            "roles": [[role.staff_id, str(role.role), role.school_id] for role in self.roles],
        }

    def _known(self, rows: list[Checked]) -> dict[str, Staff]:
        emails = [row.values["email"] for row in rows if "email" in row.values]
        staff = Staff.objects.filter(email__in=emails)
        return {each.email: each for each in staff.prefetch_related("roles", "vehicles", "clearances")}

    def _check(self, row: Checked) -> None:
        staff = self.known.get(row.values.get("email", ""))
        if staff is not None:
            self._check_account(row, staff)
        for role in row.values.get("roles", []):
            if not self._may_give(role):
                row.add("Role", f"Only a trust admin gives the role {RoleName(role).label}.", role)
        self._check_vehicle(row)
        self._check_dbs(row, staff)

    def _check_account(self, row: Checked, staff: Staff) -> None:
        if staff.trust_id != self.context.school.trust_id:
            row.add("E-mail", "This e-mail address belongs to an account elsewhere.", staff.email)
        elif not staff.is_active:
            row.add("E-mail", "This person's account is closed: open it first.", staff.email)
        elif self._differs(row, staff) and not self._may_manage(staff):
            row.add("E-mail", "Only a trust admin may change this person's account.", staff.email)

    def _check_vehicle(self, row: Checked) -> None:
        """A car is useful to whoever looks for it only whole (TC-173 to TC-176)."""
        given = {part for part in VEHICLE if f"vehicle_{part}" in row.values}
        if given:
            for part in VEHICLE.keys() - given:
                row.add(VEHICLE[part], f"Enter {VEHICLE[part].lower()} too, or nothing about the vehicle.")

    def _check_dbs(self, row: Checked, staff: Staff | None) -> None:
        issued_on, expires_on = row.values.get("dbs_issued_on"), row.values.get("dbs_expires_on")
        if issued_on is None and (expires_on or row.values.keys() & {"dbs_reference", "dbs_level"}):
            row.add("DBS issued", "Enter the day on which the DBS check was issued.")
        if issued_on and issued_on > self.context.today:
            row.add("DBS issued", "This day lies in the future.")
        if issued_on and expires_on and expires_on <= issued_on:
            row.add("DBS expires", "It must expire after the day it was issued.")
        if issued_on and staff is not None and staff == self.context.by:
            row.add("DBS issued", "Somebody else must record your own check.")

    def _may_give(self, role: str) -> bool:
        where = None if role in TRUST_WIDE else self.context.school
        return self.context.by is None or permissions.may_give(self.context.by, role, where)

    def _may_manage(self, staff: Staff) -> bool:
        return self.context.by is None or permissions.may_manage(self.context.by, staff)

    def _differs(self, row: Checked, staff: Staff) -> bool:
        return any(getattr(staff, name) != row.values[name] for name in ACCOUNT if name in row.values)

    def _take(self, row: Checked) -> None:
        values = row.values
        staff = self.known.get(values["email"]) or Staff(
            trust_id=self.context.school.trust_id, email=values["email"], password=make_password(None)
        )
        is_new = staff._state.adding
        told = {name: values[name] for name in ACCOUNT if name in values}
        if "mobile" in told and told["mobile"] != staff.mobile:
            told |= {"mobile_tried_at": None, "mobile_tried_by": None}  # nobody has rung the new number
        self.tally.take(staff, told)
        belongings = [
            self._take_roles(staff, values, is_new),
            self._take_vehicle(staff, values, is_new),
            self._take_dbs(staff, values, is_new),
        ]
        if any(belongings):
            self.tally.touch(staff)

    def _take_roles(self, staff: Staff, values: dict[str, Any], is_new: bool) -> bool:
        held = set() if is_new else staff.held
        wanted = [(role, None if role in TRUST_WIDE else self.context.school) for role in values["roles"]]
        new = [
            Role(staff=staff, role=role, school=where)
            for role, where in wanted
            if (role, where.pk if where else None) not in held
        ]
        self.roles += new
        return bool(new)

    def _take_vehicle(self, staff: Staff, values: dict[str, Any], is_new: bool) -> bool:
        plate = values.get("vehicle_registration")
        if not plate:
            return False
        known = {} if is_new else {vehicle.registration: vehicle for vehicle in staff.vehicles.all()}
        vehicle = known.get(plate) or Vehicle(staff=staff, registration=plate)
        told = {part: values[f"vehicle_{part}"] for part in ("make", "model", "colour")}
        return self.vehicles.take(vehicle, {**told, "is_current": True})

    def _take_dbs(self, staff: Staff, values: dict[str, Any], is_new: bool) -> bool:
        issued_on = values.get("dbs_issued_on")
        if issued_on is None:
            return False
        kind = Clearance.Kind.DBS
        if not is_new and any(c.kind == kind and c.issued_on == issued_on for c in staff.clearances.all()):
            return False
        self.clearances.append(
            Clearance(
                staff=staff,
                kind=kind,
                issued_on=issued_on,
                expires_on=values.get("dbs_expires_on"),
                reference=values.get("dbs_reference", ""),
                level=values.get("dbs_level", DbsLevel.ENHANCED),
                recorded_by=self.context.by,
            )
        )
        return True
