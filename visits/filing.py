"""A file that somebody hands in: is it what it says it is, and small enough to keep."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

LARGEST = 5 * 1024 * 1024
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
KINDS = {".pdf": PDF, ".docx": DOCX, ".odt": ODT}


class BadFile(ValueError):
    """The file cannot be kept; the text is a sentence that says what to do."""


@dataclass(frozen=True)
class Upload:
    """A file that was looked into: its name, what it is, and its bytes."""

    name: str
    content_type: str
    content: bytes


def read(file: Any) -> Upload:
    """Look into an uploaded file: PDF, DOCX or ODT by its first bytes, not by its name. Raises BadFile."""
    name = str(file.name).rpartition("/")[2].rpartition("\\")[2]
    if file.size > LARGEST:
        raise BadFile("Choose a file of 5 MB or less.")
    ending = f".{name.rpartition('.')[2].lower()}"
    if ending not in KINDS:
        raise BadFile("Choose a PDF, Word (.docx) or OpenDocument (.odt) file.")
    content = file.read()
    if kind_of(content) != KINDS[ending]:
        raise BadFile(
            f"This file is named {ending} but is something else. Save it again as PDF and choose that."
        )
    stem = "".join(c for c in name[: -len(ending)] if c.isalnum() or c in " -_().")[:100].strip() or "form"
    return Upload(f"{stem}{ending}", KINDS[ending], content)


def kind_of(content: bytes) -> str:
    """What a file is, by what stands in it; "" for anything that is not kept here."""
    if content.startswith(b"%PDF-"):
        return PDF
    if not content.startswith(b"PK\x03\x04"):
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _in_archive(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return ""


def _in_archive(archive: zipfile.ZipFile) -> str:
    """A word processor's file is an archive with a certain part in it; macros are not taken."""
    names = set(archive.namelist())
    if "word/document.xml" in names and "[Content_Types].xml" in names:
        return "" if any(name.endswith("vbaProject.bin") for name in names) else DOCX
    if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
        return ODT if archive.read("mimetype").decode("ascii", "replace").strip() == ODT else ""
    return ""
