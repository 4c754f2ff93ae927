"""The importer's one path: read, map, check, plan; written whole or not at all."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from homevisits.people import permissions
from homevisits.people.importing import mapping, parse
from homevisits.people.importing.checking import Checked, check
from homevisits.people.importing.context import Context, Plan
from homevisits.people.importing.kinds import KINDS
from homevisits.people.importing.summary import Problem, Summary
from homevisits.people.keeping.rules import ask
from homevisits.people.models import Staff
from homevisits.people.story import tell
from homevisits.trusts.models import School


def bring_in(
    *,
    school: School,
    kind: str,
    text: str,
    by: Staff | None,
    now: dt.datetime,
    confirm: bool,
    columns: Mapping[str, str] | None,
    leave_out_errors: bool,
) -> Summary:
    """What `importing.run` does. Raises NotAllowed unless the person may bring in such files."""
    ask(by is None or permissions.may_import(by, school, kind), "You may not bring in this file.")
    summary = Summary(kind=str(kind))
    try:
        sheet = parse.read(text)
    except parse.BadFile as bad:
        summary.problems.append(Problem(1, "", str(bad)))
        return summary
    known = mapping.remembered(school, kind)
    columns = mapping.guess(sheet.headings, kind, known) if columns is None else columns
    summary.rows = len(sheet.rows)
    summary.unknown = mapping.unknown(columns, known)
    summary.problems = mapping.problems(columns, kind)
    if summary.is_good:
        rows = check(sheet, kind, columns)
        with transaction.atomic():
            _plan(rows, Context(school, by, now), summary, confirm, leave_out_errors)
            if summary.written:
                mapping.remember(school, kind, columns)
    return summary


def _plan(
    rows: list[Checked], context: Context, summary: Summary, confirm: bool, leave_out_errors: bool
) -> None:
    if confirm:
        # Two files for one school at once would each add the same new pupils.
        School.objects.select_for_update(no_key=True).get(pk=context.school.pk)
    plan = KINDS[summary.kind].plan(rows, context)
    tally = plan.tally
    summary.added, summary.changed, summary.unchanged = len(tally.added), len(tally.changed), tally.unchanged
    summary.problems = sorted({problem for row in rows for problem in row.problems})
    summary.notes, summary.missing = plan.notes, plan.missing
    summary.left_out = sum(not row.is_good for row in rows)
    if confirm and summary.good and (summary.is_good or leave_out_errors):
        _write(plan, context, summary)


def _write(plan: Plan, context: Context, summary: Summary) -> None:
    kept = plan.write()
    summary.written = True
    tell(
        where=context.school,
        kind="imported",
        by=context.by,
        now=context.now,
        sentence=(
            f"A file of {KINDS[summary.kind].label.lower()} was brought in: "
            f"{summary.added} added, {summary.changed} changed, {summary.unchanged} unchanged."
        ),
        kind_of_file=summary.kind,
        left_out=summary.left_out,
        **kept,
    )
