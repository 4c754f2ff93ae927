"""What a plan needs to know beside the rows, and what every plan gives back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Model

from homevisits.clock import london_day
from homevisits.people.importing.summary import Missing
from homevisits.people.models import Staff
from homevisits.trusts.models import School

BATCH = 500


@dataclass(frozen=True)
class Context:
    """For which school, by whom (None for a command), when."""

    school: School
    by: Staff | None
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        return london_day(self.now)


class Plan(Protocol):
    """What a file would do. Making one writes nothing and may add problems to rows."""

    @property
    def notes(self) -> list[str]:
        """Sentences about what was assumed."""

    @property
    def missing(self) -> list[Missing]:
        """Pupils on roll whom the file does not have."""

    @property
    def tally(self) -> "Tally":
        """What the page counts."""

    def write(self) -> dict[str, Any]:
        """Write all of it; gives back what the event keeps: ids, nobody's name."""


class Tally:
    """New rows, rows that differ (with which fields), rows that are as they were."""

    def __init__(self) -> None:
        # By identity: rows that are not saved yet have no key to compare.
        self._added: dict[int, Any] = {}
        self._changed: dict[int, Any] = {}
        self._unchanged: dict[int, Any] = {}
        self.fields: set[str] = set()

    @property
    def added(self) -> list[Any]:
        return list(self._added.values())

    @property
    def changed(self) -> list[Any]:
        return list(self._changed.values())

    @property
    def unchanged(self) -> int:
        return len(self._unchanged)

    def take(self, row: Model, values: dict[str, Any]) -> bool:
        """Set a row's values and put it where it belongs; says whether anything differs."""
        differs = {name for name, value in values.items() if getattr(row, name) != value}
        for name in differs:
            setattr(row, name, values[name])
        if row._state.adding:
            self._added[id(row)] = row
        elif differs:
            self.touch(row)
            self.fields |= differs
        elif id(row) not in self._changed:
            self._unchanged[id(row)] = row
        return bool(differs) or row._state.adding

    def touch(self, row: Model) -> None:
        """Count a row as changed though none of its own fields is."""
        if not row._state.adding:
            self._unchanged.pop(id(row), None)
            self._changed[id(row)] = row

    def write(self, model: type[Model]) -> None:
        """One statement a batch for what is new and one for what differs."""
        manager = model._default_manager
        manager.bulk_create(self.added, batch_size=BATCH)
        if self._changed and self.fields:
            manager.bulk_update(self.changed, sorted(self.fields), batch_size=BATCH)
