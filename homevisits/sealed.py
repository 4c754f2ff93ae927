"""Which columns are sealed, and sealing all of them again under a new key.

A floor that seals something in a column of its own names it in AppConfig.ready(); a SealedText is known by itself.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from homevisits.sealing import is_open_to_us, read, reseal, seal

COLUMNS: list[tuple[str, str]] = []
AT_A_TIME = 50


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


@dataclass
class Resealed:
    """What became of one column: how many rows lie under the key of today, and which ones no key opens."""

    rows: int = 0
    unreadable: list[int] = field(default_factory=list)


def reseal_all() -> dict[str, Resealed]:
    """Seal every column under the key of today; a row that no key opens stays as it is, and is named.

    A few rows at a time, each in a short transaction: nobody waits for it, and one that is broken off is begun again.
    """
    return {f"{model}.{name}": _reseal(model, name) for model, name in columns()}


def unopened() -> list[str]:
    """The columns whose latest row the keys of this installation do not open. A query for each."""
    found = []
    for label, name in columns():
        rows = apps.get_model(label)._base_manager.annotate(kept=_kept(name)).exclude(kept=b"")
        last = rows.order_by("-pk").values_list("kept", flat=True).first()
        if last is not None and not is_open_to_us(last):
            found.append(f"{label}.{name}")
    return found


def _kept(name: str) -> Cast:
    """A column as it lies, whatever its field makes of it."""
    return Cast(name, models.BinaryField())


def columns() -> list[tuple[str, str]]:
    """Every sealed column: those that were named, and all SealedText."""
    fields = [f for model in apps.get_models() for f in model._meta.local_fields]
    texts = [(f.model._meta.label, f.name) for f in fields if isinstance(f, SealedText)]
    return [*COLUMNS, *texts]


def _reseal(label: str, name: str) -> Resealed:
    """The rows of one column, also of a table whose rows are otherwise never changed."""
    done = Resealed()
    last: int | None = 0
    while last is not None:
        last = _reseal_some(label, name, last, done)
    return done


def _reseal_some(label: str, name: str, after: int, done: Resealed) -> int | None:
    """The next rows behind a key; the last one's key, None when there was none left."""
    model = apps.get_model(label)
    rows = model._base_manager.order_by("pk").select_for_update(no_key=True)
    kept_for_ever = [t.name for t in getattr(model._meta, "triggers", ()) if t.name == "append_only"]
    free = pgtrigger.ignore(f"{label}:append_only") if kept_for_ever else nullcontext()
    last = None
    with transaction.atomic(), free:
        found = rows.filter(pk__gt=after).annotate(kept=_kept(name)).values_list("pk", "kept")[:AT_A_TIME]
        for last, kept in list(found):
            if kept and is_open_to_us(kept):
                model._base_manager.filter(pk=last).update(**{name: reseal(kept)})
                done.rows += 1
            elif kept:
                done.unreadable.append(last)
    return last
