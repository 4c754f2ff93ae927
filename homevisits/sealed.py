"""Which columns are sealed, and sealing all of them again under a new key.

A floor that seals something names its column in AppConfig.ready().
"""

from django.apps import apps
from django.db import transaction

from homevisits.sealing import reseal

COLUMNS: list[tuple[str, str]] = []


def sealed_column(model: str, field: str) -> None:
    """Have `field` of a model ("visits.CodeWord") sealed again with every other when keys rotate."""
    if (model, field) not in COLUMNS:
        COLUMNS.append((model, field))


@transaction.atomic
def reseal_all() -> dict[str, int]:
    """Seal every column under the key of today, all or none; says how many rows, by column."""
    return {f"{model}.{field}": _reseal(model, field) for model, field in COLUMNS}


def _reseal(label: str, field: str) -> int:
    rows = apps.get_model(label)._base_manager.order_by("pk").select_for_update()
    done = 0
    for pk, kept in rows.values_list("pk", field):
        if kept:
            rows.filter(pk=pk).update(**{field: reseal(kept)})
            done += 1
    return done
