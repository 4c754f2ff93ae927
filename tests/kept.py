"""Rows that were made once and are put back as they were: for what many tests begin with.

They keep their keys, which their sequences never give again, so they can be put wherever they are
not: after a rollback, after a flush. The triggers and constraints look at every row again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction


class Rows:
    """The rows of some tables, as COPY writes and reads them."""

    def __init__(self) -> None:
        self.lines: dict[str, bytes] = {}

    def put_back(self) -> None:
        """Write every row again. Rows that others freeze once they stand there come before those."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, lines in self.lines.items():
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(lines)


@contextmanager
def new_rows() -> Iterator[Rows]:
    """Keep every row that is inserted meanwhile."""
    known = {model: _keys(model) for model in apps.get_models(include_auto_created=True)}
    rows = Rows()
    yield rows
    # The parts of a policy are frozen with it, and their models stand below its own.
    for model, before in reversed(known.items()):
        if added := _keys(model) - before:
            rows.lines[_named(model)] = _lines(model, added)


def _keys(model: type[models.Model]) -> set[Any]:
    return set(model._base_manager.values_list("pk", flat=True))


def _named(model: type[models.Model]) -> str:
    """The table, and those of its columns that are written."""
    columns = [f'"{field.column}"' for field in model._meta.concrete_fields if not field.generated]
    return f'"{model._meta.db_table}" ({", ".join(columns)})'


def _lines(model: type[models.Model], keys: set[Any]) -> bytes:
    table, columns = _named(model).split(" ", 1)
    key = model._meta.pk.column
    with connection.cursor() as cursor:
        wanted = cursor.mogrify(f'SELECT {columns[1:-1]} FROM {table} WHERE "{key}" = ANY(%s)', [list(keys)])
        with cursor.copy(f"COPY ({wanted}) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)
