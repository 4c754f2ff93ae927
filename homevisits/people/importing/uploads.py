"""An upload's life: kept with its text, mapped, looked at, then confirmed or dropped."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet

from homevisits.people import permissions
from homevisits.people.importing import mapping, parse, run
from homevisits.people.importing.models import Import
from homevisits.people.importing.summary import Summary
from homevisits.people.keeping.rules import NotAllowed, ask, fresh, require
from homevisits.people.models import Staff
from homevisits.trusts.models import School


def keep(*, school: School, kind: str, name: str, content: bytes, by: Staff, now: dt.datetime) -> Import:
    """Keep an uploaded file's text. Raises BadFile when there is nothing in it to read."""
    ask(permissions.may_import(by, school, kind), "You may not bring in files of this kind for this school.")
    text = parse.decode(content)
    sheet = parse.read(text)
    known = mapping.remembered(school, kind)
    return Import.objects.create(
        school=school,
        kind=kind,
        name=name[:120],
        text=text,
        columns=mapping.guess(sheet.headings, kind, known),
        uploaded_by=by,
        uploaded_at=now,
    )


def visible_to(by: Staff) -> QuerySet[Import]:
    """The uploads that a person may go on with."""
    schools = School.objects.visible_to(by)
    allowed = Q(pk=None)
    for kind in permissions.kinds_to_import(by):
        at = [school.pk for school in schools if permissions.may_import(by, school, kind.name)]
        allowed |= Q(kind=kind.name, school__in=at)
    return Import.objects.filter(allowed).select_related("school", "uploaded_by")


def is_new_to_us(upload: Import) -> bool:
    """Whether somebody should look at the columns first: one is unknown, or a needed one is missing."""
    known = mapping.remembered(upload.school, upload.kind)
    unknown = mapping.unknown(upload.columns, known)
    return bool(unknown or mapping.problems(upload.columns, upload.kind))


def map_columns(*, upload: Import, columns: Mapping[str, str], by: Staff) -> None:
    """Say what each heading means; remembered for the school's next file."""
    ask(permissions.may_import(by, upload.school, upload.kind), "You may not bring in this file.")
    require(upload.confirmed_at is None, "This file is brought in already.")
    with transaction.atomic():
        upload.columns = dict(columns)
        upload.save(update_fields=["columns"])
        mapping.remember(upload.school, upload.kind, columns)


def look(*, upload: Import, by: Staff, now: dt.datetime) -> Summary:
    """A dry run: what would be written, and every problem."""
    return _run(upload, by, now, confirm=False)


def confirm(*, upload: Import, by: Staff, now: dt.datetime, leave_out_errors: bool) -> Summary:
    """Write it all, or nothing; once written the text is gone. Raises Refused when it was before."""
    with transaction.atomic():
        locked = fresh(upload)
        require(locked.confirmed_at is None, "This file is brought in already.")
        summary = _run(locked, by, now, confirm=True, leave_out_errors=leave_out_errors)
        if summary.written:
            locked.text, locked.confirmed_at, locked.summary = "", now, summary.counts()
            locked.save(update_fields=["text", "confirmed_at", "summary"])
    return summary


def drop(*, upload: Import, by: Staff) -> None:
    """Forget a file that was not brought in."""
    if not permissions.may_import(by, upload.school, upload.kind):
        raise NotAllowed("You may not drop this file.")
    with transaction.atomic():
        locked = fresh(upload)
        require(locked.confirmed_at is None, "This file is brought in already.")
        locked.delete()


def _run(
    upload: Import, by: Staff, now: dt.datetime, *, confirm: bool, leave_out_errors: bool = False
) -> Summary:
    return run(
        school=upload.school,
        kind=upload.kind,
        text=upload.text,
        by=by,
        now=now,
        confirm=confirm,
        columns=upload.columns,
        leave_out_errors=leave_out_errors,
    )
