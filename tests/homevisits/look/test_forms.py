"""Fields that a choice reveals, our sentences, and where errors stand."""

import datetime as dt
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms

from homevisits.look.forms import DayField, HouseForm, MomentField, TickTiles, Tiles
from homevisits.look.sentences import missing


class Told(HouseForm):
    """A choice that reveals a choice that reveals a text."""

    reveals = {"told": {"no": ["why_not"]}, "why_not": {"other": ["other"]}}
    sentences = {"why_not": "Choose why the parents are not told first"}

    told = forms.ChoiceField(
        label="Are the parents told?", choices=[("yes", "Yes"), ("no", "No")], widget=Tiles
    )
    why_not = forms.ChoiceField(
        label="Why not?", choices=[("check", "Absent child"), ("other", "Other")], widget=Tiles
    )
    other = forms.CharField(label="Other reason")


class Visit(HouseForm):
    """One of each kind of field."""

    reveals = {"interpreter": {"True": ["language"]}}

    postcode = forms.CharField(label="Postcode", help_text="Of the home.", max_length=8)
    day = DayField(label="Day of the visit")
    wait = forms.IntegerField(label="Longest wait", max_value=20)
    bring = forms.MultipleChoiceField(label="What do you take?", choices=[("card", "Card")], widget=TickTiles)
    interpreter = forms.BooleanField(label="An interpreter is needed", required=False)
    language = forms.CharField(label="Language")


class Back(HouseForm):
    back_by = MomentField(label="Back at school by")


def test_revealed_field_is_not_asked_when_its_choice_is_not_made() -> None:
    assert Told({"told": "yes"}).is_valid()


def test_revealed_field_is_needed_when_its_choice_is_made() -> None:
    assert Told({"told": "no"}).errors == {"why_not": ["Choose why the parents are not told first"]}


def test_revealed_field_is_emptied_when_the_choice_went_away() -> None:
    form = Told({"told": "yes", "why_not": "other", "other": "left from before"})
    assert form.is_valid()
    assert form.cleaned_data == {"told": "yes", "why_not": "", "other": ""}


def test_error_under_a_choice_that_is_not_made_is_dropped() -> None:
    assert Told({"told": "yes", "why_not": "no such reason"}).is_valid()


def test_reveal_inside_a_reveal_is_needed_only_down_its_own_path() -> None:
    assert Told({"told": "no", "why_not": "other"}).errors == {"other": ["Enter the other reason"]}
    assert Told({"told": "yes", "why_not": "other"}).is_valid()


def test_tick_reveals_a_field() -> None:
    sent = {"postcode": "HR4 0XX", "day": "2026-11-26", "wait": "20", "bring": ["card"]}
    assert Visit(sent).is_valid()
    assert Visit(sent | {"interpreter": "on"}).errors == {"language": ["Enter the language"]}


def test_every_error_says_what_to_do() -> None:
    form = Visit({"postcode": "HR4 0XX 99", "day": "soon", "wait": "21", "bring": []})
    assert form.errors == {
        "postcode": ["Make the postcode shorter: 8 characters at most, it has 10"],
        "day": ["Enter the day of the visit as a date, such as 26/11/2026"],
        "wait": ["Enter the longest wait of 20 or less"],
        "bring": ["Answer “What do you take?”"],
    }


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("Postcode", "Enter the postcode"),
        ("Your mobile", "Enter your mobile"),
        ("DBS number", "Enter the DBS number"),
        ("What you know", "Enter what you know"),
        ("Back at school by", "Enter “Back at school by”"),
        ("Why not?", "Answer “Why not?”"),
    ],
)
def test_missing_makes_a_sentence_of_any_label(label: str, sentence: str) -> None:
    assert missing(forms.CharField(), label) == sentence


def test_author_s_own_sentence_stands() -> None:
    class Own(HouseForm):
        reason = forms.CharField(error_messages={"required": "Say why, in your own words"})

    assert Own({}).errors == {"reason": ["Say why, in your own words"]}


def moment(day: str, time: str) -> Any:
    form = Back({"back_by_day": day, "back_by_time": time})
    return form.cleaned_data["back_by"] if form.is_valid() else form.errors["back_by"]


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        ("2026-11-26", "11:19", dt.datetime(2026, 11, 26, 11, 19, tzinfo=dt.UTC)),
        ("26/06/2026", "11.19", dt.datetime(2026, 6, 26, 10, 19, tzinfo=dt.UTC)),
        ("2026-10-25", "01:30", dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        ("", "", ["Enter “Back at school by”"]),
        ("2026-11-26", "", ["Enter the time too"]),
        ("", "11:19", ["Enter the day too"]),
        ("2026-11-26", "noon", ["Enter the time on the 24-hour clock, such as 14:30"]),
        (
            "2027-03-28",
            "01:30",
            ["01:30 does not exist on 28 March 2027: the clocks go forward."],
        ),
    ],
)
def test_moment_is_a_time_on_the_school_clock(day: str, time: str, expected: Any) -> None:
    assert moment(day, time) == expected


def test_moment_shows_the_school_clock_again() -> None:
    html = str(Back(initial={"back_by": dt.datetime(2026, 6, 26, 10, 19, tzinfo=dt.UTC)})["back_by"])
    assert 'value="2026-06-26"' in html
    assert 'value="11:19"' in html


def test_error_stands_beside_its_field_and_is_read_with_it() -> None:
    html = render_crispy_form(Visit({}))
    assert 'aria-describedby="id_postcode_helptext id_postcode_error"' in html
    assert 'id="id_postcode_error"' in html
    assert 'aria-invalid="true"' in html
    assert "novalidate" in html


def test_revealed_field_is_rendered_once_under_its_choice() -> None:
    html = render_crispy_form(Told({"told": "no", "why_not": "other", "other": ""}))
    assert html.count('id="div_id_other"') == 1
    assert html.index('value="other"') < html.index('id="div_id_other"')
    assert html.count("reveal-bad") == 1


def test_nothing_typed_is_lost_when_a_form_is_refused() -> None:
    html = render_crispy_form(Visit({"postcode": "HR4", "wait": "ninety", "bring": ["card"]}))
    assert 'value="HR4"' in html
    assert 'value="ninety"' in html
    assert "checked" in html


def test_error_of_the_whole_form_is_shown_where_no_summary_showed_it() -> None:
    class Refused(HouseForm):
        def clean(self) -> None:
            raise forms.ValidationError("Somebody else decided at 10:41.")

    assert "Somebody else decided at 10:41." in render_crispy_form(Refused({}))
