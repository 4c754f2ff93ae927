"""The calling card, the risk assessment and the card of reminders: what they say, and never say."""

import pytest
from django.urls import reverse

from homevisits import pdf
from homevisits.notices.models import Notice
from tests.cast import Cast, browser
from tests.factories import visits as make
from visits import documents, pocket, transitions
from visits.codeword import set_code_word
from visits.models import Document
from visits.transitions.assessing import Danger

SECRET = "Is the purple folder on my desk?"


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """PDFs made at once; gives back each page's HTML."""
    pages: list[str] = []
    monkeypatch.setattr(pdf, "render", lambda html, **_: pages.append(html) or b"%PDF-1.7 made")
    return pages


def made(instant: list[str], visit, kind: str, by, now) -> str:
    documents.make(documents.ask(visit=visit, kind=kind, by=by, now=now, for_office=True).pk)
    return instant[-1]


@pytest.mark.clause("CS-044", "PS-077", "CS-057")
def test_the_calling_card_says_who_called_and_neither_whom_nor_why(cast: Cast, now, instant) -> None:
    visit = make.logged(cast)
    said = made(instant, visit, "card", cast.office, now)
    for text in (
        "We called",
        "Pat Teacher",
        cast.teacher.title,
        cast.school.name,
        "26 Nov 2026, 10:10",
        "Please ring",
    ):
        assert text in said
    pupil = visit.pupils.get()
    for text in (pupil.legal_last_name, str(pupil), visit.purpose, str(visit.reason), visit.ref, "policy"):
        assert text.lower() not in said.lower()


@pytest.mark.clause("TC-152", "TC-128")
def test_the_risk_assessment_prints_dangers_and_going_alone_on_its_own_sheet(
    cast: Cast, now, instant
) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    transitions.assess_risk(
        visit=visit, by=cast.head, now=now, level="medium", text="A dog, and two go.",
        dangers=[Danger("animals", 2, 2, "The dog is shut away.")], lone="Own car, rung at ten past.",
    )  # fmt: skip
    said = made(instant, visit, "risk", cast.head, now)
    for text in (
        "Animals",
        "The dog is shut away.",
        "Lone-working assessment",
        "Own car, rung at ten past.",
        "Pat Head",
    ):
        assert text in said


@pytest.mark.clause("CS-100", "PS-138")
@pytest.mark.parametrize(
    "cast", ["three_counties", "poulton_le_sands", "aspirational_futures"], indirect=True
)
def test_the_card_of_reminders_has_every_moment_and_never_the_code_word(cast: Cast, now, instant) -> None:
    set_code_word(school=cast.school, word=SECRET, by=cast.office, now=now)
    visit = make.logged(cast)
    said = made(instant, visit, "checklist", cast.teacher, now)
    for title in (
        "Preparing",
        "Before you leave school",
        "At the door",
        "In the home",
        "If something goes wrong",
        "Leaving",
    ):
        assert f"<h2>{title}</h2>" in said
    assert SECRET not in said


@pytest.mark.clause("CS-100", "CS-011")
def test_a_policy_prints_its_reminders_without_a_visit(cast: Cast, now, instant) -> None:
    url = reverse("policy_reminders", args=[cast.policy.pk])
    said = pocket.words(cast.policy)
    assert [group["name"] for group in said["groups"]][:2] == ["Preparing", "Before you leave school"]
    assert browser(cast.outsider).get(url).status_code == 404
    page = browser(cast.teacher).get(reverse("policy_version", args=[cast.policy.pk])).content.decode()
    assert url in page


@pytest.mark.parametrize(
    ("address", "people"),
    [
        ("risk_pdf", {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ceo", "ewo"}),
        ("card_pdf", {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ceo", "ewo"}),
        ("checklist_pdf", {"teacher", "colleague", "office", "dsl", "slt", "deputy", "head", "ceo", "ewo"}),
    ],
)
def test_who_prints_what(cast: Cast, now, address: str, people: set[str]) -> None:
    url = reverse(address, args=[make.logged(cast).ref])
    found = {
        name for name, person in cast.people.items() if browser(person).get(url).status_code in {200, 202}
    }
    assert found == people


def test_nothing_is_printed_of_risks_that_nobody_assessed(cast: Cast, now) -> None:
    url = reverse("risk_pdf", args=[make.requested(cast).ref])
    assert browser(cast.head).get(url).status_code == 404


def test_a_card_that_the_office_printed_stays_its_own(cast: Cast, now) -> None:
    visit = make.logged(cast)
    copy = documents.ask(visit=visit, kind="card", by=cast.office, now=now, for_office=True)
    Document.objects.filter(pk=copy.pk).update(state="ready", pdf=b"%PDF-1.7")
    assert list(documents.kept(visit, cast.office).filter(kind="card")) == [copy]
    assert Notice.objects.filter(body__contains="calling card").count() == 0
