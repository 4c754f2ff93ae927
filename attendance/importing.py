"""Register marks from a school's file: one row a session, by UPN, through the people importer."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError

from attendance.codes import UnknownCode, code_on
from attendance.models import Mark
from attendance.proposing import propose
from homevisits.people.importing import cells
from homevisits.people.importing.checking import Checked
from homevisits.people.importing.columns import Column
from homevisits.people.importing.context import Context, Tally
from homevisits.people.importing.summary import Missing
from homevisits.people.models import Pupil
from homevisits.trusts.roles import RoleName

KIND = "marks"
SESSIONS = {
    "am": "am",
    "morning": "am",
    "a": "am",
    "1": "am",
    "pm": "pm",
    "afternoon": "pm",
    "p": "pm",
    "2": "pm",
}
IMPORTERS = {RoleName.ATTENDANCE_OFFICER, RoleName.ATTENDANCE_LEAD, RoleName.OFFICE, RoleName.HEADTEACHER}


def session(cell: str) -> str:
    """AM or PM."""
    if cell.casefold() not in SESSIONS:
        raise ValidationError(f"“{cell}” is not a session: write AM or PM.")
    return SESSIONS[cell.casefold()]


def code(cell: str) -> str:
    """A mark as it stands; whether it is a code of its day is asked once the day is known."""
    return cell.strip().upper()


def minutes(cell: str) -> int:
    """Minutes late, a whole number."""
    if not cell.isdigit() or int(cell) > 480:
        raise ValidationError(f"“{cell}” is not a number of minutes.")
    return int(cell)


COLUMNS = [
    Column("upn", "UPN", cells.upn, ("unique pupil number", "pupil upn"), required=True),
    Column("day", "Date", cells.day, ("session date", "mark date", "day"), required=True),
    Column("session", "Session", session, ("am pm", "period", "session name"), required=True),
    Column("code", "Code", code, ("mark", "attendance code", "att code", "attendance mark")),
    Column("minutes_late", "Minutes late", minutes, ("late minutes", "mins late")),
    Column("comment", "Comment", cells.text(200), ("comments", "note")),
]


class MarkPlan:
    """A mark is known by pupil, day and session: brought in again it is changed, never doubled.

    A blank or "-" is no mark and writes nothing; an unknown code is a problem, never "present".
    """

    def __init__(self, rows: list[Checked], context: Context) -> None:
        self.context, self.tally = context, Tally()
        self.notes: list[str] = []
        self.missing: list[Missing] = []
        self.pupils = _pupils(rows, context)
        seen: dict[tuple[str, dt.date, str], int] = {}
        for row in rows:
            self._check(row, seen)
        good = [row for row in rows if row.is_good and row.values.get("code")]
        self.known = _known(good, self.pupils)
        for row in good:
            self._take(row)
        blank = sum(row.is_good and not row.values.get("code") for row in rows)
        if blank:
            self.notes.append(f"{blank} rows have no mark and are left as they are.")

    def write(self) -> dict[str, Any]:
        """Save the marks, then look at what they suggest."""
        self.tally.write(Mark)
        propose(school=self.context.school, now=self.context.now)
        return {"marks": len(self.tally.added) + len(self.tally.changed)}

    def _check(self, row: Checked, seen: dict[tuple[str, dt.date, str], int]) -> None:
        values = row.values
        if "upn" in values and values["upn"] not in self.pupils:
            row.add("UPN", "No pupil of this school has this UPN.", values["upn"])
        if values.get("day") and values["day"] > self.context.today:
            row.add("Date", "This day lies in the future.", f"{values['day']:%d/%m/%Y}")
        if values.get("day") and values.get("code"):
            _check_code(row)
        if {"upn", "day", "session"} <= values.keys():
            key = (values["upn"], values["day"], values["session"])
            if seen.setdefault(key, row.line) != row.line:
                row.add("Session", f"Line {seen[key]} has a mark for the same pupil and session.")

    def _take(self, row: Checked) -> None:
        values = row.values
        key = (self.pupils[values["upn"]], values["day"], values["session"])
        mark = self.known.get(key) or Mark(pupil_id=key[0], day=key[1], session=key[2])
        self.tally.take(mark, {"code": values["code"], "minutes_late": values.get("minutes_late")})


def _check_code(row: Checked) -> None:
    try:
        found = code_on(row.values["code"], row.values["day"])
    except UnknownCode as unknown:
        row.add("Code", str(unknown), row.values["code"])
        return
    row.values["code"] = found.code if found else ""


def _pupils(rows: list[Checked], context: Context) -> dict[str, int]:
    upns = {row.values["upn"] for row in rows if "upn" in row.values}
    found = Pupil.objects.filter(school=context.school, upn__in=upns)
    return dict(found.values_list("upn", "pk"))


def _known(rows: list[Checked], pupils: dict[str, int]) -> dict[tuple[int, dt.date, str], Mark]:
    if not rows:
        return {}
    days = [row.values["day"] for row in rows]
    found = Mark.objects.filter(pupil__in=pupils.values(), day__range=(min(days), max(days)))
    return {(mark.pupil_id, mark.day, mark.session): mark for mark in found}
