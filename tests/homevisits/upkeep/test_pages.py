"""The pages beside the policy: what they show to whom, and that what is typed is kept."""

import csv
import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from homevisits.clock import london_day
from homevisits.people.models import Cascade, Reading
from homevisits.trusts.models import Insurance, Overlay, PolicyReview, School, SchoolPaper
from homevisits.upkeep import keeping
from tests.cast import Cast, browser
from tests.factories.people import staff_with
from tests.homevisits.upkeep.conftest import Publish
from tests.homevisits.upkeep.test_files import PDF

pytestmark = pytest.mark.django_db


def text(reply: object) -> str:
    return " ".join(reply.content.decode().split())  # type: ignore[attr-defined]


@pytest.mark.clause("TC-255")
def test_a_head_sees_what_changed_and_confirms_that_staff_were_told(cast: Cast, new_version: Publish) -> None:
    policy = new_version(wait_minutes=10)
    head = browser(cast.head)
    page = text(head.get(f"/policy/{policy.pk}/tell/"))
    assert "Waiting at the door, at most" in page
    assert "Enter how you told them" in text(head.post(f"/policy/{policy.pk}/tell/", {"how": ""}))
    told = {"how": "At the briefing", "adopted_on": "2026-11-24"}
    head.post(f"/policy/{policy.pk}/tell/", told)
    assert Cascade.objects.get().note == "At the briefing"
    assert "were told" in text(head.get(f"/policy/{policy.pk}/tell/"))


@pytest.mark.clause("AF-003")
@pytest.mark.parametrize("cast", ["aspirational_futures"], indirect=True)
def test_the_day_on_which_a_school_adopted_a_version_stands_on_its_page_and_on_that_for_parents(
    cast: Cast, now: dt.datetime
) -> None:
    path, public = f"/policy/{cast.policy.pk}/", f"/policies/{cast.trust.slug}/"
    head = browser(cast.head)
    ahead = head.post(f"{path}tell/", {"how": "x", "adopted_on": "2026-11-27"})
    assert ("a day of adoption that has come" in text(ahead), Cascade.objects.count()) == (True, 0)
    head.post(f"{path}tell/", {"how": "x", "adopted_on": "2026-09-01"})
    assert f"Adopted: {cast.school} on 1 September 2026." in text(browser(cast.teacher).get(path))
    words = "<dt>Adopted by the school</dt><dd>1 September 2026</dd>"
    assert words in text(head.get(f"{public}{cast.school.slug}/"))
    assert words not in text(head.get(f"{public}{cast.other_school.slug}/"))


