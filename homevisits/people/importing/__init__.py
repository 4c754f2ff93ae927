"""Brings in pupils, contacts and staff from CSV: `importing.run(...)` is all that others call."""

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homevisits.people.importing.summary import Summary
    from homevisits.people.models import Staff
    from homevisits.trusts.models import School


def run(
    *,
    school: "School",
    kind: str,
    text: str,
    by: "Staff | None",
    now: dt.datetime,
    confirm: bool = True,
    columns: Mapping[str, str] | None = None,
    leave_out_errors: bool = False,
) -> "Summary":
    """Read a file, check every row, and (confirmed) write all of it or nothing.

    `kind` is pupils, contacts or staff. `columns` maps headings to column names; without it they
    are remembered or guessed. With problems nothing is written unless `leave_out_errors` says to
    write the good rows. `by` is None for a command. Says by `Summary.written` what it did.
    """
    # Here and not above: the models of people import this package's models.
    from homevisits.people.importing.writing import bring_in

    return bring_in(
        school=school,
        kind=kind,
        text=text,
        by=by,
        now=now,
        confirm=confirm,
        columns=columns,
        leave_out_errors=leave_out_errors,
    )
