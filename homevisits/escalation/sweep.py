"""One full look at everything that is due: idempotent, with any number of sweepers at once."""

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from homevisits.batches import Batch, one_batch
from homevisits.clock import app_now, lead
from homevisits.escalation import heartbeat
from homevisits.escalation.faults import due, raise_fault
from homevisits.escalation.firing import pass_time
from homevisits.escalation.ladder import climb, reopen, wall
from homevisits.escalation.models import Alarm, Deadline
from homevisits.escalation.registry import Watch, watches

PAGE = 200
BATCH = 100
# PostgreSQL ends a sweeper that freezes inside its transaction, so that another can go on. And
# where a sweeper and a person would wait for each other, the sweeper gives way: it comes again.
LIMITS = (
    "SELECT set_config('idle_in_transaction_session_timeout', '2s', true), "
    "set_config('lock_timeout', '500ms', true)"
)
# A row that is only busy is left to the next sweep, but not for ever (seconds).
BUSY_FOR = 10.0
FORGOTTEN_AFTER = 5.0
# Classes of SQLSTATE that are the database's trouble and not the row's: connection, deadlock,
# resources, locks, shutdown; and the end of a frozen session.
BUSY = {"08", "40", "53", "55", "57"}
FROZEN = "25P03"

logger = logging.getLogger(__name__)

Table = type[Deadline] | type[Alarm]


@dataclass
class Swept:
    """What a sweep did, in rows. `skipped`: somebody else holds their subject; the next sweep looks."""

    fired: int = 0
    reminded: int = 0
    climbed: int = 0
    reopened: int = 0
    skipped: int = 0
    faults: int = 0
    is_complete: bool = True


@dataclass(frozen=True)
class Candidate:
    """A row that looked due when nothing was locked yet; `place` is its watch and table."""

    place: tuple[Watch, type[Deadline] | type[Alarm]]
    pk: int
    subject: int

    @property
    def watch(self) -> Watch:
        return self.place[0]

    @property
    def table(self) -> Table:
        return self.place[1]


def sweep(name: str, *, seconds: float | None = None) -> Swept:
    """Fire, remind, climb and reopen everything that is due; then write the heartbeat of `name`.

    Never inside a transaction: each batch is one of its own. With `seconds` it stops after the
    batch in which the time is up, and writes no heartbeat then.
    """
    until = None if seconds is None else time.monotonic() + seconds
    swept = Swept()
    for batch in _batches():
        _sweep_batch(batch, swept)
        if until is not None and time.monotonic() > until:
            swept.is_complete = False
            break
    if swept.is_complete:
        heartbeat.beat(name)
    return swept


def _batches() -> Iterator[list[Candidate]]:
    """Everything due, page by page, each row once a sweep, a batch holding one app's rows."""
    seen: set[tuple[Table, int]] = set()
    while page := [c for c in _page(PAGE + len(seen)) if (c.table, c.pk) not in seen]:
        seen |= {(c.table, c.pk) for c in page}
        for watch in watches():
            mine = [c for c in page if c.watch is watch]
            for start in range(0, len(mine), BATCH):
                yield mine[start : start + BATCH]
        if len(page) < PAGE:
            break


def _page(limit: int) -> list[Candidate]:
    """The rows that are due, the longest due first, of all tables in one query; locks nothing."""
    places = [(watch, table) for watch in watches() for table in (watch.deadlines, watch.alarms)]
    if not places:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*_page_sql(tuple(table for _, table in places), limit, lead()))
        rows = sorted(cursor.fetchall(), key=lambda row: row[3])
    return [Candidate(places[place], pk, subject) for place, pk, subject, _ in rows]


@lru_cache
def _page_sql(tables: tuple[Table, ...], limit: int, lead: dt.timedelta) -> tuple[str, tuple[Any, ...]]:
    """Worked out once for each `lead`, which AppNow reads: a sweep with nothing to do must cost next to nothing."""
    first, *rest = [_due_of(table, place, limit) for place, table in enumerate(tables)]
    return first.union(*rest, all=True).order_by().query.sql_with_params()


