"""What stands beside a policy: who may keep it, which rules hold, which story it leaves."""

import datetime as dt
from collections.abc import Callable

import pytest

from homevisits.clock import app_now
from homevisits.trusts import publishing
from homevisits.trusts.models import LawReference, Overlay, PolicyReview, School, SchoolPaper
from homevisits.upkeep import files, keeping
from homevisits.upkeep.models import UpkeepEvent
from tests.cast import Cast
from tests.homevisits.upkeep.conftest import Publish
from tests.homevisits.upkeep.test_files import PDF

pytestmark = pytest.mark.django_db
Act = Callable[[Cast, object], object]


def add_law(cast: Cast, by: object, **change: object) -> LawReference:
    facts = {"trust": cast.trust, "title": "Children Act", "edition": "1989", "url": "", "now": app_now()}
    return keeping.put_law(by=by, **(facts | change))


def add_insurance(cast: Cast, by: object) -> object:
    days = {"starts_on": dt.date(2026, 4, 1), "expires_on": dt.date(2027, 3, 31)}
    return keeping.add_insurance(trust=cast.trust, insurer="RPA", reference="1", by=by, now=app_now(), **days)


def add_paper(cast: Cast, by: object, **change: object) -> SchoolPaper:
    facts = {"kind": "risk_template", "title": "Our form", "url": "https://school.example/form"}
    return keeping.add_paper(school=cast.school, by=by, now=app_now(), **(facts | change))


def start_overlay(cast: Cast, by: object, **change: object) -> Overlay:
    facts = {
        "starts_on": dt.date(2026, 11, 26),
        "ends_on": None,
        "reason": "Measles",
        "source": "UKHSA, 3 November 2026",
    }
    return keeping.start_overlay(school=cast.school, by=by, now=app_now(), **(facts | change))


def start_review(cast: Cast, by: object) -> PolicyReview:
    return keeping.start_review(policy=cast.policy, why="New guidance", by=by, now=app_now())


def details(cast: Cast, by: object) -> School:
    return keeping.set_school_details(school=cast.school, motto="Onwards", by=by, now=app_now())


WHO = {
    "law": (add_law, {"ceo", "admin"}),
    "insurance": (add_insurance, {"ceo", "admin"}),
    "paper": (add_paper, {"head", "slt", "dsl", "ceo", "admin"}),
    "overlay": (start_overlay, {"head", "dsl", "ceo", "admin"}),
    "review": (start_review, {"ceo", "admin"}),
    "details": (details, {"ceo", "admin"}),
}


@pytest.mark.clause("TC-046", "TC-249", "PS-140")
@pytest.mark.parametrize("what", WHO)
def test_who_may_keep_what(cast: Cast, now: dt.datetime, what: str) -> None:
    act, expected = WHO[what]
    allowed = set()
    for part, person in cast.people.items():
        try:
            act(cast, person)
        except keeping.NotAllowed:
            continue
        except keeping.Refused:  # somebody before was allowed, and it is there already
            pass
        allowed.add(part)
    assert allowed == expected


@pytest.mark.clause("TC-025", "TC-026", "TC-027", "TC-028", "TC-029", "TC-030")
def test_law_is_seeded_from_the_preset_with_its_edition(cast: Cast) -> None:
    assert [str(law) for law in cast.trust.laws.all()] == [
        "Education Act (1996)",
        "Health and Safety at Work etc. Act (1974)",
        "Keeping children safe in education (2025)",
        "Working together to safeguard children (2023)",
        "Working together to improve school attendance (2024)",
    ]


@pytest.mark.clause("TC-031")
def test_a_later_edition_needs_no_new_version_of_the_policy(cast: Cast, now: dt.datetime) -> None:
    law = cast.trust.laws.get(title="Keeping children safe in education")
    add_law(cast, cast.admin, law=law, title=law.title, edition="2026")
    assert cast.policy.is_in_force()
    assert cast.trust.laws.get(pk=law.pk).edition == "2026"
    (event,) = UpkeepEvent.objects.filter(kind="law_changed")
    assert event.sentence == (
        "Law changed: Keeping children safe in education (2026), was Keeping children safe in education (2025)"
    )


def test_a_law_stands_in_the_list_once(cast: Cast, now: dt.datetime) -> None:
    with pytest.raises(keeping.Refused, match="stands in the list already"):
        add_law(cast, cast.admin, title="EDUCATION ACT")


def test_a_law_is_taken_off_and_the_story_keeps_its_name(cast: Cast, now: dt.datetime) -> None:
    keeping.drop_law(law=cast.trust.laws.first(), by=cast.admin, now=now)
    assert (
        UpkeepEvent.objects.get(kind="law_removed").sentence == "Law taken off the list: Education Act (1996)"
    )
    assert cast.trust.laws.count() == 4


