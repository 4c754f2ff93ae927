"""The policy for parents: what it says, what it never says, who can read it, and its PDF."""

import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from homevisits.people.models import Staff
from homevisits.trusts import presets
from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.choices import DbsLevel
from homevisits.trusts.contents import Contents
from homevisits.trusts.telling_parents import PUBLIC, about, passages
from homevisits.upkeep import edition, editions, keeping
from homevisits.upkeep.models import Edition
from tests.cast import Cast, make_cast
from tests.homevisits.upkeep.conftest import Publish

OTHERWISE: dict[str, Any] = {
    "title": "Another title",
    "policy_number": "X9",
    "amended_on": dt.date(2026, 1, 2),
    "review_by": dt.date(2030, 1, 2),
    "approved_by": "Governors",
    "role_labels": {"headteacher": "Principal", "dsl": "Principal", "ewo": "Principal", "slt": "Principal"},
    "earliest_start": dt.time(7, 7),
    "record_reader_roles": ["headteacher"],
    "file_choices": [],
    "agreements_shared_with": ["headteacher"],
    "retention_years": 99,
    "min_people": 3,
}


def said(contents: Contents) -> object:
    """All that parents are told, the table at the front too."""
    return [passage.says for passage in passages(contents)], about(contents.policy)


def variants(contents: Contents, name: str) -> list[Contents]:
    """The same policy with each other value of a setting."""
    was = getattr(contents.policy, name)
    field = contents.policy._meta.get_field(name)
    if name in OTHERWISE:
        others = [OTHERWISE[name]]
    elif isinstance(was, bool):
        others = [not was]
    else:
        others = [value for value, _ in field.flatchoices if value != was]
    return [contents.having(**{name: other}) for other in others]


@pytest.fixture
def contents() -> Contents:
    """A policy that says something about everything: tuition, agreements, files."""
    read = presets.read("three_counties").contents
    return read.having(adult_must_invite=True, record_reader_roles=["dsl"], agreements_shared_with=["dsl"])


@pytest.mark.turns("title", "policy_number", "amended_on", "review_by", "approved_by", "role_labels")
@pytest.mark.clause("AF-010")
@pytest.mark.parametrize("name", PUBLIC)
def test_parents_are_told_of_every_public_setting(contents: Contents, name: str) -> None:
    assert any(said(other) != said(contents) for other in variants(contents, name))


@pytest.mark.clause("AF-010")
def test_parents_are_told_of_no_other_setting(contents: Contents) -> None:
    """Whatever keeps staff safe may take any value, and parents read the same."""
    for name in SETTINGS.keys() - set(PUBLIC):
        was = getattr(contents.policy, name)
        other = {bool: not was, int: 77, list: ["ceo"]}.get(type(was), "other")
        other = dt.time(5, 5) if isinstance(was, dt.time) else other
        assert said(contents.having(**{name: other})) == said(contents), name


@pytest.mark.parametrize("preset", presets.NAMES)
def test_no_preset_tells_parents_what_keeps_staff_safe(preset: str) -> None:
    text = str(said(presets.read(preset).contents)).casefold()
    for word in (
        "code word",
        "check-in",
        "overdue",
        "alarm",
        "lone",
        "alone",
        "briefing",
        "minutes",
        "duress",
    ):
        assert word not in text


@pytest.mark.django_db
@pytest.mark.clause("AF-006", "AF-008", "AF-009", "AF-001", "AF-002", "TC-257", "TC-258")
def test_the_front_table_has_title_version_dates_and_who_approved(cast: Cast, new_version: Publish) -> None:
    policy = new_version(
        approved_by="A. Stone, Executive Head, and B. Hill, trustee, 1 September 2026",
        amended_on=dt.date(2026, 11, 1),
        review_by=dt.date(2026, 12, 31),
    )
    words = edition.words(policy, cast.trust, None)
    assert dict(words["about"]) == {
        "Title": policy.title,
        **({"Number": policy.policy_number} if policy.policy_number else {}),
        "Version": "2",
        "Published": "26 November 2026",
        "Last amended": "1 November 2026",
        "Approved by": "A. Stone, Executive Head, and B. Hill, trustee, 1 September 2026",
        "Next review by": "31 December 2026",
    }
    assert [name for name, _ in words["history"]] == ["Version 2", "Version 1"]


@pytest.mark.turns("publication")
@pytest.mark.django_db
@pytest.mark.clause("TC-022", "TC-023", "AF-007")
@pytest.mark.parametrize(("publication", "status"), [("website", 200), ("internal", 404)])
def test_anybody_reads_it_on_the_website_and_nobody_when_it_is_internal(
    cast: Cast, new_version: Publish, publication: str, status: int
) -> None:
    new_version(publication=publication)
    Edition.objects.update(state="ready", pdf=b"%PDF-1.7")
    pages = [f"/policies/{cast.trust.slug}/", f"/policies/{cast.trust.slug}/{cast.school.slug}/"]
    for page in pages:
        assert [Client().get(address).status_code for address in (page, f"{page}policy.pdf")] == [status] * 2


