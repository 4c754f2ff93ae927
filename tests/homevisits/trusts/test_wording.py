"""A policy's values in words, and what differs between two versions."""

import dataclasses

import pytest

from homevisits.trusts import presets
from homevisits.trusts.comparing import Difference, differences
from homevisits.trusts.contents import Contents
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.wording import step_text, value_text

TC = "three_counties"
WELFARE = "A welfare visit: the record says whether the pupil was seen and spoken to"


def contents(name: str = TC) -> Contents:
    return presets.read(name).contents


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("wait_minutes", "20 minutes"),
        ("countersign_minutes", "24 hours"),
        ("min_people", "2 people"),
        ("checkin_repeat_minutes", "Not repeated"),
        ("deputy_roles", "Nobody"),
        ("lone_roles_ewo", "Executive Headteacher/CEO"),
        ("confirm_necessary", "Yes"),
        ("outsiders_count", "No"),
        ("evening_from", "None"),
        ("review_by", "31 December 2026"),
        ("dbs_rule", "They cannot go"),
        ("lone_rule", "Only by a separate decision with a reason"),
        ("file_choices", "Safeguarding file, Attendance file"),
    ],
)
def test_value_in_words(column, words):
    assert value_text(contents().policy, column) == words


def test_time_of_day_in_words():
    assert value_text(contents("poulton_le_sands").policy, "evening_from") == "18:00"


def test_one_is_singular():
    assert value_text(contents().policy, "min_people", 1) == "1 person"


def test_step_names_the_ewos_own_people():
    step = LadderStep(roles=["headteacher"], roles_ewo=["ceo", "headteacher"])
    assert step_text(contents().policy, step) == (
        "Headteacher/Head of School (for the EWO: Executive Headteacher/CEO, Headteacher/Head of School)"
    )


def test_same_contents_do_not_differ():
    assert differences(contents(), contents()) == []


def test_changed_setting_differs():
    assert differences(contents(), contents().having(wait_minutes=5)) == [
        Difference("While out", "Waiting at the door, at most", "20 minutes", "5 minutes")
    ]


def changed(field: str, rows: list) -> Contents:
    """Three Counties with another list."""
    return dataclasses.replace(contents(), **{field: rows})


def test_reason_that_is_left_out_or_changed_differs():
    first, second, *rest = contents().reasons
    other = type(second)(**{f.attname: getattr(second, f.attname) for f in second._meta.concrete_fields})
    other.min_attempts, other.is_welfare = 0, False
    assert differences(contents(), changed("reasons", [other, *rest])) == [
        Difference("Reasons", str(first), "Listed", ""),
        Difference("Reasons", str(second), f"{WELFARE}: yes", f"{WELFARE}: no"),
    ]


def test_ladder_and_guidance_differ_as_sentences():
    without_last = [step for step in contents().steps if not (step.ladder == "concern" and step.position)]
    (ladder,) = differences(contents(), changed("steps", without_last))
    assert (ladder.label, ladder.after) == (
        "A concern has not been read",
        "0 min: Designated Safeguarding Lead, in the product, e-mail, on an installed phone",
    )
    gone, *rest = contents().guidance
    assert differences(contents(), changed("guidance", rest)) == [
        Difference("Guidance", gone.get_moment_display(), gone.text, "")
    ]
