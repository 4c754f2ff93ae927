"""The list of staff and a profile: what each says, and what is changed from there."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homevisits.clock import app_now, london_day
from homevisits.people.directory import dbs_pill
from homevisits.people.models import Clearance, Staff
from homevisits.trusts.roles import RoleName
from tests.cast import Cast
from tests.clock import Clock
from tests.factories.people import (
    AwayFactory,
    ClearanceFactory,
    DeskDutyFactory,
    StaffFactory,
    VehicleFactory,
    staff_with,
)

SignIn = Callable[[str], Client]


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


def test_list_says_role_phone_checks_and_now(cast: Cast, clock: Clock, as_: SignIn) -> None:
    clock.set("2026-11-26 10:00")
    ClearanceFactory(staff=cast.teacher)
    AwayFactory(staff=cast.dsl)
    DeskDutyFactory(school=cast.school, staff=cast.slt, set_by=cast.head)
    lines = {line.staff: line for line in as_("head").get("/people/").context["lines"]}
    assert lines[cast.teacher].parts == ["Visiting staff"]
    assert lines[cast.teacher].check == ("ok", "shield-check", "DBS on file")
    assert lines[cast.colleague].check == ("soon", "shield-alert", "DBS not on file")
    assert lines[cast.dsl].away is not None
    at_desk = {staff.last_name for staff, line in lines.items() if line.duties}
    assert at_desk == {"Office", "Slt"}
    assert lines[cast.ewo].parts == ["Education Welfare Officer, whole trust"]


def test_teacher_reads_no_checks_of_colleagues(cast: Cast, as_: SignIn) -> None:
    lines = as_("teacher").get("/people/").context["lines"]
    assert {line.staff for line in lines if line.check} == {cast.teacher}


@pytest.mark.clause("TC-227")
@pytest.mark.parametrize(
    ("issued", "expires", "said"),
    [
        (-400, None, ("ok", "DBS on file")),
        (-400, 61, ("ok", "DBS on file")),
        (-400, 60, ("soon", "DBS ends 25/01/2027")),
        (-400, 0, ("late", "DBS ended 26/11/2026")),
        (None, None, ("soon", "DBS not on file")),
    ],
)
def test_state_of_a_check(issued: int | None, expires: int | None, said: tuple[str, str]) -> None:
    today = dt.date(2026, 11, 26)

    def day(offset: int | None) -> dt.date | None:
        return None if offset is None else today + dt.timedelta(days=offset)

    checks = (
        [Clearance(kind="dbs_enhanced", issued_on=day(issued), expires_on=day(expires))] if issued else []
    )
    kind, _, words = dbs_pill(checks, today)
    assert (kind, words) == said


def test_newest_check_counts() -> None:
    old = Clearance(kind="dbs_enhanced", issued_on=dt.date(2020, 1, 1), expires_on=dt.date(2023, 1, 1))
    new = Clearance(kind="dbs_enhanced", issued_on=dt.date(2025, 1, 1))
    assert dbs_pill([old, new], dt.date(2026, 11, 26))[2] == "DBS on file"


def test_list_takes_the_same_queries_at_1_row_and_at_30(cast: Cast, as_: SignIn) -> None:
    client = as_("head")
    client.get("/people/")

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/")
        return len(queries)

    few = count()
    for number in range(25):
        extra = staff_with(RoleName.VISITOR, cast.school, first_name=f"Number{number}")
        VehicleFactory(staff=extra)
        ClearanceFactory(staff=extra)
        AwayFactory(staff=extra)
        DeskDutyFactory(school=cast.school, staff=extra, set_by=cast.head)
    assert count() == few


def test_search_is_posted_kept_and_cleared(cast: Cast, as_: SignIn) -> None:
    client = as_("head")
    reply = client.post("/people/", {"words": "pat tea"})
    assert reply.headers["Location"] == "/people/"
    assert [line.staff for line in client.get("/people/").context["lines"]] == [cast.teacher]
    client.post("/people/", {"words": "pat tea", "clear": "1"})
    assert len(client.get("/people/").context["lines"]) == 11


def test_filter_by_school_is_for_those_who_see_several(cast: Cast, as_: SignIn) -> None:
    elsewhere = staff_with(RoleName.VISITOR, cast.other_school)
    admin = as_("admin")
    admin.post("/people/", {"school": cast.other_school.pk})
    shown = {line.staff for line in admin.get("/people/").context["lines"]}
    assert shown == {elsewhere, cast.ewo, cast.ceo, cast.admin}
    assert "school" not in as_("head").get("/people/").context["search"].fields


def test_closed_accounts_are_shown_when_asked_for(cast: Cast, as_: SignIn) -> None:
    Staff.objects.filter(pk=cast.colleague.pk).update(is_active=False)
    head = as_("head")
    assert cast.colleague not in {line.staff for line in head.get("/people/").context["lines"]}
    head.post("/people/", {"closed": "on"})
    assert cast.colleague in {line.staff for line in head.get("/people/").context["lines"]}


def test_profile_shows_cars_and_checks_to_those_who_need_them(cast: Cast, as_: SignIn) -> None:
    VehicleFactory(staff=cast.teacher, registration="KX19 ABC")
    ClearanceFactory(staff=cast.teacher, reference="001234567890")
    address = reverse("staff_profile", args=[cast.teacher.pk])
    seen = {
        part: tuple(secret in text(as_(part).get(address)) for secret in ("KX19 ABC", "001234567890"))
        for part in ["teacher", "office", "head", "dsl", "ceo", "admin", "colleague", "attendance", "ewo"]
    }
    need = ["teacher", "office", "head", "dsl", "ceo", "admin"]
    assert seen == {part: (part in need, part in {*need, "ewo"}) for part in seen}


def test_note_of_an_absence_is_for_those_who_keep_it(cast: Cast, as_: SignIn) -> None:
    AwayFactory(staff=cast.teacher, note="operation")
    address = reverse("staff_profile", args=[cast.teacher.pk])
    assert {
        part for part in ["office", "head", "dsl", "colleague"] if "operation" in text(as_(part).get(address))
    } == {
        "office",
        "head",
    }


def test_head_adds_a_person(cast: Cast, as_: SignIn) -> None:
    reply = as_("head").post(
        "/people/staff/new/",
        {
            "first_name": "New",
            "last_name": "Body",
            "email": "new@school.example",
            "role": "visitor",
            "school": cast.school.pk,
            "mobile": "07700 900112",
        },
    )
    staff = Staff.objects.get(email="new@school.example")
    assert (reply.status_code, str(staff.mobile), staff.held) == (
        302,
        "+447700900112",
        {(RoleName.VISITOR, cast.school.pk)},
    )


def test_bad_input_is_told_beside_the_field_and_stays_typed(cast: Cast, as_: SignIn) -> None:
    reply = as_("head").post(
        "/people/staff/new/",
        {"first_name": "New", "last_name": "", "email": "new@", "role": "ewo", "mobile": "12"},
    )
    errors = reply.context["form"].errors
    assert reply.status_code == 200
    assert errors["last_name"] == ["Enter the last name"]
    assert errors["email"] == ["Enter the e-mail in full, such as name@school.example"]
    assert errors["role"] == ["Choose the role from the list"]
    assert errors["mobile"] == ["Enter a phone number that can ring, with its area code."]
    assert 'value="new@"' in text(reply)
    assert "There is a problem" in text(reply)


def test_what_a_keeper_refuses_stands_on_the_form(cast: Cast, as_: SignIn) -> None:
    person = {"first_name": "A", "last_name": "B", "role": "visitor", "school": cast.school.pk}
    reply = as_("head").post("/people/staff/new/", person | {"email": cast.outsider.email})
    assert "exists already: ask a trust admin" in text(reply)


def test_trust_admin_gives_a_role_for_the_whole_trust(cast: Cast, as_: SignIn) -> None:
    as_("admin").post(reverse("role_give", args=[cast.teacher.pk]), {"role": "ewo", "school": ""})
    assert (RoleName.EWO, None) in Staff.objects.get(pk=cast.teacher.pk).held


def test_role_of_a_school_without_its_school_is_refused(cast: Cast, as_: SignIn) -> None:
    reply = as_("admin").post(reverse("role_give", args=[cast.teacher.pk]), {"role": "dsl", "school": ""})
    assert reply.context["form"].errors["school"] == ["Choose the school at which they hold this role"]


def test_everyone_keeps_their_own_mobile(cast: Cast, as_: SignIn) -> None:
    address = reverse("staff_change", args=[cast.teacher.pk])
    as_("teacher").post(address, {"mobile": "01544 700100", "last_name": "Admin", "email": "x@y.example"})
    changed = Staff.objects.get(pk=cast.teacher.pk)
    assert (str(changed.mobile), changed.last_name, changed.email) == (
        "+441544700100",
        "Teacher",
        cast.teacher.email,
    )


def test_vehicle_check_and_absence_are_kept_from_the_profile(cast: Cast, as_: SignIn) -> None:
    office, pk = as_("office"), cast.teacher.pk
    office.post(
        reverse("vehicle_add", args=[pk]),
        {"make": "Ford", "model": "Fiesta", "colour": "Blue", "registration": "kx19abc"},
    )
    office.post(
        reverse("clearance_add", args=[pk]),
        {"kind": "dbs_enhanced", "level": "enhanced", "issued_on": "2025-05-04", "reference": "001234567890"},
    )
    tomorrow = london_day(app_now()) + dt.timedelta(days=1)
    office.post(
        reverse("away_set", args=[pk]),
        {
            "starts_at_day": tomorrow.isoformat(),
            "starts_at_time": "08:00",
            "ends_at_day": tomorrow.isoformat(),
            "ends_at_time": "16:00",
        },
    )
    assert (cast.teacher.vehicles.count(), cast.teacher.clearances.count(), cast.teacher.aways.count()) == (
        1,
        1,
        1,
    )


def test_account_is_closed_after_a_second_look_and_opened_again(cast: Cast, as_: SignIn) -> None:
    head, pk = as_("head"), cast.teacher.pk
    assert "signed out everywhere" in text(head.get(reverse("staff_close", args=[pk])))
    head.post(reverse("staff_close", args=[pk]))
    assert Staff.objects.get(pk=pk).is_active is False
    head.post(reverse("staff_reopen", args=[pk]))
    assert Staff.objects.get(pk=pk).is_active is True


def test_story_of_an_account_is_for_those_who_manage_it(cast: Cast, as_: SignIn) -> None:
    as_("head").post(reverse("role_give", args=[cast.teacher.pk]), {"role": "dsl", "school": cast.school.pk})
    address = reverse("staff_profile", args=[cast.teacher.pk])
    told = {
        part: "was given the role" in text(as_(part).get(address)) for part in ("head", "office", "teacher")
    }
    assert told == {"head": True, "office": False, "teacher": False}


def test_somebody_without_a_role_sees_the_trusts_people_and_themselves(cast: Cast) -> None:
    nobody = StaffFactory(trust=cast.trust)
    client = Client()
    client.force_login(nobody)
    assert client.get(reverse("staff_profile", args=[nobody.pk])).status_code == 200
    assert client.get(reverse("staff_profile", args=[cast.teacher.pk])).status_code == 404
