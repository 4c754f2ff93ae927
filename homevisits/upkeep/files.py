"""What an uploaded paper really is, by its first bytes; and a name that is safe to hand back."""

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

LARGEST = 5 * 1024 * 1024
MOST_PARTS = 2000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
ENDINGS = {"application/pdf": ".pdf", DOCX: ".docx", ODT: ".odt"}


class BadFile(ValueError):
    """The file cannot be kept; the message is a sentence for the person."""


@dataclass(frozen=True)
class Paper:
    """A file that may be kept: its safe name, what it is, and its bytes."""

    name: str
    content_type: str
    content: bytes


def read(name: str, content: bytes) -> Paper:
    """A PDF, DOCX or ODT of at most 5 MB; told by what is in it, never by its name. Raises BadFile."""
    if not content:
        raise BadFile("This file is empty: choose another.")
    if len(content) > LARGEST:
        raise BadFile("This file is larger than 5 MB: choose a smaller one, or give a link.")
    kind = kind_of(content)
    if kind is None:
        raise BadFile("Choose a PDF, Word (.docx) or OpenDocument (.odt) file.")
    return Paper(safe_name(name, ENDINGS[kind]), kind, content)


def kind_of(content: bytes) -> str | None:
    """The content type by signature; None for anything else, macros included."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    return _document(content) if content.startswith(b"PK\x03\x04") else None


def _document(content: bytes) -> str | None:
    """What a zip archive is, by its parts: nothing is unpacked but ODT's own 39 bytes of type."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if len(names) > MOST_PARTS or any(name.lower().endswith("vbaproject.bin") for name in names):
                return None
            if {"[Content_Types].xml", "word/document.xml"} <= names:
                return DOCX
            if "mimetype" in names and archive.getinfo("mimetype").file_size == len(ODT):
                return ODT if archive.read("mimetype") == ODT.encode() else None
    except (zipfile.BadZipFile, RuntimeError, OSError):
        return None
    return None


def safe_name(name: str, ending: str) -> str:
    """Letters, digits and few signs of a name, with the ending that the content deserves."""
    stem = PurePath(name.replace("\\", "/")).name
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)
    kept = re.sub(r"[^A-Za-z0-9 _()-]+", "-", stem).strip(" -.")[:80]
    return (kept or "paper") + ending
