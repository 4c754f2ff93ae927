"""manage.py clauses: markers, presets and code are read, and an unknown id makes it fail."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from homevisits.trusts import citations
from homevisits.trusts.citations import Citations, by_kind, collect, named_in
from homevisits.trusts.clauses import every_clause, named
from homevisits.trusts.marks import Unreadable, marked

SAMPLE = '''
import pytest

clause = pytest.mark.clause
ROWS = [pytest.param(1, marks=clause("TC-001", "TC-002")), pytest.param(2, marks=pytest.mark.clause("TC-003"))]


@pytest.mark.clause("AF-001", *("AF-002",))
@pytest.mark.parametrize("row", [pytest.param(3, marks=clause("AF-003"))])
def test_one(row):
    """Says TC-109 without citing it."""


@pytest.mark.slow("PS-001")
def test_two():
    pass
'''


def write(folder: Path, text: str) -> Path:
    path = folder / "test_sample.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_markers_are_read_wherever_they_stand(tmp_path):
    assert sorted(marked("clause", write(tmp_path, SAMPLE), tmp_path)) == [
        ("AF-001", "test_sample.py::test_one"),
        ("AF-002", "test_sample.py::test_one"),
        ("AF-003", "test_sample.py::test_one"),
        ("TC-001", "test_sample.py"),
        ("TC-002", "test_sample.py"),
        ("TC-003", "test_sample.py"),
    ]


def test_marker_that_hides_its_ids_is_an_error(tmp_path):
    text = "import pytest\n\n@pytest.mark.clause(*IDS)\ndef test_one(): ...\n"
    with pytest.raises(Unreadable, match=r"test_sample.py::test_one, line 3"):
        list(marked("clause", write(tmp_path, text), tmp_path))


def test_code_cites_by_whole_strings(tmp_path):
    text = '"""About TC-109."""\nCLAUSES = ["TC-110", "PS-003"]\nOTHER = "see TC-111"\n'
    assert list(named_in(write(tmp_path, text), tmp_path)) == [
        ("TC-110", "test_sample.py:2"),
        ("PS-003", "test_sample.py:2"),
    ]


@pytest.fixture
def few(monkeypatch) -> Citations:
    """A handful of citations instead of the whole tree."""
    found = Citations()
    found.tests["TC-109"].append("tests/test_wait.py::test_wait")
    found.guidance["TC-006"].append("three_counties: The contact knows.")
    monkeypatch.setattr("homevisits.trusts.management.commands.clauses.collect", lambda: found)
    return found


def test_command_prints_what_cites_a_clause(few, capsys):
    call_command("clauses", kind="TIMER")
    printed = capsys.readouterr().out
    assert "TC-109  TIMER+CONFIG" in printed
    assert "    test      tests/test_wait.py::test_wait\n" in printed
    assert "TC-108" not in printed
    assert printed.splitlines()[-1].split() == ["clauses", "56", "1", "1"]


def test_command_prints_what_is_missing(few, capsys):
    call_command("clauses", "--missing")
    printed = capsys.readouterr().out
    assert "TC-109  " not in printed
    assert "guidance  three_counties: The contact knows." in printed


def test_command_speaks_json(few, capsys):
    call_command("clauses", "--json")
    said = json.loads(capsys.readouterr().out)
    (wait,) = [clause for clause in said["clauses"] if clause["id"] == "TC-109"]
    assert wait == {
        "id": "TC-109",
        "kind": ["CONFIG", "TIMER"],
        "proved": True,
        "test": ["tests/test_wait.py::test_wait"],
        "preset": [],
        "guidance": [],
        "code": [],
    }
    assert said["kinds"]["TIMER"] == {"all": 56, "cited": 1, "proved": 1}


def test_command_fails_on_an_unknown_id(few):
    few.code["TC-999"].append("visits/gates/submit.py:1")
    with pytest.raises(CommandError, match=r"TC-999: visits/gates/submit.py:1"):
        call_command("clauses", "--kind", "TIMER")


def test_every_clause_of_the_list_is_known_by_kind():
    clauses = list(every_clause().values())
    assert len(clauses) == 706
    assert by_kind(clauses, Citations())["ENFORCE"] == (136, 0, 0)
    assert named(["TC-109", "TC-999"])[0].source == "Three Counties trust, Home visits"


def test_presets_are_read_beside_their_rows():
    found = collect()
    assert "three_counties: wait_minutes" in found.values["TC-109"]
    assert "three_counties: I carry my identity card." in found.guidance["TC-107"]
    assert citations.CLAUSE_ID.fullmatch("TC-109")
