"""Vehicles and checks."""

import datetime as dt

import pytest

from homevisits.clock import app_now, london_day
from homevisits.people import keeping
from homevisits.people.models import Clearance, Vehicle
from homevisits.people.story import PeopleEvent
from tests.cast import Cast
from tests.factories.people import VehicleFactory

CAR = {"make": "Ford", "model": "Fiesta", "colour": "Blue"}


@pytest.mark.clause("TC-172", "TC-173", "TC-174", "TC-175", "TC-176")
def test_vehicle_is_kept_with_all_its_data(cast: Cast) -> None:
    vehicle = keeping.add_vehicle(
        staff=cast.teacher, registration="kx19abc", by=cast.teacher, now=app_now(), **CAR
    )
    assert str(vehicle) == "Blue Ford Fiesta, KX19 ABC"


def test_same_registration_again_is_the_same_car(cast: Cast) -> None:
    for colour in ("Blue", "Red"):
        keeping.add_vehicle(
            staff=cast.teacher,
            registration="KX19 ABC",
            by=cast.office,
            now=app_now(),
            **(CAR | {"colour": colour}),
        )
    assert [vehicle.colour for vehicle in Vehicle.objects.all()] == ["Red"]


def test_retired_vehicle_stays_for_past_visits(cast: Cast) -> None:
    vehicle = VehicleFactory(staff=cast.teacher)
    keeping.retire_vehicle(vehicle=vehicle, by=cast.teacher, now=app_now())
    assert (Vehicle.objects.count(), Vehicle.objects.current().count()) == (1, 0)


@pytest.mark.parametrize("part", ["colleague", "dsl", "ewo", "outsider"])
def test_others_keep_nobodys_vehicles(cast: Cast, part: str) -> None:
    with pytest.raises(keeping.NotAllowed):
        keeping.add_vehicle(
            staff=cast.teacher, registration="KX19 ABC", by=cast.people[part], now=app_now(), **CAR
        )


def record(cast: Cast, **change: object) -> Clearance:
    facts = {
        "staff": cast.teacher,
        "kind": Clearance.Kind.DBS,
        "issued_on": london_day(app_now()) - dt.timedelta(days=30),
        "reference": "001234567890",
        "by": cast.office,
        "now": app_now(),
    }
    return keeping.add_clearance(**(facts | change))


@pytest.mark.clause("TC-227")
def test_check_is_recorded_with_date_reference_and_by_whom(cast: Cast) -> None:
    check = record(cast)
    assert (check.reference, check.recorded_by) == ("001234567890", cast.office)


@pytest.mark.clause("TC-227")
def test_nobody_records_their_own_check(cast: Cast) -> None:
    with pytest.raises(keeping.NotAllowed, match="Somebody else"):
        record(cast, staff=cast.head, by=cast.head)


def test_check_lies_in_the_past_and_expires_after_it(cast: Cast) -> None:
    today = london_day(app_now())
    with pytest.raises(keeping.Refused, match="in the future"):
        record(cast, issued_on=today + dt.timedelta(days=1))
    with pytest.raises(keeping.Refused, match="expire after"):
        record(cast, issued_on=today, expires_on=today)


def test_mistaken_check_is_taken_off_and_told(cast: Cast) -> None:
    keeping.remove_clearance(clearance=record(cast), by=cast.head, now=app_now())
    event = PeopleEvent.objects.get(kind="clearance_removed")
    assert (Clearance.objects.count(), event.detail["reference"]) == (0, "001234567890")
