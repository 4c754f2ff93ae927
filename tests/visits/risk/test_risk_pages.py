"""The page of the risks of a visit: who reads and writes, the marks, versions, the school's own form."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from homevisits.trusts.models import SchoolPaper
from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.people import HouseholdWarningFactory
from visits import risk, transitions
from visits.forms.assessing import RiskForm
from visits.models import ArrivalLook, Visit
from visits.states import State

TYPED = {
    "kinds": ["animals"],
    "animals_likely": "2",
    "animals_severe": "2",
    "animals_control": "The dog is shut away.",
    "level": "medium",
    "text": "A dog, and two go.",
}


def page(staff, visit: Visit, **query) -> str:
    return browser(staff).get(reverse("risk", args=[visit.ref]), query).content.decode()


def write(staff, visit: Visit, **typed) -> str:
    url = reverse("risk", args=[visit.ref])
    return browser(staff).post(url, TYPED | typed, follow=True).content.decode()


def docx() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()


def test_the_risks_are_read_by_those_who_read_why_and_never_by_the_office(cast: Cast, now) -> None:
    visit = make.requested(cast)
    url = reverse("risk", args=[visit.ref])
    found = {name for name, person in cast.people.items() if browser(person).get(url).status_code == 200}
    assert found == {"teacher", "colleague", "dsl", "slt", "deputy", "head", "ceo", "ewo"}


@pytest.mark.clause("TC-052", "TC-152")
def test_whom_the_policy_names_writes_it_beside_the_warnings(cast: Cast, now) -> None:
    visit = make.requested(cast)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl, note="A large dog")
    assert "A large dog" in page(cast.head, visit)
    assert "you are not one of them" in page(cast.teacher, visit)
    write(cast.teacher, visit)
    assert make.fresh(visit).risk is None
    write(cast.head, visit)
    kept = make.fresh(visit).risk
    assert (kept.level, kept.score, kept.assessed_by, kept.number) == ("medium", 4, cast.head, 1)
    assert [(h.kind, h.likely, h.severe, h.control) for h in kept.hazards.all()] == [
        ("animals", 2, 2, "The dog is shut away.")
    ]


def test_nothing_typed_is_lost_and_each_thing_missing_is_said(cast: Cast, now) -> None:
    visit = make.requested(cast)
    shown = write(cast.head, visit, animals_control="", text="")
    assert ("Say what is done about it" in shown, "Write the risks and how" in shown) == (True, True)
    assert '<option value="2" selected>2, possible</option>' in shown
    assert make.fresh(visit).risk is None


def test_the_marks_are_added_up_without_a_script(cast: Cast, now) -> None:
    visit = make.requested(cast)
    shown = write(cast.head, visit, do="score", animals_severe="3", animals_likely="3", text="")
    assert "<span data-risk-score>9</span>" in shown
    assert "<b data-risk-level>high</b>" in shown
    assert ("Write the risks and how they" in shown, make.fresh(visit).risk) == (False, None)


def test_a_level_that_is_left_open_is_that_of_the_marks(cast: Cast, now) -> None:
    visit = make.requested(cast)
    write(cast.head, visit, level="")
    assert make.fresh(visit).risk.level == "medium"


def test_a_level_under_that_of_the_marks_is_refused_beside_the_field(cast: Cast, now) -> None:
    visit = make.requested(cast)
    shown = write(cast.head, visit, level="low")
    assert "The marks add up to 4, which your policy calls medium." in shown
    assert make.fresh(visit).risk is None


def test_it_starts_with_what_is_known_of_the_home(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    HouseholdWarningFactory(household=visit.household, author=cast.dsl, kind="other_people")
    assert RiskForm(visit).initial["kinds"] == ["occupants", "lone"]


def test_a_later_version_starts_with_the_last_one_and_what_came_since(cast: Cast, now) -> None:
    there = make.out(cast)
    visit = make.requested(cast, pupil=there.pupils.get())
    write(cast.head, visit, why="A dog moved in.")
    later = now + make.minutes(5)
    HouseholdWarningFactory(household=visit.household, author=cast.dsl, kind="area", written_at=later)
    transitions.look_round(visit=there, by=cast.teacher, now=later, seen=["substances"], choice="leave")
    started = RiskForm(make.fresh(visit)).initial
    assert started["kinds"] == ["animals", "area", "substances"]
    assert started["animals_control"] == "The dog is shut away."


@pytest.mark.clause("TC-153")
def test_versions_are_read_and_compared(cast: Cast, now) -> None:
    visit = make.requested(cast)
    write(cast.head, visit)
    write(cast.head, visit, animals_likely="3", why="It bit somebody.")
    one = browser(cast.dsl).get(reverse("risk_version", args=[visit.ref, 1])).content.decode()
    assert "A dog, and two go." in one
    both = browser(cast.dsl).get(reverse("risk_version", args=[visit.ref, 2]), {"with": 1}).content.decode()
    assert ("2 likely, 2 bad: 4." in both, "3 likely, 2 bad: 6." in both) == (True, True)
    assert "It bit somebody." in page(cast.dsl, visit)


def test_it_still_holds_in_one_tap(cast: Cast, now) -> None:
    first = make.requested(cast)
    write(cast.head, first)
    second = make.requested(cast, pupil=first.pupils.get())
    assert "It still holds for this visit" in page(cast.head, second)
    assert "It still holds for this visit" not in page(cast.teacher, second)
    reply = browser(cast.head).post(reverse("risk_holds", args=[second.ref]), follow=True).content.decode()
    assert "The risk assessment holds for this visit." in reply
    assert make.fresh(second).risk_confirmed_by == cast.head


@pytest.mark.clause("PS-061")
@pytest.mark.parametrize("cast", ["poulton_le_sands"], indirect=True)
def test_the_schools_own_form_is_linked_and_nothing_is_invented_in_its_place(cast: Cast, now) -> None:
    visit = make.requested(cast)
    assert "Your school’s own form" not in page(cast.dsl, visit)
    SchoolPaper.objects.create(
        school=cast.school, kind="risk_template", title="Appendix 1", url="https://x.example/a1.docx",
        added_by=cast.head, added_at=now,
    )  # fmt: skip
    assert '<a href="https://x.example/a1.docx" rel="noopener noreferrer">Appendix 1</a>' in page(
        cast.dsl, visit
    )


@pytest.mark.clause("PS-061")
def test_the_filled_in_form_is_kept_and_handed_out_as_a_file(cast: Cast, now) -> None:
    visit = make.requested(cast)
    content = docx()
    file = SimpleUploadedFile("../Form “1”.docx", content)
    browser(cast.head).post(reverse("risk", args=[visit.ref]), TYPED | {"file": file, "text": ""})
    reply = browser(cast.dsl).get(reverse("risk_file", args=[visit.ref, 1]))
    assert (reply.status_code, reply.content) == (200, content)
    assert reply["Content-Disposition"] == 'attachment; filename="Form -1.docx"'
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert browser(cast.office).get(reverse("risk_file", args=[visit.ref, 1])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("form.pdf", b"MZ\x90", "Choose a PDF, Word (.docx) or OpenDocument (.odt) file."),
        ("form.docx", b"PK\x03\x04 no archive", "Choose a PDF, Word (.docx) or OpenDocument (.odt) file."),
        ("form.pdf", b"%PDF-" + b"x" * (5 * 1024 * 1024), "Choose a file of 5 MB or less."),
    ],
)
def test_a_file_that_is_something_else_is_refused(cast: Cast, now, name, content, sentence) -> None:
    visit = make.requested(cast)
    file = SimpleUploadedFile(name, content)
    reply = browser(cast.head).post(reverse("risk", args=[visit.ref]), TYPED | {"file": file})
    assert sentence in reply.content.decode()
    assert make.fresh(visit).risk is None


@pytest.mark.clause("TC-128", "TC-129")
def test_going_alone_is_a_page_of_its_own(cast: Cast, now) -> None:
    visit = make.requested(cast, party=[cast.teacher], lone_reason="A short drop-off.")
    url = reverse("risk_lone", args=[visit.ref])
    assert "Write how going alone is made safe" in browser(cast.head).post(url, {}).content.decode()
    browser(cast.head).post(url, {"text": "Own car, call at ten past."})
    fresh = make.fresh(visit)
    assert (fresh.lone_assessment, fresh.lone_assessed_by) == ("Own car, call at ten past.", cast.head)
    assert "Own car, call at ten past." in page(cast.head, visit)


@pytest.mark.clause("TC-153")
def test_a_new_risk_is_said_on_a_page_of_its_own(cast: Cast, now, clock) -> None:
    visit = make.logged(cast)
    clock.advance(minutes=1)
    url = reverse("risk_new", args=[visit.ref])
    assert "Say what the new risk is" in browser(cast.teacher).post(url, {}).content.decode()
    reply = browser(cast.teacher).post(url, {"words": "Building works."}, follow=True).content.decode()
    assert "Nobody leaves before the risk assessment says it." in reply
    assert "A new risk is known for this visit." in reply


@pytest.mark.clause("PS-135")
def test_a_visitor_takes_themselves_off_in_a_word(cast: Cast, now) -> None:
    visit = make.logged(cast)
    url = reverse("withdraw", args=[visit.ref])
    assert "Say in a word why you do not go" in browser(cast.colleague).post(url, {}).content.decode()
    browser(cast.colleague).post(url, {"reason": "I do not feel safe."})
    assert [a.staff for a in make.fresh(visit).party] == [cast.teacher]
    assert browser(cast.head).get(url).status_code == 404


def test_the_last_missing_assessment_authorises_and_says_so(cast: Cast, now) -> None:
    visit = make.requested(cast)
    transitions.answer(visit=visit, by=cast.dsl, now=now, reply="yes", reason="Right.", kinds=["dsl_input"])
    make.checked(cast.ewo)
    ewo = make.requested(cast, by=cast.ewo, party=[cast.ewo, cast.colleague])
    assert ewo.state == State.AUTHORISED
    assert "The risk assessment is kept." in write(cast.ewo, ewo)


def test_nothing_is_written_once_they_have_left(cast: Cast, now) -> None:
    visit = make.out(cast)
    assert "Write a new version" not in page(cast.head, visit)
    assert browser(cast.head).post(reverse("risk", args=[visit.ref]), TYPED).status_code == 404


def test_the_file_stays_in_the_database_until_it_is_asked_for(cast: Cast, now) -> None:
    visit = make.requested(cast)
    write(cast.head, visit)
    assert "content" in risk.latest(visit).get_deferred_fields()
    assert "content" in make.fresh(visit).risk.get_deferred_fields()


def test_what_was_seen_at_the_door_is_kept_once(cast: Cast, now) -> None:
    visit = make.out(cast)
    key = "9be51b4c-6a7e-4f4f-8f55-0b6f5be8e1ff"
    for _ in range(2):
        transitions.look_round(visit=visit, by=cast.teacher, now=now, choice="go_in", key=key)
    assert ArrivalLook.objects.filter(visit=visit).count() == 1