def _due_of(table: Table, place: int, limit: int) -> Any:
    rows = due(table).order_by(F("next_at").asc(nulls_first=True))
    since = Coalesce(F("next_at"), F("due_at")) if issubclass(table, Alarm) else F("next_at")
    return rows.annotate(place=Value(place), since=since).values_list(
        "place", "pk", f"{table.SUBJECT}_id", "since"
    )[:limit]


def _sweep_batch(batch: list[Candidate], swept: Swept) -> None:
    """Work on a batch together; if that fails, on its halves; where something is only busy, on each row alone."""
    try:
        _work(batch, swept)
    except Exception as failure:
        if is_disconnected():
            raise
        if len(batch) == 1:
            _answer_for(batch[0], failure, swept)
            return
        logger.warning("a batch of %d failed (%s): in parts", len(batch), type(failure).__name__)
        size = 1 if is_busy(failure) else (len(batch) + 1) // 2
        for start in range(0, len(batch), size):
            _sweep_batch(batch[start : start + size], swept)


def _answer_for(candidate: Candidate, failure: Exception, swept: Swept) -> None:
    """One row failed in its own transaction: it is left to the next sweep if it is only busy, else becomes an alarm."""
    row = due(candidate.table).filter(pk=candidate.pk).first()
    if row is not None and is_busy(failure) and not _waits_too_long(candidate):
        swept.skipped += 1
    elif row is not None:
        label = candidate.table._meta.label
        logger.error("%s %s could not be processed", label, candidate.pk, exc_info=failure)
        _give_up(candidate, row, swept)


_busy: dict[tuple[Table, int], tuple[float, float]] = {}


def _waits_too_long(candidate: Candidate) -> bool:
    """Whether this process has found the row busy for BUSY_FOR seconds without a pause."""
    key, now = (candidate.table, candidate.pk), time.monotonic()
    first, last = _busy.get(key, (now, now))
    if now - last > FORGOTTEN_AFTER:
        first = now
    _busy[key] = (first, now)
    if now - first <= BUSY_FOR:
        return False
    del _busy[key]
    return True


def _give_up(candidate: Candidate, row: Deadline | Alarm, swept: Swept) -> None:
    """Make the row an alarm. If even that fails, no heartbeat: every board shows it."""
    try:
        if raise_fault(candidate.watch, row):
            swept.faults += 1
        else:
            swept.skipped += 1
    except Exception:
        if is_disconnected():
            raise
        swept.is_complete = False
        logger.critical("no alarm for %s %s", candidate.table._meta.label, candidate.pk, exc_info=True)


def _work(batch: Sequence[Candidate], swept: Swept) -> None:
    """One transaction: lock the subjects that are free, then their rows; look again; move them on."""
    watch = batch[0].watch
    done = Swept()
    with transaction.atomic(durable=True), one_batch() as together:
        _limit()
        subjects = _lock_subjects(watch, {c.subject for c in batch})
        rows = [row for table in (watch.deadlines, watch.alarms) for row in _lock(table, batch, subjects)]
        now = app_now()
        _move_all(_in_order(watch, rows, now), together, done, now)
    done.skipped = sum(c.subject not in subjects for c in batch)
    _add(swept, done)


def _limit() -> None:
    """Set the limits for this transaction; one that a test opened around us keeps its own."""
    if len(connection.atomic_blocks) > 1:
        return
    with connection.cursor() as cursor:
        cursor.execute(LIMITS)


def _lock_subjects(watch: Watch, keys: set[int]) -> dict[int, Any]:
    """The subjects that nobody else holds, locked in the order of their keys."""
    rows = watch.subject._base_manager.filter(pk__in=keys).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update(skip_locked=True, no_key=True)}
    watch.prepare(list(locked.values()))
    return locked


