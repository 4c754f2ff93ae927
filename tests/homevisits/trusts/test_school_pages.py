"""A school's page: who reads it, who changes it, what a bad date is told."""

import datetime as dt

import pytest
from django.urls import reverse

from homevisits.trusts.models import Closure, Term
from tests.cast import PARTS
from tests.factories.trusts import TermFactory

EDITORS = {"admin", "ceo"}


@pytest.fixture
def admin(client, cast):
    client.force_login(cast.admin)
    return client


def page(cast) -> str:
    return reverse("school_page", args=[cast.school.slug])


@pytest.mark.parametrize("part", PARTS)
def test_page_is_there_for_the_schools_own_people(client, cast, part):
    client.force_login(cast.people[part])
    assert client.get(page(cast)).status_code == (404 if part == "outsider" else 200)


def test_page_of_another_school_of_the_trust_is_not_there_for_school_staff(client, cast):
    other = reverse("school_page", args=[cast.other_school.slug])
    client.force_login(cast.head)
    assert client.get(other).status_code == 404
    client.force_login(cast.ewo)
    assert client.get(other).status_code == 200


@pytest.mark.parametrize("part", PARTS)
def test_only_editors_find_the_forms(client, cast, part):
    term = TermFactory(school=cast.school)
    client.force_login(cast.people[part])
    slug = cast.school.slug
    pages = [
        reverse("school_hours", args=[slug]),
        reverse("school_span_add", args=[slug, "terms"]),
        reverse("school_span", args=[slug, "terms", term.pk]),
    ]
    expected = 200 if part in EDITORS else 404
    assert {client.get(address).status_code for address in pages} == {expected}
    gone = client.post(reverse("school_span_remove", args=[slug, "terms", term.pk])).status_code
    assert gone == (302 if part in EDITORS else 404)


def test_page_says_whether_today_is_a_school_day(admin, cast, clock):
    clock.set("2026-12-24 10:00")
    TermFactory(school=cast.school, starts_on=dt.date(2026, 9, 3), ends_on=dt.date(2026, 12, 18))
    TermFactory(school=cast.school, starts_on=dt.date(2027, 1, 4), ends_on=dt.date(2027, 4, 1))
    said = admin.get(page(cast)).content.decode()
    assert "Pupils are not in today." in said
    assert "Monday 4 January" in said
    assert "Friday 25 December 2026" in said  # a bank holiday ahead


def test_hours_are_changed(admin, cast):
    hours = {"opens_at": "08:30", "closes_at": "15:00", "office_opens_at": "07:45"}
    rest = {"office_closes_at": "17:00", "desk_name": "Front desk"}
    admin.post(reverse("school_hours", args=[cast.school.slug]), hours | rest)
    cast.school.refresh_from_db()
    assert (cast.school.opens_at, cast.school.desk_name) == (dt.time(8, 30), "Front desk")


def test_hours_the_wrong_way_round_are_refused_beside_the_field(admin, cast):
    hours = {"opens_at": "15:30", "closes_at": "08:30", "office_opens_at": "08:00"}
    rest = {"office_closes_at": "16:00", "desk_name": "Office"}
    response = admin.post(reverse("school_hours", args=[cast.school.slug]), hours | rest)
    assert response.context["form"].errors == {"closes_at": ["Enter a time after 15:30."]}
    assert response.context["form"]["opens_at"].value() == "15:30"


def test_term_and_closure_are_added(admin, cast):
    slug = cast.school.slug
    days = {"starts_on": "2026-09-03", "ends_on": "18/12/2026"}
    admin.post(reverse("school_span_add", args=[slug, "terms"]), {"name": "Autumn"} | days)
    half = {"kind": "holiday", "name": "Half term", "starts_on": "2026-10-26", "ends_on": "2026-10-30"}
    admin.post(reverse("school_span_add", args=[slug, "closures"]), half)
    assert Term.objects.get().ends_on == dt.date(2026, 12, 18)
    assert Closure.objects.get().name == "Half term"


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"starts_on": "2026-12-18", "ends_on": "2026-09-03"}, "ends_on"),
        ({"starts_on": "2026-13-01", "ends_on": "2026-12-18"}, "starts_on"),
        ({"starts_on": "2027-08-01", "ends_on": "2027-09-03"}, "starts_on"),
    ],
)
def test_impossible_days_are_refused_beside_the_field(admin, cast, days, field):
    TermFactory(school=cast.school)  # all of 2026/27
    url = reverse("school_span_add", args=[cast.school.slug, "terms"])
    response = admin.post(url, {"name": "Autumn"} | days)
    assert list(response.context["form"].errors) == [field]
    assert Term.objects.count() == 1


def test_unknown_kind_of_days_is_not_there(admin, cast):
    assert admin.get(reverse("school_span_add", args=[cast.school.slug, "parties"])).status_code == 404
