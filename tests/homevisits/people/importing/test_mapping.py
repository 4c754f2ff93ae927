"""Which heading means what."""

import pytest

from homevisits.people.importing import mapping
from homevisits.people.importing.kinds import KINDS, template_headings
from homevisits.people.importing.models import Kind


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("UPN", "upn"),
        ("Unique Pupil Number", "upn"),
        ("Legal Surname", "legal_last_name"),
        ("surname", "legal_last_name"),
        ("Forename", "legal_first_name"),
        ("DOB", "born_on"),
        ("Date of birth", "born_on"),
        ("D.O.B.", ""),
        ("Year Group", "year_group"),
        ("Reg", "reg_group"),
        ("Tutor group", "reg_group"),
        ("Address line 1", "address_1"),
        ("Post code", "postcode"),
        ("Contact 1 name", "contact_1_name"),
        ("Contact 2 phone", "contact_2_phone"),
        ("Contact 2 Mobile", "contact_2_phone"),
        ("contact 1 court order", "contact_1_court_order"),
        ("House points", ""),
    ],
)
def test_common_headings_of_pupils_are_guessed(heading: str, column: str) -> None:
    assert mapping.guess([heading], Kind.PUPILS, {}) == {heading: column}


@pytest.mark.parametrize("kind", Kind.values)
def test_template_is_understood_without_help(kind: str) -> None:
    headings = template_headings(kind)
    columns = mapping.guess(headings, kind, {})
    assert (mapping.problems(columns, kind), mapping.unknown(columns, {})) == ([], [])


@pytest.mark.parametrize("kind", Kind.values)
def test_every_column_has_its_own_name_and_label(kind: str) -> None:
    names = [mapping.fold(column.label) for column in KINDS[kind].columns]
    assert len(names) == len(set(names)) == len({column.name for column in KINDS[kind].columns})


def test_two_headings_never_get_the_same_column() -> None:
    assert mapping.guess(["Surname", "Legal surname"], Kind.PUPILS, {}) == {
        "Surname": "legal_last_name",
        "Legal surname": "",
    }


def test_what_is_remembered_wins_over_a_guess() -> None:
    known = {"Legal surname": "legal_last_name", "Surname": "", "Kennung": "upn"}
    assert mapping.guess(["Surname", "Legal surname", "Kennung"], Kind.PUPILS, known) == {
        "Surname": "",
        "Legal surname": "legal_last_name",
        "Kennung": "upn",
    }


def test_missing_and_doubled_columns_are_told_on_line_1() -> None:
    columns = {"A": "upn", "B": "upn", "C": "legal_first_name", "D": "born_on", "E": "year_group"}
    told = [(problem.line, problem.column) for problem in mapping.problems(columns, Kind.PUPILS)]
    assert told == [(1, "Legal surname"), (1, "UPN")]


def test_contacts_need_a_name_column() -> None:
    told = mapping.problems({"UPN": "upn", "Rel": "relationship"}, Kind.CONTACTS)
    assert [problem.column for problem in told] == ["Name"]
