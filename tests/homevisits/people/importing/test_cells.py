"""What one cell may hold, and what is said when it does not."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from homevisits.people.importing import cells
from homevisits.people.importing.checking import split_name


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("04/05/2016", dt.date(2016, 5, 4)),
        ("4/5/2016", dt.date(2016, 5, 4)),
        ("04-05-2016", dt.date(2016, 5, 4)),
        ("04.05.2016", dt.date(2016, 5, 4)),
        ("2016-05-04", dt.date(2016, 5, 4)),
        ("2016-05-04T00:00:00", dt.date(2016, 5, 4)),
        ("04/05/2016 00:00", dt.date(2016, 5, 4)),
        ("29/02/2016", dt.date(2016, 2, 29)),
    ],
)
def test_day_is_read_day_first_or_iso(typed: str, day: dt.date) -> None:
    assert cells.day(typed) == day


@pytest.mark.parametrize(
    "typed", ["05/13/2016", "29/02/2015", "4/5/16", "4 May", "2016/05/04", "0", "2016-5-4"]
)
def test_bad_day_says_how_to_write_one(typed: str) -> None:
    with pytest.raises(ValidationError, match="such as 04/05/2016"):
        cells.day(typed)


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("Year 5", "5"),
        ("Yr 05", "5"),
        ("5", "5"),
        ("Y11", "11"),
        ("Reception", "R"),
        ("r", "R"),
        ("Nursery 2", "Nursery 2"),
    ],
)
def test_year_groups_are_written_one_way(typed: str, year: str) -> None:
    assert cells.year(typed) == year


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("hr40aa", "HR4 0AA"), ("HR4 0AA", "HR4 0AA"), ("sw1a1aa", "SW1A 1AA")],
)
def test_postcode_is_spaced(typed: str, kept: str) -> None:
    assert cells.postcode(typed) == kept


@pytest.mark.parametrize("typed", ["HR4", "12345", "HR4 0A", "Hereford"])
def test_bad_postcode_is_told(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a postcode in full"):
        cells.postcode(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("07700 900112", "+447700900112"),
        ("7700900112", "+447700900112"),
        ("'+44 20 7946 0123", "+442079460123"),
    ],
)
def test_phone_is_kept_one_way(typed: str, kept: str) -> None:
    assert cells.phone(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "4.477E+11", "call nan", "0770090011"])
def test_bad_phone_is_told(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a phone number"):
        cells.phone(typed)


@pytest.mark.parametrize("typed", ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "'=1+1"])
def test_formula_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError, match="takes it for a formula"):
        cells.text(60)(typed)


def test_text_is_tidied_and_limited() -> None:
    assert cells.text(60)("  14   Larch Close ") == "14 Larch Close"
    with pytest.raises(ValidationError, match="3 characters at most, it has 4"):
        cells.text(3)("abcd")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Mum", "mother"),
        ("Foster carer", "carer"),
        ("Step-parent", "step_parent"),
        ("Nan", "grandparent"),
        ("Neighbour", "other"),
    ],
)
def test_relationships_are_understood(typed: str, kept: str) -> None:
    assert cells.relationship(typed) == kept


def test_roles_may_be_several() -> None:
    assert cells.roles("DSL; Headteacher, head") == ["dsl", "headteacher"]


def test_unknown_role_names_those_there_are() -> None:
    with pytest.raises(ValidationError, match="“Wizard” is not a role: use one of Visiting staff"):
        cells.roles("Office; Wizard")


@pytest.mark.parametrize(
    ("full", "parts"),
    [
        ("Ruth Hale", ("Ruth", "Hale")),
        ("Mrs Ruth Hale", ("Ruth", "Hale")),
        ("Hale, Mrs Ruth", ("Ruth", "Hale")),
        ("Ruth van der Berg", ("Ruth van der", "Berg")),
        ("Hale", ("", "Hale")),
    ],
)
def test_full_name_is_split(full: str, parts: tuple[str, str]) -> None:
    assert split_name(full) == parts


@pytest.mark.parametrize("typed", ["maybe", "2", "yep"])
def test_yes_or_no_is_one_of_both(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter Yes or No"):
        cells.yes_no(typed)