def _lock(table: Table, batch: Sequence[Candidate], subjects: dict[int, Any]) -> list[Any]:
    """A table's rows of the batch that are still due, locked, their subject set."""
    keys = [c.pk for c in batch if c.table is table and c.subject in subjects]
    if not keys:
        return []
    rows = list(due(table).filter(pk__in=keys).order_by("pk").select_for_update(no_key=True))
    for row in rows:
        setattr(row, table.SUBJECT, subjects[getattr(row, f"{table.SUBJECT}_id")])
    return rows


def _in_order(watch: Watch, rows: list[Any], now: dt.datetime) -> list[Any]:
    """Audit chains in one order for every sweeper; of one chain what opens an alarm first, in turns of the subjects."""
    turns: Counter[int] = Counter()
    ordered: list[tuple[Any, ...]] = []
    for row in sorted(rows, key=lambda row: (row.next_at or row.due_at, row.pk)):
        subject = getattr(row, row.SUBJECT)
        group, opens = getattr(subject, watch.grouped_by, None) or 0, _is_planned_alarm(row, now)
        ordered.append((group, not opens, turns[subject.pk] if opens else 0, len(ordered), row))
        turns[subject.pk] += opens
    return [row for *_, row in sorted(ordered)]


def _move_all(rows: Sequence[Deadline | Alarm], together: Batch, done: Swept, now: dt.datetime) -> None:
    """Move rows on. What planned alarms write is gathered; a subject's second row sees what the first one wrote.

    An alarm that its subject's deadline may have moved on already is read anew.
    """
    gathered: set[int] = set()
    fired: set[int] = set()
    for row in rows:
        subject, is_planned = getattr(row, f"{row.SUBJECT}_id"), _is_planned_alarm(row, now)
        if subject in gathered or not is_planned:
            together.write()
            gathered.clear()
        if isinstance(row, Alarm) and subject in fired and not _read_anew(row):
            continue
        with together.gathering() if is_planned else nullcontext():
            _move_on(row, done, now)
        if is_planned:
            gathered.add(subject)
        if isinstance(row, Deadline) and row.is_safety:
            fired.add(subject)
    together.write()


def _read_anew(alarm: Alarm) -> bool:
    """Whether an alarm, which this transaction has locked, is still due; its fields as they are now."""
    subject = getattr(alarm, alarm.SUBJECT)
    alarm.refresh_from_db()
    setattr(alarm, alarm.SUBJECT, subject)
    return due(type(alarm)).filter(pk=alarm.pk).exists()


def _is_planned_alarm(row: Deadline | Alarm, now: dt.datetime) -> bool:
    return isinstance(row, Deadline) and row.is_safety and row.due_at <= now and row.kind not in row.UNPLANNED


def _move_on(row: Deadline | Alarm, done: Swept, now: dt.datetime) -> None:
    if isinstance(row, Deadline):
        if pass_time(row, now=now):
            done.fired += 1
        else:
            done.reminded += 1
    elif row.state == row.State.OWNED:
        why = f"{row.owner} took this at {wall(row.owned_at or now)} and has been quiet since."
        reopen(row, by=None, now=now, why=why)
        done.reopened += 1
    else:
        done.climbed += climb(row, now=now)


def _add(swept: Swept, done: Swept) -> None:
    for name in ("fired", "reminded", "climbed", "reopened", "skipped"):
        setattr(swept, name, getattr(swept, name) + getattr(done, name))


def is_busy(failure: BaseException) -> bool:
    """Whether somebody else's lock or the database itself was in the way."""
    if not isinstance(failure, DatabaseError):
        return False
    state = getattr(failure.__cause__, "sqlstate", None) or ""
    return state[:2] in BUSY or state == FROZEN or (not state and isinstance(failure, OperationalError))


def is_disconnected() -> bool:
    """Whether the database is gone, so that nothing can be said about the row."""
    return not connection.is_usable()
