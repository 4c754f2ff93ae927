"""Writes CSV that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """A cell that begins like a formula gets an apostrophe in front, which spreadsheets take as text."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV file as RFC 4180 has it, with the mark by which Excel knows UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(heading) for heading in headings])
    for row in rows:
        writer.writerow([safe_cell(str(cell)) for cell in row])
    return "\ufeff" + out.getvalue()
