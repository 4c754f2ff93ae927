"""Which heading of a school's file means which column: remembered, else guessed."""

import re
from collections.abc import Mapping

from homevisits.people.importing.columns import Column
from homevisits.people.importing.kinds import KINDS
from homevisits.people.importing.models import HeaderMapping
from homevisits.people.importing.summary import Problem
from homevisits.trusts.models import School


def fold(heading: str) -> str:
    """A heading without capitals, dots and dashes: "E-mail" and "e mail" are the same."""
    return re.sub(r"[^a-z0-9]+", " ", heading.casefold()).strip()


def remembered(school: School, kind: str) -> dict[str, str]:
    """What this school's headings meant last time; "" for one that was left out on purpose."""
    kept = HeaderMapping.objects.filter(school=school, kind=kind).first()
    return dict(kept.columns) if kept else {}


def remember(school: School, kind: str, columns: Mapping[str, str]) -> None:
    """Keep what headings mean for the school's next file, beside those of other files."""
    kept, _ = HeaderMapping.objects.get_or_create(school=school, kind=kind)
    kept.columns |= columns
    kept.save(update_fields=["columns"])


def guess(headings: list[str], kind: str, known: Mapping[str, str]) -> dict[str, str]:
    """The column of every heading: as remembered, else by its name; "" when nobody knows it.

    Two headings never get the same column: what is remembered comes first, then the left one.
    """
    names = {column.name for column in KINDS[kind].columns}
    by_name = _names_of(KINDS[kind].columns)
    found = {heading: known[heading] for heading in headings if known.get(heading, "") in names}
    for heading in headings:
        if heading in found:
            continue
        column = "" if heading in known else by_name.get(fold(heading), "")
        found[heading] = "" if column in found.values() else column
    return {heading: found[heading] for heading in headings}


def unknown(columns: Mapping[str, str], known: Mapping[str, str]) -> list[str]:
    """Headings that nobody gave a meaning and nobody chose to leave out."""
    return [heading for heading, column in columns.items() if not column and heading not in known]


def problems(columns: Mapping[str, str], kind: str) -> list[Problem]:
    """What is wrong with the headings as a whole: a needed column missing, or one given twice."""
    chosen = [column for column in columns.values() if column]
    told = [
        Problem(1, column.label, f"The file has no column for {column.label}: say which heading it is.")
        for column in KINDS[kind].columns
        if column.required and column.name not in chosen
    ]
    labels = {column.name: column.label for column in KINDS[kind].columns}
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    told += [Problem(1, labels[name], f"Two headings stand for {labels[name]}: keep one.") for name in twice]
    if kind == "contacts" and not {"name", "last_name"} & set(chosen):
        told.append(
            Problem(1, "Name", "The file has no column for the contact's name: say which heading it is.")
        )
    return told


def _names_of(columns: list[Column]) -> dict[str, str]:
    """Every name by which a column is known; a column's own label wins over another's alias."""
    aliases = {fold(alias): column.name for column in reversed(columns) for alias in column.headings}
    return aliases | {fold(column.label): column.name for column in columns}
