"""Which tables the engine sweeps: each app names its own when it starts."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models

from homevisits.escalation.models import Alarm, Deadline

if TYPE_CHECKING:
    from homevisits.people.models import Staff

LastResort = Callable[[Any], "Iterable[Staff]"]
Prepare = Callable[[list[Any]], None]


def _nothing(subjects: list[Any]) -> None:
    """Each hook reads what it needs."""


@dataclass(frozen=True)
class Watch:
    """One app's deadlines and alarms, about one kind of subject.

    `grouped_by` is the subject's field that its audit chain follows: a batch is worked through
    in that order, so that two sweepers lock chains in the same order. `last_resort` gives the
    people who are told when a row cannot be processed. `prepare` reads in a few queries what the
    hooks would ask of each locked subject alone.
    """

    deadlines: type[Deadline]
    alarms: type[Alarm]
    grouped_by: str
    last_resort: LastResort | None
    prepare: Prepare

    @property
    def subject(self) -> type[models.Model]:
        """The table whose rows are locked first."""
        return self.deadlines._meta.get_field(self.deadlines.SUBJECT).related_model  # type: ignore[return-value]


WATCHES: dict[type[Deadline], Watch] = {}


def register(
    deadlines: type[Deadline],
    alarms: type[Alarm],
    *,
    grouped_by: str = "school_id",
    last_resort: LastResort | None = None,
    prepare: Prepare = _nothing,
) -> None:
    """Have the engine sweep a pair of tables; called from an AppConfig's ready()."""
    if deadlines.SUBJECT != alarms.SUBJECT:
        raise ValueError(f"{deadlines.__name__} and {alarms.__name__} are about different subjects")
    WATCHES[deadlines] = Watch(deadlines, alarms, grouped_by, last_resort, prepare)


def watches() -> list[Watch]:
    """Every registered pair, in the order of registration."""
    return list(WATCHES.values())


def deadline_tables() -> list[type[Deadline]]:
    return [watch.deadlines for watch in watches()]


def alarm_tables() -> list[type[Alarm]]:
    return [watch.alarms for watch in watches()]


def shown_tables() -> list[type[Alarm]]:
    """Those that people may look for: all but the canary's."""
    return [table for table in alarm_tables() if table.SHOWN]


def find_alarm(key: uuid.UUID) -> Alarm | None:
    """The alarm of this UUID, whichever app's it is. One query a table."""
    for table in shown_tables():
        if alarm := table._default_manager.filter(uuid=key).first():
            return alarm
    return None


def find_visible(key: uuid.UUID, staff: "Staff") -> Alarm | None:
    """The alarm of this UUID if the person may see it."""
    for table in shown_tables():
        if alarm := table.visible_to(staff).filter(uuid=key).first():
            return alarm
    return None


def in_hand(staff: "Staff", by: "Staff") -> str:
    """Why an account is not closed now: an alarm is in this person's hands. Of one kept from `by`, nothing is said."""
    for table in shown_tables():
        owned = table._default_manager.filter(owner=staff).exclude(state=table.State.RESOLVED)
        if any(by.pk not in alarm.kept_from() for alarm in owned):
            return f"{staff} is dealing with an alarm: it is resolved, or somebody else takes it, before the account is closed."
    return ""
