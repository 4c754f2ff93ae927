"""The register's codes and what each counts as (SI 2024/208 reg 10; DfE guidance of August 2024)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

FIRST_DAY = dt.date(2024, 8, 19)


class Class(StrEnum):
    """How a code counts in the statistics."""

    ATTENDING = "attending"
    AUTHORISED = "authorised absence"
    UNAUTHORISED = "unauthorised absence"
    NOT_POSSIBLE = "not a possible attendance"
    ADMINISTRATIVE = "administrative"


@dataclass(frozen=True)
class Code:
    """One register code, valid from a day to a day (None: still)."""

    code: str
    meaning: str
    counts_as: Class
    valid_from: dt.date = FIRST_DAY
    valid_to: dt.date | None = None


A, AU, UN, NP, AD = (
    Class.ATTENDING,
    Class.AUTHORISED,
    Class.UNAUTHORISED,
    Class.NOT_POSSIBLE,
    Class.ADMINISTRATIVE,
)
CODES = {
    code.code: code
    for code in [
        Code("/", "Present, morning", A),
        Code("\\", "Present, afternoon", A),
        Code("L", "Late, before the register closed", A),
        Code("K", "Education provision arranged by the local authority", A),
        Code("V", "Educational visit or trip", A),
        Code("P", "Sporting activity", A),
        Code("W", "Work experience", A),
        Code("B", "Any other approved educational activity", A),
        Code("D", "Dual registered, at the other school", NP),
        Code("C", "Leave, exceptional circumstances", AU),
        Code("C1", "Leave, regulated performance or employment abroad", AU),
        Code("C2", "Leave, temporary part-time timetable", AU),
        Code("E", "Suspended or permanently excluded, no alternative provision", AU),
        Code("I", "Illness (not appointments)", AU),
        Code("J1", "Leave, interview for employment or another school", AU),
        Code("M", "Medical or dental appointment", AU),
        Code("R", "Religious observance", AU),
        Code("S", "Study leave for public examination", AU),
        Code("T", "Parent travelling for occupational purposes", AU),
        Code("G", "Holiday not granted", UN),
        Code("N", "Reason not yet established", UN),
        Code("O", "Absent in other or unknown circumstances", UN),
        Code("U", "Arrived after registration closed", UN),
        Code("Q", "Unable to attend: lack of access arrangements", NP),
        Code("X", "Non-compulsory-age pupil not required", NP),
        Code("Y1", "Transport normally provided not available", NP),
        Code("Y2", "Widespread disruption to travel", NP),
        Code("Y3", "Part of premises closed", NP),
        Code("Y4", "Whole site unexpectedly closed", NP),
        Code("Y5", "In criminal justice detention", NP),
        Code("Y6", "Public health guidance or law", NP),
        Code("Y7", "Any other unavoidable cause", NP),
        Code("Z", "Prospective pupil, not on roll", AD),
        Code("#", "Planned whole-school closure", AD),
    ]
}
ABSENT = {AU, UN}
ILL = {"I"}
UNEXPLAINED = {"N", "O"}


class UnknownCode(ValueError):
    """A mark that no register of that day can hold; never taken for "present"."""


def code_on(mark: str, day: dt.date) -> Code | None:
    """The code of a mark on a day; None for a blank or "-", which is no mark.

    Raises UnknownCode, with a sentence, for anything that is not in the table on that day:
    the codes of earlier years are mapped only with the school's agreement.
    """
    text = mark.strip().upper()
    if text in {"", "-"}:
        return None
    code = CODES.get(text)
    if code is None or day < code.valid_from or (code.valid_to and day > code.valid_to):
        raise UnknownCode(f"“{mark}” is not a register code on {day:%-d %B %Y}.")
    return code
