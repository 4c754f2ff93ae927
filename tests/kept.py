"""What was made once is put back instead of being made again, where nothing could tell the difference.

A test that asks for what an earlier one asked for, at the same stopped time and in a database to
which the same was done, gets the rows that the product's doors wrote then. They keep their keys,
which the sequences never give again. Where anything else was written before, where a test replaces
a part of the product, where the clock runs, and where tests commit, everything is made anew.
"""

import datetime as dt
import functools
import hashlib
import pickle
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection, models, transaction

from homevisits.clock import app_now

READS = ("SELECT ", "SAVEPOINT ", "RELEASE ")
# Signing in is no matter of any visit.
ASIDE = ('INSERT INTO "django_session"', 'UPDATE "people_staff" SET "last_login"')
KNOWN = ("UPDATE ", "CREATE OR REPLACE FUNCTION app_now()")
# A chain of events goes on from its head. Of everything else the rows must be new.
HEADS = "audit_chainhead"
# With these a test makes the product behave in its own way, or sees what a door hands over.
OWN_WAY = {"settings", "django_capture_on_commit_callbacks"}

type Standing = dict[tuple[str, str], str]  # table and key: what the row says


def _digest(*said: object) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()


class History:
    """All that a test has written since it began: `known` says it, empty when it cannot be told."""

    def __init__(self) -> None:
        self.known = ""
        self.fixtures: Collection[str] = OWN_WAY
        self.replaced: pytest.MonkeyPatch | None = None

    def of(self, fixtures: Collection[str], replaced: pytest.MonkeyPatch) -> None:
        """Another test, which has written nothing yet."""
        self.known, self.fixtures, self.replaced = "", fixtures, replaced
        STANDING.clear()

    @property
    def is_plain(self) -> bool:
        """Whether the product is as it is."""
        patch = self.replaced
        return not (OWN_WAY.intersection(self.fixtures) or (patch and (patch._setattr or patch._setitem)))

    def begin(self, made: object) -> None:
        """The database holds what was made and nothing else, and the end of the test undoes it."""
        if connection.in_atomic_block:
            self.known = _digest(made)
            if self.note not in connection.execute_wrappers:
                connection.execute_wrappers.append(self.note)

    def note(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """An execute wrapper. After a row with a key that a sequence gave, nothing is as it was before."""
        if self.known and str(sql).startswith(ASIDE):
            STANDING.clear()
        elif self.known and (not str(sql).startswith(READS) or ";" in sql):
            told = str(sql).startswith(KNOWN) and not many
            self.known = _digest(self.known, context["cursor"].mogrify(sql, params)) if told else ""
        return execute(sql, params, many, context)


HISTORY = History()
# What stood in the tables when this had been written, the latest only.
STANDING: dict[str, Standing] = {}


@dataclass(frozen=True)
class Rows:
    """Rows as COPY writes and reads them, by table."""

    lines: dict[str, bytes] = field(default_factory=dict)
    heads: list[int] = field(default_factory=list)

    def put_back(self) -> None:
        """Write every row as it was, a visit in the state that it had reached."""
        with (
            transaction.atomic(),
            pgtrigger.ignore("visits.Visit:born_as_draft"),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"DELETE FROM {HEADS} WHERE id = ANY(%s)", [self.heads])
            for table, lines in self.lines.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(lines)


def standing() -> Standing:
    """Every row of every table."""
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{model._meta.db_table}', \"{model._meta.pk.column}\"::text, md5(r::text) "
                f'FROM "{model._meta.db_table}" AS r'
                for model in apps.get_models(include_auto_created=True)
            )
        )
        return {(table, key): says for table, key, says in cursor.fetchall()}


def rows_between(before: Standing, after: Standing) -> Rows | None:
    """The rows that were written meanwhile; None when others than the heads of chains were changed."""
    written = {row for row, says in after.items() if before.get(row) != says}
    changed = written & before.keys()
    if before.keys() - after.keys() or any(table != HEADS for table, _ in changed):
        return None
    rows = Rows(heads=[int(key) for _, key in changed])
    # The parts of a policy are frozen with it, so it comes last; foreign keys wait for the commit.
    every = apps.get_models(include_auto_created=True)
    for model in sorted(every, key=lambda model: model._meta.db_table == "trusts_policy"):
        if keys := [key for table, key in written if table == model._meta.db_table]:
            rows.lines[_columns(model)] = _lines(model, keys)
    return rows


def _columns(model: type[models.Model]) -> str:
    """The table and those of its columns that are written."""
    columns = [f'"{column.column}"' for column in model._meta.concrete_fields if not column.generated]
    return f'"{model._meta.db_table}" ({", ".join(columns)})'


def _lines(model: type[models.Model], keys: list[str]) -> bytes:
    table, columns = _columns(model).split(" ", 1)
    with connection.cursor() as cursor:
        wanted = f'SELECT {columns[1:-1]} FROM {table} WHERE "{model._meta.pk.column}"::text = ANY(%s)'
        with cursor.copy(f"COPY ({cursor.mogrify(wanted, [keys])}) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)


KEPT: dict[str, tuple[bytes, Rows]] = {}


def kept[**P, R](make: Callable[P, R]) -> Callable[P, R]:
    """Make it, or put back what the same call made in a world to which the same had been done."""

    @functools.wraps(make)
    def made(*args: P.args, **options: P.kwargs) -> R:
        key = _key(make.__name__, args, options)
        if key in KEPT:
            pickled, rows = KEPT[key]
            rows.put_back()
            result: R = pickle.loads(pickled)  # noqa: S301  (written below)
            HISTORY.known = _digest(key)
            return result
        before = _standing_now() if key else {}
        result = make(*args, **options)
        after = standing() if key else {}
        if key and (rows := rows_between(before, after)):
            KEPT[key] = pickle.dumps(result), rows
            HISTORY.known = _digest(key)
            STANDING[HISTORY.known] = after
        return result

    return made


def _standing_now() -> Standing:
    """One walk leads through others, which begin where it begins, and the next begins where it ended."""
    known = STANDING.get(HISTORY.known) or standing()
    STANDING.clear()
    STANDING[HISTORY.known] = known
    return known


class Untold(Exception):
    """An argument that could mean something else the next time."""


def _key(name: str, args: Any, options: Any) -> str:
    """What is asked for, of whom, when, and after what; nothing when that cannot be said."""
    if not (HISTORY.known and HISTORY.is_plain and connection.in_atomic_block):
        return ""
    now = app_now()
    try:
        asked = _told([args, options])
    except Untold:
        return ""
    return _digest(HISTORY.known, name, asked, now) if now == app_now() else ""


def _told(value: Any) -> Any:
    """An argument in words."""
    if isinstance(value, models.Model):
        return (value._meta.label, value.pk)
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    if is_dataclass(value):
        return [_told(getattr(value, column.name)) for column in fields(value)]
    if value is None or isinstance(value, str | int | dt.date | dt.time | dt.timedelta):
        return repr(value)
    raise Untold
