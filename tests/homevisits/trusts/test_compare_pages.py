"""Two versions side by side: who may compare what, what is shown, and in which words."""

import dataclasses

import pytest
from django.urls import reverse

from homevisits.clock import app_now
from homevisits.trusts import presets, publishing
from homevisits.trusts.comparing import Difference, differences, side_by_side
from homevisits.trusts.contents import Contents
from homevisits.trusts.lists import LISTS, PARTS
from homevisits.trusts.parts import LadderStep
from tests.cast import browser
from tests.factories.trusts import PolicyFactory

COMPARE = reverse("policy_compare")


def text(response) -> str:
    return " ".join(response.content.decode().split())


def contents() -> Contents:
    return presets.read("three_counties").contents


def test_two_versions_stand_side_by_side_with_what_differs(cast):
    two = PolicyFactory(trust=cast.trust, wait_minutes=5)
    page = browser(cast.teacher).get(COMPARE, {"a": cast.policy.pk, "b": two.pk})
    assert page.context["lines"] == [
        Difference("While out", "Waiting at the door, at most", "20 minutes", "5 minutes")
    ]
    links = [reverse("policy_version", args=[version.pk]) for version in (cast.policy, two)]
    assert [f'href="{link}"' in text(page) for link in links] == [True, True]


def test_version_is_compared_with_any_preset(cast):
    page = browser(cast.head).get(COMPARE, {"a": "preset:three_counties", "b": cast.policy.pk})
    assert page.context["lines"] == []
    assert "They say the same." in text(page)
    other = browser(cast.head).get(COMPARE, {"a": "preset:poulton_le_sands", "b": cast.policy.pk})
    assert len(other.context["lines"]) > 50


def test_everything_is_shown_when_asked_for(cast):
    asked = {"a": cast.policy.pk, "b": "preset:three_counties", "everything": "on"}
    page = browser(cast.head).get(COMPARE, asked)
    assert page.context["lines"] == side_by_side(Contents.of(cast.policy), contents())
    assert "Who may authorise" in text(page)


def test_what_somebody_may_not_read_is_not_offered(cast):
    draft = publishing.start_draft(
        trust=cast.trust, school=None, by=cast.admin, now=app_now(), based_on=cast.policy
    )
    for person, errors in ((cast.teacher, ["b"]), (cast.outsider, ["a", "b"]), (cast.admin, [])):
        form = browser(person).get(COMPARE, {"a": cast.policy.pk, "b": draft.pk}).context["form"]
        assert list(form.errors) == errors


def test_link_from_a_version_chooses_it_on_the_right(cast):
    page = browser(cast.teacher).get(COMPARE, {"b": cast.policy.pk})
    assert (page.context["asked"], page.context["form"]["b"].value()) == (False, str(cast.policy.pk))


FILLED = [of for of in LISTS.values() if of.model is not LadderStep and of.of(contents())]


@pytest.mark.parametrize("of", FILLED, ids=lambda of: of.name)
def test_every_list_is_compared_row_by_row(of):
    gone, *_ = of.of(contents())
    without = contents().with_rows([row for row in contents().rows if row is not gone])
    (line,) = differences(contents(), without)
    assert line.group in {PARTS[of.part], "Reasons", "Grounds"}
    assert (str(gone) in {line.label, line.before}, line.after) == (True, "")


def test_another_order_of_the_same_rows_is_a_difference():
    first, second, *rest = contents().briefing
    other = dataclasses.replace(contents(), briefing=[second, first, *rest])
    assert differences(contents(), other) == [
        Difference("Briefing", "Staff: order", "This order", "Another order")
    ]


def test_what_a_level_asks_for_differs_in_words():
    low, medium, high = contents().bands
    more = type(high)(level="high", from_score=8, min_people=3, checkin_repeat_minutes=15, roles=[])
    other = dataclasses.replace(contents(), bands=[low, medium, more])
    assert differences(contents(), other) == [
        Difference(
            "Risk",
            "High",
            "People who go, at least: 2; Who is asked besides those who authorise: Headteacher/Head of School",
            "People who go, at least: 3; Who is asked besides those who authorise: nobody",
        )
    ]
