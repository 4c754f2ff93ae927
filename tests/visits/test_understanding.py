"""Texts as people type them: what they are taken for, and what is never taken for "all well"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homevisits.notices.wording import asks_for_help
from visits.understanding import POLITE, WELL, Says, understood


@pytest.mark.parametrize(
    ("text", "says", "pin"),
    [
        ("OK", Says.FINE, ""),
        ("OK9153", Says.FINE, "9153"),
        ("OK: 9153", Says.FINE, "9153"),
        ("9153 ok", Says.FINE, "9153"),
        ("OK 9153 thanks", Says.FINE, "9153"),
        ("I’m ok 9153", Says.FINE, "9153"),
        ("All fine here, thank you!! 4826", Says.FINE, "4826"),
        ("4826", Says.FINE, "4826"),
        ("４８２６", Says.FINE, "4826"),
        ("We are back 9153", Says.BACK, "9153"),
        ("all ok, back at school 4826", Says.BACK, "4826"),
        ("back home 4826", Says.HOME, "4826"),
        ("20 min", Says.MORE_TIME, ""),
        ("+20", Says.MORE_TIME, ""),
        ("Need 15 more minutes please 4826", Says.MORE_TIME, "4826"),
        ("I need help", Says.HELP, ""),
        ("please help", Says.HELP, ""),
        ("we need help! 9153", Says.HELP, "9153"),
        ("Ring 999", Says.HELP, ""),
        ("112", Says.HELP, ""),
        ("OK help", Says.HELP, ""),
        ("HELP!! he is here", Says.HELP, ""),
        ("not ok", Says.NOTE, ""),
        ("not back yet", Says.NOTE, ""),
        ("call back", Says.NOTE, ""),
        ("ok but he will not let us out", Says.NOTE, ""),
        ("The petrol light is on", Says.NOTE, ""),
        ("", Says.NOTE, ""),
    ],
)
def test_a_text_is_taken_for_what_it_says(text: str, says: Says, pin: str) -> None:
    meaning = understood(text, with_pin=True)
    assert (meaning.says, meaning.pin) == (says, pin)
    assert not pin or pin not in meaning.rest


def test_digits_are_no_pin_where_none_is_wanted() -> None:
    meaning = understood("Bus at 1030", with_pin=False)
    assert (meaning.says, meaning.pin, meaning.rest) == (Says.NOTE, "", "Bus at 1030")


@given(
    st.text(max_size=80), st.sampled_from(["help", "HELP!", "Sos", "999", "emergency"]), st.text(max_size=80)
)
def test_a_cry_for_help_is_heard_in_whatever_sentence(before: str, cry: str, after: str) -> None:
    text = f"{before} {cry} {after}"
    assert understood(text, with_pin=True).says == Says.HELP
    assert asks_for_help(text)


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), max_size=6))
def test_a_word_that_is_not_known_is_never_all_well(words: list[str]) -> None:
    meaning = understood(" ".join(["ok", *words]), with_pin=False)
    if meaning.says == Says.FINE:
        assert set(words) <= WELL | POLITE


@given(st.text(max_size=60), st.from_regex(r"[0-9]{4,6}", fullmatch=True))
def test_a_pin_never_stands_in_what_is_left(before: str, pin: str) -> None:
    meaning = understood(f"{before} {pin}", with_pin=True)
    assert meaning.pin
    assert meaning.rest.count(meaning.pin) <= before.count(meaning.pin) + (meaning.pin != pin)