@pytest.mark.clause("TC-032", "TC-042", "PS-061")
def test_a_paper_is_a_link_or_a_file_and_is_retired_never_lost(cast: Cast, now: dt.datetime) -> None:
    link = add_paper(cast, cast.head)
    file = add_paper(cast, cast.dsl, url="", file=files.read("Risk form.pdf", PDF))
    assert (link.file_name, file.file_name, bytes(file.content)) == ("", "Risk form.pdf", PDF)
    for by in (cast.slt, cast.admin):
        retired = keeping.retire_paper(paper=link, by=by, now=now)
    assert (retired.retired_by, retired.retired_at) == (cast.slt, now)
    assert SchoolPaper.objects.filter(kind="risk_template").count() == 2


@pytest.mark.parametrize("change", [{"url": ""}, {"file": files.Paper("a.pdf", "application/pdf", PDF)}])
def test_a_paper_is_neither_nothing_nor_both(cast: Cast, now: dt.datetime, change: dict[str, object]) -> None:
    with pytest.raises(keeping.Refused, match="one of the two"):
        add_paper(cast, cast.head, **change)


@pytest.mark.clause("PS-140", "CS-080", "CS-081")
def test_infection_rules_hold_from_day_to_day_until_they_are_ended(cast: Cast, now: dt.datetime) -> None:
    overlay = start_overlay(cast, cast.dsl, ends_on=dt.date(2026, 12, 10))
    held = [
        Overlay.objects.on(dt.date(2026, *day)).exists() for day in ((11, 25), (11, 26), (12, 10), (12, 11))
    ]
    assert held == [False, True, True, False]
    assert (overlay.source, cast.policy.is_in_force()) == ("UKHSA, 3 November 2026", True)
    ended = keeping.end_overlay(overlay=overlay, by=cast.head, now=now)
    assert (ended.ended_by, Overlay.objects.on(dt.date(2026, 11, 27)).exists()) == (cast.head, False)
    assert keeping.end_overlay(overlay=overlay, by=cast.ceo, now=now).ended_by == cast.head


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "sentence"),
    [
        (dt.date(2026, 12, 1), dt.date(2026, 11, 30), "must not come before the first"),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 25), "has passed"),
        (dt.date(2026, 12, 10), None, "hold on some of these days"),
        (dt.date(2026, 11, 1), dt.date(2026, 12, 1), "hold on some of these days"),
    ],
)
def test_infection_rules_need_days_of_their_own(
    cast: Cast, now: dt.datetime, starts_on: dt.date, ends_on: dt.date | None, sentence: str
) -> None:
    start_overlay(cast, cast.head, starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 10))
    with pytest.raises(keeping.Refused, match=sentence):
        start_overlay(cast, cast.head, starts_on=starts_on, ends_on=ends_on)


@pytest.mark.clause("TC-249", "TC-250")
def test_an_early_review_says_why_who_took_part_and_what_came_of_it(cast: Cast, now: dt.datetime) -> None:
    review = start_review(cast, cast.ceo)
    with pytest.raises(keeping.Refused, match="under way"):
        start_review(cast, cast.admin)
    done = keeping.finish_review(
        review=review, took_part="A. Stone, CEO; B. Hill, trustee", outcome="No change", by=cast.ceo, now=now
    )
    assert (done.why, done.took_part, done.outcome) == (
        "New guidance",
        "A. Stone, CEO; B. Hill, trustee",
        "No change",
    )
    with pytest.raises(keeping.Refused, match="finished already"):
        keeping.finish_review(review=review, took_part="x", outcome="y", by=cast.ceo, now=now)
    assert start_review(cast, cast.admin).finished_at is None


@pytest.mark.clause("AF-004", "AF-009")
def test_the_next_review_is_proposed_after_a_review_and_left_alone_by_an_amendment(
    cast: Cast, new_version: Publish, now: dt.datetime
) -> None:
    amended = new_version(amended_on=dt.date(2026, 11, 26))
    assert amended.review_by == cast.policy.review_by
    review = keeping.start_review(policy=amended, why="Scheduled", by=cast.ceo, now=now)
    keeping.finish_review(review=review, took_part="x", outcome="y", by=cast.ceo, now=now)
    draft = publishing.start_draft(trust=cast.trust, school=None, by=cast.admin, now=now, based_on=amended)
    assert draft.review_by == dt.date(2027, 11, 26)
    assert draft.sources["review_by"]["note"] == "Proposed: 12 months after the review of 26 November 2026."


def test_an_earlier_version_is_not_reviewed(cast: Cast, new_version: Publish) -> None:
    new_version()
    with pytest.raises(keeping.Refused, match="the version that is in force"):
        start_review(cast, cast.ceo)


@pytest.mark.clause("TC-023", "PS-001", "AF-068")
def test_letterhead_and_website_are_kept_and_their_change_is_told(cast: Cast, now: dt.datetime) -> None:
    keeping.set_school_details(
        school=cast.school,
        motto="Let your light shine",
        policy_url="https://school.example/policies",
        by=cast.admin,
        now=now,
    )
    keeping.set_trust_details(trust=cast.trust, motto="Aspire", by=cast.admin, now=now)
    cast.school.refresh_from_db()
    assert (cast.school.motto, cast.school.policy_url) == (
        "Let your light shine",
        "https://school.example/policies",
    )
    said = UpkeepEvent.objects.filter(kind="details").values_list("sentence", flat=True)
    assert list(said) == ["Changed: motto, policy on the website", "Changed: motto"]
