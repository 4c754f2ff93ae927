"""Keeps the vehicles of a member of staff (TC-172 to TC-176)."""

import datetime as dt

from django.db import transaction

from homevisits.people import permissions
from homevisits.people.keeping.rules import ask, place_of, set_fields
from homevisits.people.models import Staff, Vehicle
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
