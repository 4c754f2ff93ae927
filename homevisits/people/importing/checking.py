"""Checks every row of a sheet on its own: cells become values or problems."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from homevisits.people.importing.columns import Column
from homevisits.people.importing.kinds import KINDS
from homevisits.people.importing.parse import Row, Sheet
from homevisits.people.importing.summary import Problem

SHOWN = 60
NOTHING = {"", "-"}
TITLES = re.compile(r"^(mr|mrs|ms|miss|mx|dr|rev|prof|sir|lady)\.?\s+", re.IGNORECASE)


@dataclass
class Checked:
    """One row as values by column name; cells that are empty have none."""

    line: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def add(self, column: str, sentence: str, value: str = "") -> None:
        """Note something wrong with this row."""
        self.problems.append(Problem(self.line, column, sentence, value[:SHOWN]))

    @property
    def is_good(self) -> bool:
        return not self.problems


def check(sheet: Sheet, kind: str, columns: Mapping[str, str]) -> list[Checked]:
    """Read every cell that has a column, and say what is wrong with each."""
    by_name = {column.name: column for column in KINDS[kind].columns}
    wanted = [(heading, by_name[name]) for heading, name in columns.items() if name]
    return [_check_row(row, wanted) for row in sheet.rows]


def _check_row(row: Row, wanted: list[tuple[str, Column]]) -> Checked:
    checked = Checked(row.line, {})
    if row.extra:
        checked.add("", f"This row has {row.extra} cells more than there are headings: quote its commas.")
    for heading, column in wanted:
        _read_cell(row.cells.get(heading, ""), column, checked)
    return checked


def _read_cell(cell: str, column: Column, checked: Checked) -> None:
    if cell.casefold() in NOTHING:
        if column.required:
            checked.add(column.label, f"Enter {column.label}.")
        return
    try:
        checked.values[column.name] = column.read(cell)
    except ValidationError as wrong:
        checked.add(column.label, wrong.messages[0], cell)


def split_name(full: str) -> tuple[str, str]:
    """ "Mrs Ruth Hale" and "Hale, Ruth" as first and last name; one word is a last name."""
    plain = TITLES.sub("", full)
    if "," in plain:
        last, _, first = plain.partition(",")
        return TITLES.sub("", first.strip()), last.strip()
    first, _, last = plain.rpartition(" ")
    return first.strip(), last.strip()


def once(rows: list[Checked], column: str, label: str) -> None:
    """Note rows that repeat an earlier row's key."""
    first_seen: dict[Any, int] = {}
    for row in rows:
        key = row.values.get(column)
        if key is None:
            continue
        if key in first_seen:
            row.add(label, f"Line {first_seen[key]} has the same {label}.", str(key))
        first_seen.setdefault(key, row.line)
