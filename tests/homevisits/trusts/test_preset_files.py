"""A preset file with a mistake says which, all of them at once."""

import tomllib

import pytest

from homevisits.trusts.presets import FOLDER, NAMES, BadPreset, parse

GOOD = (FOLDER / "three_counties.toml").read_text(encoding="utf-8")


def complaint(text: str) -> str:
    with pytest.raises(BadPreset) as bad:
        parse("three_counties", text)
    return str(bad.value)


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("[settings.wait_minutes]", "[settings.patience]", "There is no setting 'patience'."),
        ("[settings.wait_minutes]", "[settings.patience]", "The setting 'wait_minutes' is missing."),
        ('clauses = ["TC-109"]', 'clauses = ["TC-999"]', "cites TC-999, which no document has"),
        ('clauses = ["TC-109"]', 'clauses = ["SH-001"]', "cites no clause of its document"),
        ('clauses = ["TC-109"]', "", "cites no clause of its document and is not marked as own"),
        ('note = "Not mentioned; traffic."', "", "'depart_early_minutes' is an own choice without a note"),
        ('value = ["headteacher"]', 'value = ["pope"]', "authorising_roles"),
        ('value = "by_decision"', 'value = "perhaps"', "lone_rule"),
        ('value = "exempt"', "", "'ewo_route' needs either a value or none = true"),
        ('unannounced = "yes"', 'unannounced = "perhaps"', "unannounced"),
        ('roles = ["office"]', 'roles = ["nobody"]', "roles"),
        ('only = "lone"', 'only = "friday"', "only"),
        ('ewo = "Education', 'bishop = "Education', "unknown role 'bishop'"),
    ],
)
def test_mistake_is_named(was, becomes, sentence):
    assert was in GOOD
    assert sentence in complaint(GOOD.replace(was, becomes, 1))


def test_all_mistakes_are_told_at_once():
    text = GOOD.replace('clauses = ["TC-109"]', 'clauses = ["TC-999"]').replace('value = "exempt"', "")
    said = complaint(text)
    assert "TC-999" in said
    assert "ewo_route" in said


@pytest.mark.parametrize("name", NAMES)
def test_shipped_files_are_without_mistake(name):
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    preset = parse(name, text)
    assert preset.title == tomllib.loads(text)["name"]
