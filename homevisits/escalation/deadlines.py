"""Brings a subject's live deadlines in line with those that it should have."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Max

from homevisits.escalation.models import Alarm, Deadline

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Wanted:
    """A deadline that a subject should have.

    `extra` holds the concrete table's own columns, such as the person whom a check-in is about;
    together with the kind they say which deadline it is. `nudges` and `nudge_minutes` are for
    reminders: how often, and how far apart.
    """

    kind: str
    due_at: dt.datetime
    is_safety: bool
    extra: Mapping[str, Any] = field(default_factory=dict)
    prompt_at: dt.datetime | None = None
    nudges: int = 0
    nudge_minutes: int = 0


def arm(
    model: type[Deadline],
    subject: models.Model,
    wanted: Iterable[Wanted],
    *,
    now: dt.datetime,
    met: Collection[str] = (),
) -> None:
    """Keep what is equal, re-time what moved, insert what is new, settle what is not wanted.

    Runs in the caller's transaction, which holds the subject's row lock. Unwanted deadlines
    whose kind is in `met` are marked met, the others cleared. A deadline that has fired comes
    back only when it is wanted for later than it was due.
    """
    mine = model._default_manager.filter(**{model.SUBJECT: subject})
    planned = mine.filter(state=model.State.LIVE).exclude(kind__in=model.UNPLANNED)
    live = {_key(row): row for row in planned.order_by("pk").select_for_update()}
    new = []
    for want in wanted:
        row = live.pop(_wanted_key(model, want), None)
        if row is None:
            new.append(want)
        elif not _is_as_wanted(row, want):
            _retime(row, want)
    for state in (model.State.MET, model.State.CLEARED):
        settled = [row.pk for row in live.values() if (row.kind in met) == (state == model.State.MET)]
        if settled:
            mine.filter(pk__in=settled).update(state=state, settled_at=now)
    if new:
        _insert(model, subject, _not_fired(mine, new), now)


def own_columns(model: type[Deadline] | type[Alarm]) -> list[str]:
    """The columns that a concrete table adds to those of the engine and its subject."""
    engine = Deadline if issubclass(model, Deadline) else Alarm
    shared = {f.name for f in engine._meta.local_fields} | {model.SUBJECT}
    return [f.attname for f in model._meta.concrete_fields if f.name not in shared and not f.primary_key]


def _key(row: Deadline) -> Key:
    return (row.kind, *(getattr(row, name) for name in own_columns(type(row))))


def _columns(model: type[Deadline], want: Wanted) -> dict[str, Any]:
    """`extra` by column, whether it was given as objects or as their keys."""
    return {
        model._meta.get_field(name).attname: getattr(value, "pk", value)  # type: ignore[union-attr]
        for name, value in want.extra.items()
    }


def _wanted_key(model: type[Deadline], want: Wanted) -> Key:
    columns = _columns(model, want)
    return (want.kind, *(columns.get(name) for name in own_columns(model)))


def _is_as_wanted(row: Deadline, want: Wanted) -> bool:
    """Whether nothing moved; how many nudges are left is the engine's business."""
    return (row.due_at, row.prompt_at, row.is_safety, row.nudge_minutes) == (
        want.due_at,
        want.prompt_at,
        want.is_safety,
        want.nudge_minutes,
    )


def _first_look(want: Wanted, row: Deadline | None = None) -> dt.datetime:
    """When the engine looks first: the prompt, unless it has been given or comes too late."""
    if want.prompt_at is None or want.prompt_at >= want.due_at:
        return want.due_at
    prompted = row is not None and row.prompt_at == want.prompt_at and row.next_at > want.prompt_at
    return want.due_at if prompted else want.prompt_at


def _retime(row: Deadline, want: Wanted) -> None:
    row.next_at = _first_look(want, row)
    row.due_at, row.prompt_at, row.is_safety = want.due_at, want.prompt_at, want.is_safety
    row.nudges_left, row.nudge_minutes = want.nudges, want.nudge_minutes
    row.save(update_fields=["due_at", "prompt_at", "next_at", "is_safety", "nudges_left", "nudge_minutes"])


def _not_fired(mine: "models.QuerySet[Deadline]", new: list[Wanted]) -> list[Wanted]:
    """Those that have not fired already for as late a time."""
    model = mine.model
    columns = ["kind", *own_columns(model)]
    fired = mine.filter(state=model.State.FIRED).order_by().values_list(*columns).annotate(Max("due_at"))
    last = {tuple(key): due_at for *key, due_at in fired}
    return [w for w in new if (key := _wanted_key(model, w)) not in last or w.due_at > last[key]]


def _insert(model: type[Deadline], subject: models.Model, new: list[Wanted], now: dt.datetime) -> None:
    model._default_manager.bulk_create(
        model(
            **{model.SUBJECT: subject, **_columns(model, want)},
            kind=want.kind,
            is_safety=want.is_safety,
            due_at=want.due_at,
            prompt_at=want.prompt_at,
            next_at=_first_look(want),
            nudges_left=want.nudges,
            nudge_minutes=want.nudge_minutes,
            created_at=now,
        )
        for want in new
    )
