"""Pupils and homes: what each part may read, what is recorded, and what is changed from there."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from homevisits.audit.models import Look
from homevisits.clock import app_now, london_day
from homevisits.people import panels
from homevisits.people.models import ContactLink, HouseholdWarning, Pupil
from tests.cast import Cast
from tests.factories.people import (
    ContactLinkFactory,
    HouseholdWarningFactory,
    PupilFactory,
    staff_with,
)
from tests.homevisits.people.pages.conftest import Things

SignIn = Callable[[str], Client]
READS = {  # (UPN, medical note, social worker, the DSL's concern)
    "teacher": (False, True, False, False),
    "office": (True, False, False, False),
    "attendance": (True, True, True, False),
    "slt": (True, True, True, False),
    "dsl": (True, True, True, True),
    "deputy": (True, True, True, True),
    "head": (True, True, True, True),
    "ewo": (True, True, True, False),
    "ceo": (False, False, False, False),
}


def text(reply: object) -> str:
    return reply.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("part", READS)
def test_each_part_reads_what_it_needs(cast: Cast, as_: SignIn, part: str) -> None:
    pupil = PupilFactory(school=cast.school, medical_note="Epipen", has_social_worker=True, has_concern=True)
    page = text(as_(part).get(reverse("pupil", args=[pupil.pk])))
    assert (
        tuple(secret in page for secret in (pupil.upn, "Epipen", "Social worker", "DSL holds a concern"))
        == READS[part]
    )


@pytest.mark.clause("PS-073", "PS-075")
def test_page_says_who_may_be_spoken_to(cast: Cast, as_: SignIn) -> None:
    pupil = PupilFactory(school=cast.school)
    ContactLinkFactory(pupil=pupil, contact__first_name="Ruth")
    ContactLinkFactory(
        pupil=pupil,
        contact__first_name="Mo",
        relationship="other",
        has_parental_responsibility=False,
        may_be_discussed_with=False,
        is_delegated_adult=True,
    )
    page = text(as_("teacher").get(reverse("pupil", args=[pupil.pk])))
    ruth, mo = page.index("Ruth"), page.index("Mo ")
    assert ruth < page.index("May be spoken to") < mo < page.index("Do not discuss the pupil")
    assert "without permission to speak about the pupil" in page


def test_list_takes_the_same_queries_at_1_row_and_at_30(cast: Cast, as_: SignIn) -> None:
    client = as_("ewo")
    for school in (cast.school, cast.other_school):
        PupilFactory(school=school)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/people/pupils/")
        return len(queries)

    count()
    few = count()
    for pupil in PupilFactory.create_batch(28, school=cast.other_school):
        HouseholdWarningFactory(household=pupil.household, author=cast.teacher)
        ContactLinkFactory(pupil=pupil)
    assert count() == few


def test_pupils_come_30_to_a_page(cast: Cast, as_: SignIn) -> None:
    PupilFactory.create_batch(31, school=cast.school)
    client = as_("teacher")
    sizes = [len(client.get(f"/people/pupils/?page={n}").context["page"].object_list) for n in (1, 2)]
    assert sizes == [30, 1]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("hale", {"Ivy Hale", "Noah Hale"}),
        ("iv ha", {"Ivy Hale"}),
        ("zed", {"Zed Okafor"}),
        ("B8012000 05001", {"Ivy Hale"}),
        ("b8012", {"Ivy Hale"}),
        ("nobody", set()),
    ],
)
def test_search_by_name_or_upn(cast: Cast, as_: SignIn, words: str, found: set[str]) -> None:
    for upn, first, last, preferred in [
        ("B801200005001", "Ivy", "Hale", ""),
        ("P207000016049", "Noah", "Hale", ""),
        ("A000000000000", "Zara", "Okafor", "Zed"),
    ]:
        PupilFactory(
            school=cast.school,
            upn=upn,
            legal_first_name=first,
            legal_last_name=last,
            preferred_name=preferred,
        )
    client = as_("teacher")
    client.post("/people/pupils/", {"words": words})
    assert {str(pupil) for pupil in client.get("/people/pupils/").context["page"]} == found


def test_search_by_year_and_school(cast: Cast, as_: SignIn) -> None:
    wanted = PupilFactory(school=cast.other_school, year_group="6")
    PupilFactory(school=cast.other_school, year_group="R")
    PupilFactory(school=cast.school, year_group="6")
    client = as_("ewo")
    client.post("/people/pupils/", {"year": "6", "school": cast.other_school.pk})
    reply = client.get("/people/pupils/")
    assert list(reply.context["page"]) == [wanted]
    assert [value for value, _ in reply.context["search"].fields["year"].choices] == ["", "R", "6"]


def test_school_of_another_trust_narrows_nothing(cast: Cast, as_: SignIn) -> None:
    PupilFactory.create_batch(2, school=cast.school)
    PupilFactory(school=cast.other_school)
    client = as_("ewo")
    client.post("/people/pupils/", {"school": cast.outsider.main_school.pk})
    assert len(client.get("/people/pupils/").context["page"]) == 3


def test_no_name_and_no_number_is_in_an_address(cast: Cast, things: Things, as_: SignIn) -> None:
    client = as_("head")
    searched = client.post("/people/pupils/", {"words": "Hale"})
    pages = [
        client.get(address)
        for address in ("/people/pupils/", reverse("pupil", args=[things.pupil.pk]), "/people/")
    ]
    links = {searched.headers["Location"]} | {
        link for page in pages for link in re.findall(r'(?:href|action)="(/[^"]*)"', text(page))
    }
    assert not [link for link in links if re.search(rf"hale|ivy|{things.pupil.upn}", link, re.IGNORECASE)]


def test_pupils_who_left_are_not_in_the_list(cast: Cast, as_: SignIn) -> None:
    PupilFactory(school=cast.school, left_on=london_day(app_now()))
    assert list(as_("teacher").get("/people/pupils/").context["page"]) == []


def test_looking_at_warnings_is_recorded(cast: Cast, things: Things, as_: SignIn) -> None:
    as_("teacher").get(reverse("household", args=[things.pupil.household_id]))
    as_("head").get(reverse("pupil", args=[things.pupil.pk]))
    looks = Look.objects.order_by("id").values_list("by", "what", "ref")
    ref = str(things.pupil.household_id)
    assert list(looks) == [
        (cast.teacher.pk, "household_warnings", ref),
        (cast.head.pk, "household_warnings", ref),
    ]


def test_nothing_is_recorded_of_a_look_that_was_refused(cast: Cast, things: Things, as_: SignIn) -> None:
    as_("outsider").get(reverse("household", args=[things.pupil.household_id]))
    assert not Look.objects.exists()


def test_sibling_at_another_school_is_only_that_school(cast: Cast, things: Things, as_: SignIn) -> None:
    sibling = PupilFactory(
        school=cast.other_school, household=things.pupil.household, legal_first_name="Hidden"
    )
    parent = ContactLinkFactory(pupil=sibling, contact__first_name="Secret")
    address = reverse("household", args=[things.pupil.household_id])
    page = text(as_("teacher").get(address))
    assert f"A sibling at {cast.other_school}: contact that school." in page
    assert ("Hidden" in page, parent.contact.first_name in page) == (False, False)
    assert "Hidden" in text(as_("ewo").get(address))


def test_panels_of_upper_floors_are_shown(
    cast: Cast, things: Things, as_: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def of_pupil(pupil: Pupil, staff: object) -> tuple[str, dict[str, object]]:
        asked.append((pupil, staff))
        return "_empty.html", {"title": "From upstairs"}

    monkeypatch.setattr(panels, "PUPIL_PANELS", [of_pupil, lambda pupil, staff: None])
    page = text(as_("teacher").get(reverse("pupil", args=[things.pupil.pk])))
    assert ("From upstairs" in page, asked) == (True, [(things.pupil, cast.teacher)])


def test_warning_is_added_reviewed_and_ended(cast: Cast, things: Things, as_: SignIn) -> None:
    client, home = as_("teacher"), things.pupil.household_id
    review_on = (london_day(app_now()) + dt.timedelta(days=30)).isoformat()
    client.post(
        reverse("warning_add", args=[home]), {"kind": "area", "note": "Dark path", "review_on": review_on}
    )
    warning = HouseholdWarning.objects.get(kind="area")
    client.post(reverse("warning_review", args=[warning.pk]), {"note": "No lamp", "review_on": review_on})
    client.post(reverse("warning_end", args=[warning.pk]))
    warning.refresh_from_db()
    assert (warning.note, warning.ended_by) == ("No lamp", cast.teacher)
    assert "No lamp" in text(client.get(reverse("household", args=[home])))


@pytest.mark.parametrize(("days", "sentence"), [(-1, "not in the past"), (400, "within a year")])
def test_review_date_is_refused_with_what_to_do(
    cast: Cast, things: Things, as_: SignIn, days: int, sentence: str
) -> None:
    review_on = (london_day(app_now()) + dt.timedelta(days=days)).isoformat()
    reply = as_("teacher").post(
        reverse("warning_add", args=[things.pupil.household_id]),
        {"kind": "area", "note": "Dark path", "review_on": review_on},
    )
    assert sentence in text(reply)
    assert "Dark path" in text(reply)


def test_overdue_review_is_marked(cast: Cast, things: Things, as_: SignIn) -> None:
    HouseholdWarning.objects.update(review_on=london_day(app_now()) - dt.timedelta(days=1))
    for address in (
        reverse("pupil", args=[things.pupil.pk]),
        reverse("household", args=[things.pupil.household_id]),
    ):
        assert "Review was due" in text(as_("teacher").get(address))


def test_contact_is_changed_with_its_standing(cast: Cast, things: Things, as_: SignIn) -> None:
    as_("office").post(
        reverse("contact", args=[things.link.pk]),
        {
            "first_name": "Ruth",
            "last_name": "Hale",
            "relationship": "carer",
            "phone": "01544 700100",
            "language": "Polish",
            "interpreter_needed": "on",
            "has_parental_responsibility": "on",
            "priority": "2",
        },
    )
    link = ContactLink.objects.select_related("contact").get(pk=things.link.pk)
    assert (str(link), str(link.contact.phone), link.contact.language) == (
        "Ruth Hale, carer",
        "+441544700100",
        "Polish",
    )
    assert (link.may_be_spoken_to, link.priority) == (False, 2)


@pytest.mark.clause("PS-075")
def test_permission_without_its_source_is_refused_beside_the_field(
    cast: Cast, things: Things, as_: SignIn
) -> None:
    reply = as_("office").post(
        reverse("contact_add", args=[things.pupil.pk]),
        {
            "first_name": "Mo",
            "last_name": "Hale",
            "relationship": "other",
            "language": "English",
            "is_delegated_adult": "on",
            "may_be_discussed_with": "on",
            "priority": "3",
        },
    )
    assert reply.context["form"].errors["permission_note"] == ["Say who gave this permission, when and how"]


def test_key_person_is_chosen_among_colleagues(cast: Cast, things: Things, as_: SignIn) -> None:
    elsewhere = staff_with("visitor", cast.other_school)
    client, address = as_("head"), reverse("key_person", args=[things.pupil.pk])
    assert elsewhere not in client.get(address).context["form"].fields["key_person"].queryset
    client.post(address, {"key_person": cast.teacher.pk})
    assert Pupil.objects.get(pk=things.pupil.pk).key_person == cast.teacher


@pytest.mark.parametrize("field", ["note", "circumstances", "name"])
def test_what_people_type_is_never_run(cast: Cast, things: Things, as_: SignIn, field: str) -> None:
    script = "<script>alert(1)</script>"
    home = things.pupil.household
    HouseholdWarning.objects.update(note=script)
    home.circumstances = script
    home.save()
    things.member.name = script
    things.member.save()
    page = text(as_("teacher").get(reverse("household", args=[home.pk])))
    assert (script in page, page.count("&lt;script&gt;")) == (False, 3)