def test_what_waits_stands_on_the_day_until_it_is_done(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    policy = new_version()
    head = browser(cast.head)
    page = text(head.get("/"))
    assert ("Tell your staff" in page, "Read the policy" in page) == (True, True)
    keeping.tell_staff(policy=policy, school=cast.school, how="x", by=cast.head, now=now)
    papers = ["", "Lone Worker Policy", "Staff Code of Conduct"]
    keeping.confirm_reading(policy=policy, papers=papers, by=cast.head, now=now)
    page = text(head.get("/"))
    assert ("Tell your staff" in page, "Read the policy" in page) == (False, False)


@pytest.mark.clause("TC-033", "TC-034", "TC-050", "TC-228", "PS-044", "SH-060")
def test_one_page_has_the_words_the_papers_and_one_tick_each(cast: Cast) -> None:
    teacher, path = browser(cast.teacher), f"/policy/{cast.policy.pk}/read/"
    page = text(teacher.get(path))
    for words in (
        "Lone Worker Policy (HR17)",
        "Staff Code of Conduct (HR26)",
        "Waiting at the door, at most",
    ):
        assert words in page
    assert "Tick what you have read" in text(teacher.post(path))
    teacher.post(path, {"papers": ["paper:", "paper:Lone Worker Policy"]})
    assert set(Reading.objects.values_list("paper", flat=True)) == {"", "Lone Worker Policy"}
    page = text(teacher.get(path))
    assert ('value="paper:Staff Code of Conduct"' in page, 'value="paper:"' in page) == (True, False)


@pytest.mark.clause("TC-050", "TC-059", "TC-255")
def test_the_list_of_who_has_not_read_is_for_heads_ewo_and_those_who_keep_the_policy(cast: Cast) -> None:
    staff_with("visitor", cast.other_school, last_name="Elsewhere")
    seen = {}
    for part, person in cast.people.items():
        reply = browser(person).get("/policy/reading/overdue/")
        if reply.status_code == 200:
            page = text(reply)
            seen[part] = ("Pat Teacher" in page, "Elsewhere" in page)
    everything, own = (True, True), (True, False)
    assert seen == {
        "head": own,
        "ewo": everything,
        "ceo": everything,
        "admin": everything,
        "outsider": (False, False),
    }


def test_the_list_as_a_file_has_a_row_a_person_and_no_formulas(cast: Cast) -> None:
    cast.teacher.first_name = "=1+1"
    cast.teacher.save()
    reply = browser(cast.head).get("/policy/reading/overdue.csv")
    rows = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert rows[0] == ["School", "Policy", "Name", "Not read yet", "To be read by", "Overdue"]
    names = {row[2] for row in rows[1:]}
    assert ("'=1+1 Teacher" in names, len(names)) == (True, 8)


def test_the_list_takes_the_same_queries_for_one_school_and_for_many(
    cast: Cast, django_assert_num_queries
) -> None:
    admin = browser(cast.admin)

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as found:
            admin.get("/policy/reading/overdue/")
        return len(found)

    count()
    before = count()
    from tests.factories.trusts import SchoolFactory

    for school in SchoolFactory.create_batch(5, trust=cast.trust):
        staff_with("visitor", school)
        staff_with("headteacher", school)
    assert count() == before


@pytest.mark.clause("TC-031")
def test_law_is_shown_with_the_sentence_that_the_latest_version_applies(cast: Cast) -> None:
    page = text(browser(cast.teacher).get("/policy/laws/"))
    assert "The latest version of each applies, whatever edition is named here." in page
    assert "Keeping children safe in education" in page


def test_law_is_added_changed_and_removed(cast: Cast) -> None:
    admin = browser(cast.admin)
    admin.post("/policy/laws/new/", {"title": "Children Act", "edition": "1989"})
    law = cast.trust.laws.get(title="Children Act")
    admin.post(f"/policy/laws/{law.pk}/", {"title": "Children Act", "edition": "2004"})
    assert cast.trust.laws.get(pk=law.pk).edition == "2004"
    page = text(admin.post("/policy/laws/new/", {"title": "children act", "edition": "typed"}))
    assert ("stands in the list already" in page, 'value="typed"' in page) == (True, True)
    admin.post(f"/policy/laws/{law.pk}/remove/")
    assert not cast.trust.laws.filter(pk=law.pk).exists()


@pytest.mark.clause("TC-046")
def test_insurance_says_whether_it_holds_ends_soon_or_is_missing(cast: Cast, now: dt.datetime) -> None:
    admin = browser(cast.admin)
    assert "No cover is on file for today" in text(admin.get("/policy/insurance/"))
    told = {"insurer": "RPA", "reference": "1", "starts_on": "2026-04-01", "expires_on": "2026-12-31"}
    admin.post("/policy/insurance/new/", told)
    assert "The cover ends on 31 December 2026" in text(browser(cast.teacher).get("/policy/insurance/"))
    admin.post("/policy/insurance/new/", told | {"starts_on": "2026-11-01", "expires_on": "2027-12-31"})
    page = text(admin.get("/policy/insurance/"))
    assert ("Covered" in page, Insurance.objects.count()) == (True, 2)
    wrong = admin.post("/policy/insurance/new/", told | {"expires_on": "2026-03-01"})
    assert "Enter a last day that is not before the first" in text(wrong)


@pytest.mark.clause("TC-249", "TC-250")
def test_a_review_is_started_and_finished_on_the_policys_page(cast: Cast) -> None:
    ceo, path = browser(cast.ceo), f"/policy/{cast.policy.pk}/review/"
    ceo.post(path, {"why": "New guidance"})
    assert "Under way" in text(ceo.get(f"/policy/{cast.policy.pk}/"))
    ceo.post(path, {"took_part": "A. Stone, CEO", "outcome": "No change"})
    review = PolicyReview.objects.get()
    assert (review.took_part, review.outcome) == ("A. Stone, CEO", "No change")
    assert "Took part: A. Stone, CEO" in text(ceo.get(f"/policy/{cast.policy.pk}/"))


@pytest.mark.clause("TC-022", "TC-023")
def test_websites_without_a_copy_are_listed(cast: Cast) -> None:
    admin = browser(cast.admin)
    assert "3 websites without a copy" in text(admin.get("/policy/website/"))
    admin.post("/policy/website/trust/", {"policy_url": "https://trust.example/p"})
    admin.post(f"/schools/{cast.school.slug}/details/", {"policy_url": "https://school.example/p"})
    page = text(admin.get("/policy/website/"))
    assert ("1 website without a copy" in page, "https://school.example/p" in page) == (True, True)
    assert f'href="/policies/{cast.trust.slug}/{cast.school.slug}/"' in page


@pytest.mark.parametrize(
    ("latitude", "longitude", "sentence"),
    [
        ("53.4", "", "Enter both numbers, or neither."),
        ("95", "1", "Enter a number between -90 and 90."),
        ("1", "-200", "Enter a number between -180 and 180."),
    ],
)
def test_a_position_is_whole_and_on_earth(cast: Cast, latitude: str, longitude: str, sentence: str) -> None:
    told = {"latitude": latitude, "longitude": longitude, "motto": "Kept"}
    page = text(browser(cast.admin).post(f"/schools/{cast.school.slug}/details/", told))
    assert (sentence in page, "Kept" in page) == (True, True)


def test_a_position_is_kept(cast: Cast) -> None:
    told = {"latitude": "53.48095", "longitude": "-2.23743"}
    browser(cast.admin).post(f"/schools/{cast.school.slug}/details/", told)
    school = School.objects.get(pk=cast.school.pk)
    assert (str(school.latitude), str(school.longitude)) == ("53.48095", "-2.23743")


@pytest.mark.clause("PS-061", "TC-032")
def test_a_file_is_uploaded_served_as_an_attachment_and_retired(cast: Cast) -> None:
    head, base = browser(cast.head), f"/schools/{cast.school.slug}/papers/"
    upload = SimpleUploadedFile("Our form.pdf", PDF, content_type="text/html")
    head.post(f"{base}new/", {"kind": "risk_template", "title": "Our form", "file": upload})
    paper = SchoolPaper.objects.get(kind="risk_template")
    reply = browser(cast.teacher).get(f"{base}{paper.pk}/")
    assert (reply.content, reply["Content-Type"]) == (PDF, "application/pdf")
    assert reply["Content-Disposition"] == 'attachment; filename="Our form.pdf"'
    assert (reply["X-Content-Type-Options"], reply["Content-Security-Policy"]) == ("nosniff", "sandbox")
    assert browser(cast.outsider).get(f"{base}{paper.pk}/").status_code == 404
    head.post(f"{base}{paper.pk}/retire/")
    assert "Our form</a>" not in text(head.get(f"/schools/{cast.school.slug}/"))
    assert browser(cast.teacher).get(f"{base}{paper.pk}/").status_code == 200


def test_a_file_that_is_no_paper_is_refused_beside_the_field(cast: Cast) -> None:
    upload = SimpleUploadedFile("form.pdf", b"<html>", content_type="application/pdf")
    told = {"kind": "behaviour", "title": "Kept title", "file": upload}
    page = text(browser(cast.head).post(f"/schools/{cast.school.slug}/papers/new/", told))
    assert ("Choose a PDF, Word" in page, "Kept title" in page) == (True, True)
    assert not SchoolPaper.objects.filter(title="Kept title").exists()


@pytest.mark.clause("PS-140", "CS-080", "CS-081")
def test_infection_rules_stand_on_the_schools_page_and_on_the_day_of_its_staff(
    cast: Cast, now: dt.datetime
) -> None:
    dsl, page = browser(cast.dsl), f"/schools/{cast.school.slug}/"
    told = {"reason": "Measles", "source": "UKHSA, 3 November 2026", "starts_on": "2026-11-26"}
    dsl.post(f"{page}infection/new/", told)
    seen = text(browser(cast.teacher).get(page))
    assert ("Infection rules hold since 26 November 2026" in seen, "UKHSA, 3 November 2026" in seen) == (
        True,
        True,
    )
    assert f"Infection rules hold at {cast.school}" in text(browser(cast.teacher).get("/"))
    dsl.post(f"{page}infection/{Overlay.objects.get().pk}/end/")
    assert "Infection rules hold" not in text(browser(cast.teacher).get("/"))


@pytest.mark.clause("PS-140")
def test_infection_rules_stand_on_every_page_of_the_schools_staff_once_and_cost_one_query(
    cast: Cast, now: dt.datetime
) -> None:
    elsewhere = staff_with("visitor", cast.other_school)
    pages = ("/", "/policy/", "/people/", "/notices/")

    def queries() -> int:
        client = browser(cast.teacher)
        client.get("/policy/")
        with CaptureQueriesContext(connection) as found:
            client.get("/policy/")
        return len(found)

    before = queries()
    today = london_day(now)
    told = {"ends_on": None, "reason": "Measles", "source": "UKHSA", "by": cast.ceo, "now": now}
    keeping.start_overlay(school=cast.school, starts_on=today, **told)
    keeping.start_overlay(school=cast.other_school, starts_on=today + dt.timedelta(days=1), **told)
    said = f"Infection rules hold at {cast.school}."
    found = {
        person.pk: [text(browser(person).get(page)).count(said) for page in pages]
        for person in (cast.teacher, cast.ewo, elsewhere)
    }
    assert found == {cast.teacher.pk: [1] * 4, cast.ewo.pk: [1] * 4, elsewhere.pk: [0] * 4}
    assert queries() == before


@pytest.mark.clause("TC-043")
def test_the_board_sees_which_version_binds_each_school(cast: Cast, new_version: Publish) -> None:
    new_version(school=cast.school)
    page = text(browser(cast.admin).get("/policy/"))
    assert (f"{cast.school}</a>:" in page, "(the school’s own)" in page) == (True, True)


def test_the_staff_edition_says_everything(cast: Cast) -> None:
    page = text(browser(cast.teacher).get(f"/policy/{cast.policy.pk}/words/"))
    for words in (
        "Code word",
        "The EWO is made aware of",
        "Who is told",
        "Law and guidance",
        "For staff only",
    ):
        assert words in page
