"""Which columns are sealed, and sealing all of them again under a new key.

A floor that seals something in a column of its own names it in AppConfig.ready(); a SealedText is known by itself.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from homevisits.sealing import read, reseal, seal

COLUMNS: list[tuple[str, str]] = []


class SealedText(models.TextField):
    """Words of people, a str in Python and sealed where they lie; nothing is kept of nothing.

    What somebody writes while out may hold the code word, so all of it lies so, whether or not it does.
    """

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = value if value is None or isinstance(value, bytes) else seal(str(value)) if value else b""
        return None if sealed is None else connection.Database.Binary(sealed)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        return None if value is None else read(value)


def sealed_column(model: str, field: str) -> None:
    """Have `field` of a model ("visits.CodeWord") sealed again with every other when keys rotate."""
    if (model, field) not in COLUMNS:
        COLUMNS.append((model, field))


@transaction.atomic
def reseal_all() -> dict[str, int]:
    """Seal every column under the key of today, all or none; says how many rows, by column."""
    return {f"{model}.{field}": _reseal(model, field) for model, field in columns()}


def columns() -> list[tuple[str, str]]:
    """Every sealed column: those that were named, and all SealedText."""
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]
    texts = [(f.model._meta.label, f.name) for f in fields if isinstance(f, SealedText)]
    return [*COLUMNS, *texts]


def _reseal(label: str, field: str) -> int:
    """The rows of one column, also of a table whose rows are otherwise never changed."""
    model, done = apps.get_model(label), 0
    rows = model._base_manager.order_by("pk").select_for_update()
    with pgtrigger.ignore(f"{label}:append_only"):
        for pk, kept in rows.values_list("pk", Cast(field, models.BinaryField())):
            if kept:
                rows.filter(pk=pk).update(**{field: reseal(kept)})
                done += 1
    return done
