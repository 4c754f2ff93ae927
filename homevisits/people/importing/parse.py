"""Turns an uploaded file into headings and rows with their line numbers."""

import csv
import io
from dataclasses import dataclass

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 20_000
DELIMITERS = ",;\t"
NOT_TEXT = ((b"PK", "an Excel workbook"), (b"\xd0\xcf", "an old Excel workbook"), (b"%PDF", "a PDF"))


class BadFile(Exception):
    """The file cannot be read at all; the text is a sentence that says what to do."""


@dataclass(frozen=True)
class Row:
    """The cells of one row, by heading. `line` is its number as a spreadsheet shows it."""

    line: int
    cells: dict[str, str]
    extra: int = 0


@dataclass(frozen=True)
class Sheet:
    """A file's headings and its rows that are not blank."""

    headings: list[str]
    rows: list[Row]


def decode(content: bytes) -> str:
    """The text of an upload: UTF-8, what Excel calls CSV (Windows-1252), or UTF-16 with its mark.

    Raises BadFile for anything that is not text.
    """
    for start, what in NOT_TEXT:
        if content.startswith(start):
            raise BadFile(f"This is {what}: open it and save it as CSV.")
    if len(content) > MOST_BYTES:
        raise BadFile("This file is larger than 5 MB: bring it in in parts.")
    encodings = ["utf-16"] if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile("This file is not text: save it as CSV.")


def read(text: str) -> Sheet:
    """Split a file into headings and rows. Raises BadFile when there is nothing to read."""
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise BadFile("This file is not a CSV file: save it as CSV.") from None
    numbered = [(number, cells) for number, cells in enumerate(lines, 1) if any(c.strip() for c in cells)]
    if len(numbered) < 2:
        raise BadFile("This file has no rows under its headings.")
    if len(numbered) > MOST_ROWS + 1:
        raise BadFile(f"This file has more than {MOST_ROWS:,} rows: bring it in in parts.")
    headings = [heading.strip() for heading in numbered[0][1]]
    _require_distinct(headings)
    return Sheet(
        [h for h in headings if h], [_row(number, headings, cells) for number, cells in numbered[1:]]
    )


def _require_distinct(headings: list[str]) -> None:
    named = [heading.casefold() for heading in headings if heading]
    twice = sorted({heading for heading in headings if named.count(heading.casefold()) > 1})
    if twice:
        raise BadFile(f"The heading “{twice[0]}” stands more than once: give each column its own heading.")


def _row(line: int, headings: list[str], cells: list[str]) -> Row:
    named = {heading: cell.strip() for heading, cell in zip(headings, cells, strict=False) if heading}
    beyond = [cell for cell in cells[len(headings) :] if cell.strip()]
    return Row(line, named, extra=len(beyond))
