"""Staff brought in from a file."""

import datetime as dt

import pytest

from homevisits.people import importing
from homevisits.people.importing.summary import Summary
from homevisits.people.models import Clearance, Staff, Vehicle
from homevisits.people.story import PeopleEvent
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.factories.people import StaffFactory, VehicleFactory, staff_with
from tests.factories.trusts import SchoolFactory

NOW = dt.datetime(2026, 11, 26, 9, 0, tzinfo=dt.UTC)
HEAD = "E-mail,First name,Last name,Role,Job title,Work mobile"


def bring(school: School, *rows: str, head: str = HEAD, **options: object) -> Summary:
    text = "\n".join([head, *rows]) + "\n"
    return importing.run(school=school, kind="staff", text=text, **({"by": None, "now": NOW} | options))


def told(summary: Summary) -> list[tuple[int, str]]:
    return [(problem.line, problem.column) for problem in summary.problems]


@pytest.fixture
def school(db: None) -> School:
    return SchoolFactory()


def test_accounts_are_made_that_nobody_can_sign_in_with_yet(school: School) -> None:
    summary = bring(school, "Dana@School.example,Dana,Mensah,Visiting staff,Teacher,07700 900112")
    staff = Staff.objects.get()
    assert (summary.added, staff.email, staff.trust, str(staff)) == (
        1,
        "dana@school.example",
        school.trust,
        "Dana Mensah",
    )
    assert (staff.has_usable_password(), staff.held) == (False, {(RoleName.VISITOR, school.pk)})


@pytest.mark.clause("TC-011")
def test_ewo_and_ceo_are_made_for_the_whole_trust(school: School) -> None:
    bring(school, "r@x.example,Rosa,Okafor,EWO,,", "c@x.example,Cleo,Ray,Executive Head / CEO; DSL,,")
    rosa, cleo = Staff.objects.order_by("-first_name")
    assert rosa.held == {(RoleName.EWO, None)}
    assert cleo.held == {(RoleName.CEO, None), (RoleName.DSL, school.pk)}


def test_roles_are_added_and_never_taken_away(school: School) -> None:
    staff = staff_with(RoleName.DSL, school, email="d@x.example", first_name="Dana", last_name="Mensah")
    summary = bring(school, "d@x.example,Dana,Mensah,Visiting staff,,")
    assert (summary.added, summary.changed) == (0, 1)
    assert Staff.objects.get(pk=staff.pk).held == {
        (RoleName.DSL, school.pk),
        (RoleName.VISITOR, school.pk),
    }


def test_same_file_twice_changes_nothing(school: School) -> None:
    line = "d@x.example,Dana,Mensah,Visiting staff; Office,Teacher,07700 900112"
    bring(school, line)
    summary = bring(school, line)
    assert (summary.added, summary.changed, summary.unchanged) == (0, 0, 1)


def test_every_bad_cell_is_told_with_its_line(school: School) -> None:
    StaffFactory(email="elsewhere@x.example")
    StaffFactory(email="closed@x.example", trust=school.trust, is_active=False)
    summary = bring(
        school,
        "not an address,Dana,Mensah,Office,,",
        "a@x.example,,Mensah,Wizard,,12",
        "elsewhere@x.example,Dana,Mensah,Office,,",
        "closed@x.example,Dana,Mensah,Office,,",
        "b@x.example,Dana,Mensah,Office,,",
        "B@x.example,Dana,Mensah,Office,,",
        "c@x.example,Dana,Mensah,,,",
    )
    assert told(summary) == [
        (2, "E-mail"),
        (3, "First name"),
        (3, "Role"),
        (3, "Work mobile"),
        (4, "E-mail"),
        (5, "E-mail"),
        (7, "E-mail"),
        (8, "Role"),
    ]
    assert summary.written is False


VEHICLES = HEAD + ",Vehicle make,Vehicle model,Vehicle colour,Vehicle registration"


@pytest.mark.clause("TC-172", "TC-173", "TC-174", "TC-175", "TC-176")
def test_vehicles_come_whole_or_not_at_all(school: School) -> None:
    bring(school, "d@x.example,Dana,Mensah,Visiting staff,,,Ford,Fiesta,Blue,kx19abc", head=VEHICLES)
    assert str(Vehicle.objects.get()) == "Blue Ford Fiesta, KX19 ABC"
    half = bring(school, "e@x.example,Sam,Whit,Visiting staff,,,Ford,,,", head=VEHICLES)
    assert told(half) == [(2, "Vehicle colour"), (2, "Vehicle model"), (2, "Vehicle registration")]


def test_vehicle_that_is_there_is_changed(school: School) -> None:
    staff = staff_with(RoleName.VISITOR, school, email="d@x.example", first_name="D", last_name="M")
    VehicleFactory(staff=staff, registration="KX19 ABC", is_current=False)
    summary = bring(school, "d@x.example,D,M,Visiting staff,,,Ford,Focus,Red,KX19ABC", head=VEHICLES)
    assert (summary.changed, str(Vehicle.objects.get()), Vehicle.objects.current().count()) == (
        1,
        "Red Ford Focus, KX19 ABC",
        1,
    )


DBS = HEAD + ",DBS issued,DBS expires,DBS reference"


@pytest.mark.clause("TC-227")
def test_checks_are_recorded_once(school: School) -> None:
    line = "d@x.example,Dana,Mensah,Visiting staff,,,04/05/2025,04/05/2028,001234567890"
    bring(school, line, head=DBS)
    again = bring(school, line, head=DBS)
    check = Clearance.objects.get()
    assert (again.unchanged, check.kind, check.issued_on, check.expires_on, check.reference) == (
        1,
        Clearance.Kind.DBS,
        dt.date(2025, 5, 4),
        dt.date(2028, 5, 4),
        "001234567890",
    )


def test_checks_with_wrong_dates_are_told(school: School) -> None:
    summary = bring(
        school,
        "a@x.example,A,B,Office,,,01/01/2030,,",
        "b@x.example,A,B,Office,,,01/01/2025,01/01/2024,",
        "c@x.example,A,B,Office,,,,,0012",
        head=DBS,
    )
    assert told(summary) == [(2, "DBS issued"), (3, "DBS expires"), (4, "DBS issued")]


def test_head_gives_only_the_roles_of_the_school(cast: Cast) -> None:
    rows = ["n@x.example,New,Body,Headteacher,,", "m@x.example,New,Body,EWO,,", "o@x.example,N,B,DSL,,"]
    assert told(bring(cast.school, *rows, by=cast.head)) == [(2, "Role"), (3, "Role")]
    assert told(bring(cast.school, *rows, by=cast.admin)) == []


def test_head_does_not_change_accounts_of_the_trust(cast: Cast) -> None:
    row = f"{cast.ewo.email},Other,Name,Visiting staff,,"
    assert told(bring(cast.school, row, by=cast.head)) == [(2, "E-mail")]


def test_nobody_brings_in_their_own_check(cast: Cast) -> None:
    row = f"{cast.head.email},{cast.head.first_name},{cast.head.last_name},Visiting staff,,,01/01/2025,,"
    assert told(bring(cast.school, row, head=DBS, by=cast.head)) == [(2, "DBS issued")]


def test_event_names_the_roles_given(school: School) -> None:
    bring(school, "d@x.example,Dana,Mensah,Office,,")
    event = PeopleEvent.objects.get()
    assert event.detail["roles"] == [[Staff.objects.get().pk, "office", school.pk]]
