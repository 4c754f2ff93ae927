"""What marks add up to, in whole sessions; percentages only where there are enough of them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attendance.codes import ABSENT, CODES, Class

if TYPE_CHECKING:
    from attendance.models import Mark

FEWEST = 20  # sessions under which a label would say more than the figures do
PERSISTENT, SEVERE = 10, 50  # per cent of possible sessions (DfE)


@dataclass(frozen=True)
class Figures:
    """Sessions counted: possible = attending + authorised + unauthorised."""

    attending: int
    authorised: int
    unauthorised: int

    @property
    def possible(self) -> int:
        return self.attending + self.authorised + self.unauthorised

    @property
    def absent(self) -> int:
        return self.authorised + self.unauthorised

    @property
    def tenths(self) -> int | None:
        """Attendance in tenths of a per cent, rounded down; None without a possible session."""
        return self.attending * 1000 // self.possible if self.possible else None

    @property
    def percent(self) -> str:
        """ "88.4%", or "no figure" without a possible session."""
        return "no figure" if self.tenths is None else f"{self.tenths // 10}.{self.tenths % 10}%"

    @property
    def label(self) -> str:
        """ "persistent absence", "severe absence", or nothing; nothing under the fewest sessions."""
        if self.possible < FEWEST:
            return ""
        if self.absent * 100 >= SEVERE * self.possible:
            return "severe absence"
        return "persistent absence" if self.absent * 100 >= PERSISTENT * self.possible else ""


def figures(codes: Iterable[str]) -> Figures:
    """Count codes by their class; what is no possible attendance counts nowhere."""
    count = dict.fromkeys(Class, 0)
    for code in codes:
        count[CODES[code].counts_as] += 1
    return Figures(count[Class.ATTENDING], count[Class.AUTHORISED], count[Class.UNAUTHORISED])


@dataclass(frozen=True)
class Tick:
    """One session of the last days, for the picture: attended, late, absent, or none of these."""

    day: dt.date
    session: str
    code: str
    shape: str

    @property
    def words(self) -> str:
        return f"{self.day:%a %-d %b} {self.session.upper()}: {CODES[self.code].meaning if self.code else 'no mark'}"


def shape(code: str) -> str:
    if not code:
        return "none"
    if code == "L":
        return "late"
    kind = CODES[code].counts_as
    return "absent" if kind in ABSENT else "present" if kind == Class.ATTENDING else "none"


def last_days(marks: "Iterable[Mark]", days: int = 10) -> list[Tick]:
    """Morning and afternoon of the last days that have a mark, oldest first."""
    found = {(m.day, m.session): m.code for m in marks}
    kept = sorted({day for day, _ in found})[-days:]
    pairs = [(day, session) for day in kept for session in ("am", "pm")]
    return [Tick(d, s, found.get((d, s), ""), shape(found.get((d, s), ""))) for d, s in pairs]
