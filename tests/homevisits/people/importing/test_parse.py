"""From bytes to rows."""

import pytest

from homevisits.people.importing.parse import MOST_BYTES, BadFile, decode, read


@pytest.mark.parametrize(
    "content",
    [
        "Name\nZoë".encode(),
        b"\xef\xbb\xbf" + "Name\nZoë".encode(),
        "Name\nZoë".encode("cp1252"),
        "Name\nZoë".encode("utf-16"),
    ],
    ids=["utf-8", "utf-8 with mark", "windows-1252", "utf-16"],
)
def test_encodings_of_excel_are_read(content: bytes) -> None:
    assert decode(content) == "Name\nZoë"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04rest", "an Excel workbook: open it and save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"%PDF-1.7", "a PDF"),
        (b"Name\n\x00\x00", "not text"),
        (b"Name\n\x81", "not text"),
        (b"x" * (MOST_BYTES + 1), "larger than 5 MB"),
    ],
    ids=["xlsx", "xls", "pdf", "nul", "undefined", "too large"],
)
def test_other_files_are_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        decode(content)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_delimiters_are_recognised(delimiter: str) -> None:
    sheet = read(f"UPN{delimiter}Name\n1{delimiter}Ivy\n")
    assert (sheet.headings, sheet.rows[0].cells) == (["UPN", "Name"], {"UPN": "1", "Name": "Ivy"})


def test_lines_count_as_a_spreadsheet_shows_them() -> None:
    sheet = read('UPN,Note\n1,a\n\n2,"over\ntwo lines"\n3,c\n')
    assert [(row.line, row.cells["UPN"]) for row in sheet.rows] == [(2, "1"), (4, "2"), (5, "3")]


def test_row_with_too_many_cells_says_so() -> None:
    assert [row.extra for row in read("UPN,Street\n1,2 Mill Lane, Leek\n2,x,,\n").rows] == [1, 0]


def test_column_without_a_heading_is_left_out() -> None:
    assert read("UPN,,Name\n1,x,Ivy\n").rows[0].cells == {"UPN": "1", "Name": "Ivy"}


def test_odd_line_ends_inside_a_cell_do_not_make_rows() -> None:
    assert len(read("UPN,Note\r\n1,a\u2028b\r\n2,c\r\n").rows) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no rows"),
        ("UPN,Name\n", "no rows"),
        ("UPN,Name\n,\n , \n", "no rows"),
        ("UPN,upn\n1,2\n", "stands more than once"),
        ("UPN\n" + "1\n" * 20_001, "more than 20,000 rows"),
    ],
)
def test_file_with_nothing_to_read_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        read(text)