@pytest.mark.django_db
def test_the_public_page_holds_no_person_and_may_be_kept_by_browsers(
    cast: Cast, new_version: Publish
) -> None:
    new_version(note="Because of Pat Teacher")
    reply = Client().get(f"/policies/{cast.trust.slug}/{cast.school.slug}/")
    page = reply.content.decode()
    assert not [p for p in Staff.objects.all() if str(p) in page or p.email in page]
    assert reply["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in reply


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["{0.trust.slug}/no-such/", "no-such/", "{1.trust.slug}/{0.school.slug}/"])
def test_what_is_not_a_school_of_the_trust_is_not_there(cast: Cast, path: str) -> None:
    other = make_cast("aspirational_futures")
    assert Client().get(f"/policies/{path.format(cast, other)}").status_code == 404


@pytest.mark.django_db
@pytest.mark.clause("TC-032", "TC-035", "TC-036", "TC-037", "TC-038", "TC-039", "TC-040", "TC-041", "TC-042")
@pytest.mark.parametrize(
    ("phase", "attendance"),
    [
        ("primary", ["Attendance Policy (Primary) (SG29(B))"]),
        ("secondary", ["Attendance Policy (Secondary) (SG29(A))"]),
    ],
)
def test_linked_policies_are_those_of_the_schools_phase_and_its_own(
    cast: Cast, now: dt.datetime, phase: str, attendance: list[str]
) -> None:
    cast.school.phase = phase
    cast.school.save()
    url = "https://school.example/behaviour"
    keeping.add_paper(school=cast.school, kind="behaviour", title="Behaviour", url=url, by=cast.head, now=now)
    found = edition.linked(cast.policy, cast.school)
    assert [str(row) for row, _ in found] == [
        "Lone Worker Policy (HR17)",
        "Staff Code of Conduct (HR26)",
        "Driving at Work Policy (HS9)",
        "Child Protection and Safeguarding Policy and Procedures (SG1)",
        "Allegations of Abuse Against Staff Policy (SG5)",
        "Physical Intervention Policy (SG7)",
        "Reporting Low-Level Safeguarding Concerns Policy (SG11)",
        *attendance,
        "Behaviour Policy",
    ]
    assert [(row.is_trusts, link) for row, link in found][-1] == (False, url)
    assert all(row.is_trusts for row, _ in found[:-1])


@pytest.mark.django_db(transaction=False)
def test_an_edition_is_asked_for_when_its_words_change_and_made_once(
    cast: Cast, new_version: Publish, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_version()
    first = set(Edition.objects.values_list("pk", flat=True))
    assert len(first) == 3
    editions.refresh(cast.trust, now=now)
    assert set(Edition.objects.values_list("pk", flat=True)) == first
    keeping.put_law(trust=cast.trust, title="Children Act", edition="1989", url="", by=cast.admin, now=now)
    assert Edition.objects.count() == 6
    made: list[str] = []
    monkeypatch.setattr(editions.pdf, "render", lambda html: made.append(html) or b"%PDF-1.7")
    key = editions.latest(cast.trust, cast.school).pk
    for _ in range(2):
        editions.make(key)
    assert (len(made), Edition.objects.get(pk=key).state) == (1, "ready")
    assert "Children Act (1989)" in made[0]


@pytest.mark.django_db
def test_words_that_come_back_are_the_latest_edition_again(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    new_version()
    first = editions.latest(cast.trust, None)
    law = keeping.put_law(trust=cast.trust, title="Act", edition="", url="", by=cast.admin, now=now)
    assert editions.latest(cast.trust, None) != first
    keeping.drop_law(law=law, by=cast.admin, now=now + dt.timedelta(minutes=1))
    assert editions.latest(cast.trust, None) == first


@pytest.mark.django_db
def test_an_edition_that_fails_says_so_and_is_asked_for_again(
    cast: Cast, new_version: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_version()

    def fail(html: str) -> bytes:
        raise editions.pdf.NotMade("Took too long.")

    monkeypatch.setattr(editions.pdf, "render", fail)
    key = editions.latest(cast.trust, None).pk
    editions.make(key)
    assert (Edition.objects.get(pk=key).state, Edition.objects.get(pk=key).failure) == (
        "failed",
        "Took too long.",
    )
    handed: list[int] = []
    monkeypatch.setattr(editions.making, "hand_over", lambda task, key: handed.append(key))
    editions.hand_over_waiting()
    assert key in handed


@pytest.mark.django_db
@pytest.mark.clause("AF-068", "PS-001", "AF-007")
def test_the_pdf_has_letterhead_words_and_law(cast: Cast, new_version: Publish, now: dt.datetime) -> None:
    keeping.set_school_details(school=cast.school, motto="Let your light shine", by=cast.admin, now=now)
    new_version()
    key = editions.latest(cast.trust, cast.school).pk
    editions.make(key)
    row = Edition.objects.get(pk=key)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(row.pdf))).pages)
    wanted = (cast.school.name, cast.trust.name, "Let your light shine", "Keeping children safe in education")
    for words in (*wanted, "Do we tell you first?", "latest version of each applies"):
        assert words in text.replace("\n", " ")


@pytest.mark.django_db
def test_levels_and_other_facts_of_staff_stay_out(cast: Cast, new_version: Publish) -> None:
    policy = new_version(dbs_level=DbsLevel.ENHANCED_BARRED)
    assert "barred" not in str(edition.words(policy, cast.trust, cast.school)).casefold()
