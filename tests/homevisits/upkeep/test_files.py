"""What an uploaded paper really is, whatever it is called."""

import io
import zipfile

import pytest

from homevisits.upkeep import files

PDF = b"%PDF-1.7 a form"


def archive(**parts: bytes) -> bytes:
    """A zip file with these parts; a name's `__` stands for a slash."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return kept.getvalue()


WORD = {"[Content_Types].xml": b"<x/>", "word__document.xml": b"<x/>"}


@pytest.mark.parametrize(
    ("name", "content", "kept", "kind"),
    [
        ("Risk form.exe", PDF, "Risk form.pdf", "application/pdf"),
        ("form.pdf", archive(**WORD), "form.docx", files.DOCX),
        ("form", archive(mimetype=files.ODT.encode()), "form.odt", files.ODT),
    ],
)
def test_a_paper_is_told_by_what_is_in_it(name: str, content: bytes, kept: str, kind: str) -> None:
    paper = files.read(name, content)
    assert (paper.name, paper.content_type, paper.content) == (kept, kind, content)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script>",
        b"MZ\x90\x00",
        b"PK\x03\x04 broken",
        archive(**{"a.txt": b"x"}),
        archive(**WORD, **{"word__vbaProject.bin": b"x"}),
        archive(mimetype=b"application/epub+zip"),
        archive(mimetype=b"application/vnd.oasis.opendocument.xxxx"),
    ],
)
def test_anything_else_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(files.BadFile, match=r"Choose a PDF, Word \(\.docx\) or OpenDocument"):
        files.read("form.pdf", content)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "empty"), (PDF + b"x" * files.LARGEST, "larger than 5 MB")]
)
def test_empty_and_large_files_are_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(files.BadFile, match=sentence):
        files.read("form.pdf", content)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\forms\\Risk form.pdf", "Risk form.pdf"),
        ('a"; filename="b.exe', "a- filename-b.pdf"),
        ("line\r\nbreak.pdf", "line-break.pdf"),
        ("€€€.pdf", "paper.pdf"),
        ("x" * 300, "x" * 80 + ".pdf"),
    ],
)
def test_a_name_is_made_safe(name: str, kept: str) -> None:
    assert files.safe_name(name, ".pdf") == kept
