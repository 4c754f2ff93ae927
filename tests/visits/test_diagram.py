"""The states drawn for people say what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from visits import diagram
from visits.permissions import RULES
from visits.states import MOVES, State


def calls(node: ast.AST, name: str) -> Iterator[ast.Call]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and getattr(inner.func, "id", "") == name:
            yield inner


def acts_in_code() -> set[tuple[str, str]]:
    """Move and act of every transition function that names both."""
    found = set()
    for path in (settings.BASE_DIR / "visits" / "transitions").glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef):
                moves = [call.args[1] for call in calls(function, "must_stand_at")]
                acts = [
                    k.value for call in calls(function, "opened") for k in call.keywords if k.arg == "action"
                ]
                found |= {(m.value, a.value) for m in moves for a in acts if _are_literal(m, a)}
    return found


def _are_literal(*nodes: ast.expr) -> bool:
    return all(isinstance(node, ast.Constant) for node in nodes)


def test_who_is_what_the_door_asks():
    found = acts_in_code()
    assert len(found) >= 7
    assert found <= set(diagram.ACTS.items())


def test_every_move_has_a_row_with_its_sentence():
    assert diagram.ACTS.keys() == MOVES.keys()
    assert diagram.who("log") == RULES["log"].sentence
    assert (
        "| log | Authorised | Logged | Only the office can log a visit; nobody logs their own. |"
        in diagram.table()
    )


def test_every_arrow_is_in_the_mermaid_diagram():
    drawn = diagram.mermaid().splitlines()
    for move, (sources, to) in MOVES.items():
        for source in sources:
            assert f"    {source} --> {to}: {diagram.words(move)}" in drawn


def test_picture_names_every_state_and_move():
    texts = set(re.findall(r"<text[^>]*>([^<]+)</text>", diagram.svg()))
    assert texts == {state.label for state in State} | {diagram.words(move) for move in MOVES}


def test_day_of_a_visit_runs_down_the_middle():
    assert [state.value for state in diagram.spine()] == [
        "draft",
        "requested",
        "authorised",
        "logged",
        "in_progress",
        "returned_safe",
        "recorded",
    ]


def test_command_writes_what_is_missing_and_then_finds_nothing_wrong(tmp_path: Path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match=r"states.md and states.svg in docs/"):
        call_command("statediagram", "--check")
    call_command("statediagram")
    call_command("statediagram", "--check")


def test_check_names_the_file_that_was_changed_by_hand(tmp_path: Path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("statediagram")
    (tmp_path / "docs" / "states.md").write_text("Anything may become anything.")
    with pytest.raises(CommandError, match=r"^states.md in docs/"):
        call_command("statediagram", "--check")
