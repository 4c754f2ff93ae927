"""What a request says: its reason and purpose, and whether parents know."""

import pytest
from django.urls import reverse

from tests.cast import Cast, browser
from tests.factories import visits as make
from tests.factories.rules import turned as version
from tests.visits.turning import unmet

on = pytest.mark.parametrize
LISTED = {"reason_code": "LOW_ATTENDANCE"}
ANOTHER = {"reason_code": "OTHER", "reason_explained": "A parent asked us to come."}
UNTOLD = {"told": "no", "ground_text": "She may not open.", "reason_code": "SAFEGUARDING"}


@pytest.mark.turns("reasons_open")
@on(
    ("is_open", "reason", "said"),
    [(True, ANOTHER, []), (False, ANOTHER, ["blocks"]), (False, LISTED, [])],
)
def test_another_reason_than_those_listed(cast: Cast, now, is_open: bool, reason, said: list[str]) -> None:
    visit = make.draft(cast, now=now, **reason)
    assert unmet("submit", visit, now, "reason", reasons_open=is_open) == said


@pytest.mark.turns("grounds_open")
@on(
    ("is_open", "code", "said"),
    [(True, "OTHER", []), (False, "OTHER", ["blocks"]), (False, "EMERGENCY", [])],
)
def test_another_ground_than_those_listed(cast: Cast, now, is_open: bool, code: str, said: list[str]) -> None:
    visit = make.draft(cast, now=now, ground_code=code, **UNTOLD)
    assert unmet("submit", visit, now, "ground", grounds_open=is_open) == said


@pytest.mark.turns("reasons_open", "grounds_open")
@on("is_open", [True, False])
def test_a_closed_list_offers_no_other(cast: Cast, now, is_open: bool) -> None:
    version(cast, reasons_open=is_open, grounds_open=is_open)
    visit = make.draft(cast, now=now, reason_code="SAFEGUARDING")  # which may come untold
    client = browser(cast.teacher)
    steps = {
        step: client.get(reverse("request_step", args=[visit.ref, step])).content.decode()
        for step in ("reason", "told")
    }
    shown = "Another reason" in steps["reason"], "Another immediate concern" in steps["told"]
    assert shown == (is_open, is_open)


@pytest.mark.turns("purpose_min_length")
@on(("characters", "said"), [(10, []), (30, ["blocks"])])
def test_the_purpose_says_something(cast: Cast, now, characters: int, said: list[str]) -> None:
    visit = make.draft(cast, now=now, purpose="To plan her mornings.")
    assert unmet("submit", visit, now, "purpose", purpose_min_length=characters) == said


@pytest.mark.turns("why_necessary_required")
@on(("required", "said"), [(True, ["blocks"]), (False, [])])
def test_why_it_is_necessary_is_stated(cast: Cast, now, required: bool, said: list[str]) -> None:
    visit = make.draft(cast, now=now, why_necessary="")
    assert unmet("submit", visit, now, "necessary", why_necessary_required=required) == said


@pytest.mark.turns("parent_notice")
@on(("rule", "said"), [("agreed", ["blocks"]), ("expected", [])])
def test_parents_agree_or_are_told(cast: Cast, now, rule: str, said: list[str]) -> None:
    visit = make.draft(cast, now=now, parent_agreed=False)
    assert unmet("submit", visit, now, "agreed", parent_notice=rule) == said


@pytest.mark.turns("parent_notice")
@on(("rule", "words"), [("agreed", "asks that they agree"), ("expected", "Wherever possible")])
def test_the_request_says_what_is_expected_of_parents(cast: Cast, now, rule: str, words: str) -> None:
    version(cast, parent_notice=rule)
    visit = make.draft(cast, now=now)
    page = browser(cast.teacher).get(reverse("request_step", args=[visit.ref, "told"])).content.decode()
    assert words in page
