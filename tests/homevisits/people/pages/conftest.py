"""One of everything at the cast's school, and addresses for all of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from homevisits.people.importing.models import Import, Kind
from homevisits.people.models import (
    Away,
    Clearance,
    ContactLink,
    DeskDuty,
    HouseholdMember,
    HouseholdWarning,
    Pupil,
    Vehicle,
)
from tests.cast import Cast
from tests.factories.people import (
    AwayFactory,
    ClearanceFactory,
    ContactLinkFactory,
    DeskDutyFactory,
    HouseholdMemberFactory,
    HouseholdWarningFactory,
    PupilFactory,
    VehicleFactory,
)

PUPILS_CSV = "UPN,Surname,Forename,DOB,Year\nB801200005001,Hale,Ivy,04/05/2016,5\n"


@dataclass(frozen=True)
class Things:
    """What a school's pages are about."""

    pupil: Pupil
    link: ContactLink
    warning: HouseholdWarning
    member: HouseholdMember
    vehicle: Vehicle
    check: Clearance
    away: Away
    duty: DeskDuty
    upload: Import


def make_things(cast: Cast) -> Things:
    pupil = PupilFactory(school=cast.school, legal_first_name="Ivy", legal_last_name="Hale")
    return Things(
        pupil=pupil,
        link=ContactLinkFactory(pupil=pupil),
        warning=HouseholdWarningFactory(household=pupil.household, author=cast.teacher),
        member=HouseholdMemberFactory(household=pupil.household),
        vehicle=VehicleFactory(staff=cast.teacher),
        check=ClearanceFactory(staff=cast.teacher),
        away=AwayFactory(staff=cast.teacher),
        duty=DeskDutyFactory(school=cast.school, staff=cast.slt, set_by=cast.head),
        upload=Import.objects.create(
            school=cast.school,
            kind=Kind.PUPILS,
            name="pupils.csv",
            text=PUPILS_CSV,
            columns={
                "UPN": "upn",
                "Surname": "legal_last_name",
                "Forename": "legal_first_name",
                "DOB": "born_on",
                "Year": "year_group",
            },
            uploaded_by=cast.office,
            uploaded_at=cast.policy.created_at,
        ),
    )


@pytest.fixture
def things(cast: Cast) -> Things:
    return make_things(cast)


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """`as_("head")`: a browser with somebody of the cast signed in."""

    def sign_in(part: str) -> Client:
        client = Client()
        client.force_login(cast.people[part])
        return client

    return sign_in
