"""What the tags write."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template

from homevisits.look.forms import HouseForm, MomentField, Tiles
from homevisits.look.parts import form_problems

NOW = dt.datetime(2026, 11, 26, 10, 52, 7, tzinfo=dt.UTC)


def drawn(template: str, **context: Any) -> str:
    return Template("{% load look %}" + template).render(Context({"now": NOW} | context))


def test_icon_is_hidden_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in drawn('{% icon "phone" %}')
    assert 'role="img" aria-label="Phone"' in drawn('{% icon "phone" label="Phone" %}')


def test_pill_has_word_icon_and_colour() -> None:
    html = drawn('{% pill "late" "" "Late" %}')
    assert "pill-late" in html
    assert "<svg" in html
    assert "<span>Late</span>" in html


def test_pill_escapes_what_people_typed() -> None:
    assert "&lt;script&gt;" in drawn('{% pill "info" "" word %}', word="<script>")


@pytest.mark.parametrize(
    ("minutes", "urgency", "text"), [(26, "ok", "26:00"), (4, "soon", "4:00"), (-12, "late", "+12:00")]
)
def test_countdown_is_right_as_rendered(minutes: int, urgency: str, text: str) -> None:
    html = drawn("{% countdown due now %}", due=NOW + dt.timedelta(minutes=minutes))
    assert f"count-{urgency}" in html
    assert f"<span data-left>{text}</span>" in html


def test_local_shows_school_time_and_keeps_the_instant() -> None:
    summer = dt.datetime(2026, 6, 26, 10, 19, tzinfo=dt.UTC)
    assert drawn("{% local at %}", at=summer) == ('<time datetime="2026-06-26T10:19:00+00:00">11:19</time>')


def test_needs_mark_what_is_unmet_for_a_gate() -> None:
    items = [
        {"sentence": "Two people go", "met": True},
        SimpleNamespace(sentence="DBS check is not on file.", blocks=True, clauses=["TC-124"]),
        SimpleNamespace(sentence="DSL has not commented.", blocks=False, clauses=[]),
    ]
    html = drawn('{% needs items gate="authorise" %}', items=items)
    assert html.count('data-gate="authorise"') == 2
    assert html.count('data-blocks="true"') == 1
    assert html.count('data-blocks="false"') == 1
    assert "TC-124" in html


def test_spark_tells_in_words_what_it_draws() -> None:
    marks = [{"kind": "present"}, {"kind": "absent"}, {"kind": "absent"}]
    assert 'aria-label="Of 3 sessions: 1 present, 2 absent"' in drawn("{% spark marks %}", marks=marks)


def test_page_head_keeps_its_actions_as_they_are() -> None:
    html = drawn('{% page_head title %}<a href="/x">New</a>{% endpage_head %}', title="A & B")
    assert '<a href="/x">New</a>' in html
    assert "A &amp; B" in html


def test_act_that_may_not_be_pressed_says_why() -> None:
    html = drawn('{% act "/x/" "Authorise" why="DBS check is not on file." %}')
    assert " disabled" in html
    assert "DBS check is not on file." in html


class Mixed(HouseForm):
    told = forms.ChoiceField(label="Told?", choices=[("yes", "Yes")], widget=Tiles)
    back_by = MomentField(label="Back by")
    name = forms.CharField(label="Name")


def test_problems_link_to_the_first_input_of_each_field() -> None:
    assert form_problems(Mixed({})) == [
        ("Answer “Told?”", "id_told_0"),
        ("Enter “Back by”", "id_back_by_0"),
        ("Enter the name", "id_name"),
    ]


def test_problems_are_in_a_summary_with_links() -> None:
    html = drawn("{% error_summary form %}", form=Mixed({}))
    assert '<a href="#id_told_0">' in html
    assert all(f'id="{target}"' in str(Mixed({})) for _, target in form_problems(Mixed({})))
    assert drawn("{% error_summary form %}", form=Mixed()).strip() == ""


def test_error_summary_lists_the_errors_of_a_list_of_forms_too() -> None:
    rows = [Mixed({}, prefix="first"), Mixed({}, prefix="second")]
    html = drawn("{% error_summary rows form %}", rows=rows, form=None)
    assert 'href="#id_first-' in html
    assert 'href="#id_second-' in html
