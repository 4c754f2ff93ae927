"""Keeps what belongs to a member of staff: vehicles (TC-172 to TC-176) and checks (TC-227)."""

import datetime as dt

from django.db import transaction

from homevisits.clock import london_day
from homevisits.people import permissions
from homevisits.people.keeping.rules import ask, place_of, require, set_fields
from homevisits.people.models import Clearance, Staff, Vehicle
from homevisits.people.plates import tidy_plate
from homevisits.people.story import tell


@transaction.atomic
def add_vehicle(
    *, staff: Staff, make: str, model: str, colour: str, registration: str, by: Staff, now: dt.datetime
) -> Vehicle:
    """Put a car on a profile. The same registration again brings it back with its new details."""
    ask(permissions.may_keep_details(by, staff), "You may not keep this person's vehicles.")
    vehicle, is_new = Vehicle.objects.update_or_create(
        staff=staff,
        registration=tidy_plate(registration),
        defaults={"make": make, "model": model, "colour": colour, "is_current": True},
    )
    what = "was added to" if is_new else "was changed on"
    sentence = f"The vehicle {vehicle.registration} {what} the profile of {staff}."
    tell(where=place_of(staff), kind="vehicle_added", by=by, now=now, about=staff, sentence=sentence)
    return vehicle


@transaction.atomic
def retire_vehicle(*, vehicle: Vehicle, by: Staff, now: dt.datetime) -> Vehicle:
    """Take a car off the list. It stays where a past visit used it."""
    staff = vehicle.staff
    ask(permissions.may_keep_details(by, staff), "You may not keep this person's vehicles.")
    if set_fields(vehicle, is_current=False):
        sentence = f"The vehicle {vehicle.registration} was taken off the profile of {staff}."
        tell(where=place_of(staff), kind="vehicle_retired", by=by, now=now, about=staff, sentence=sentence)
    return vehicle


@transaction.atomic
def add_clearance(
    *,
    staff: Staff,
    kind: str,
    issued_on: dt.date,
    expires_on: dt.date | None = None,
    reference: str = "",
    by: Staff,
    now: dt.datetime,
) -> Clearance:
    """Record a check or training that somebody else holds, with its dates."""
    ask(permissions.may_keep_clearances(by, staff), "Somebody else must record this check.")
    require(issued_on <= london_day(now), "Enter the day on which it was issued: it lies in the future.")
    require(expires_on is None or expires_on > issued_on, "It must expire after the day it was issued.")
    clearance = Clearance.objects.create(
        staff=staff,
        kind=kind,
        issued_on=issued_on,
        expires_on=expires_on,
        reference=reference,
        recorded_by=by,
    )
    sentence = f"{clearance} of {staff} was recorded, issued {issued_on:%d/%m/%Y}."
    tell(where=place_of(staff), kind="clearance_added", by=by, now=now, about=staff, sentence=sentence)
    return clearance


@transaction.atomic
def remove_clearance(*, clearance: Clearance, by: Staff, now: dt.datetime) -> None:
    """Take back a check that was recorded by mistake; the event keeps what it said."""
    staff = clearance.staff
    ask(permissions.may_keep_clearances(by, staff), "Somebody else must change this check.")
    detail = {"check": clearance.kind, "issued_on": clearance.issued_on, "reference": clearance.reference}
    clearance.delete()
    sentence = f"{clearance} of {staff} was taken off: recorded by mistake."
    tell(
        where=place_of(staff),
        kind="clearance_removed",
        by=by,
        now=now,
        about=staff,
        sentence=sentence,
        **detail,
    )
