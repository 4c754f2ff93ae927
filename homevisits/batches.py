"""Many rows in one transaction, or one page: what is asked again is read once, what is written is written together.

Outside a batch the same code reads and writes at once.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

Write = Callable[[list[Any]], object]


@dataclass
class Batch:
    """What was read so far, and the rows that wait to be written, by the function that writes them."""

    read: dict[Hashable, Any] = field(default_factory=dict)
    waiting: dict[Write, list[Any]] = field(default_factory=dict)
    gathers: bool = False

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Inside, what is given to `later` waits for `write`."""
        self.gathers = True
        try:
            yield
        finally:
            self.gathers = False

    def write(self) -> None:
        """Write what waits: each kind with one call, in the order in which the kinds came."""
        waiting, self.waiting = self.waiting, {}
        for write, rows in waiting.items():
            write(rows)


_BATCH: ContextVar[Batch | None] = ContextVar("batch", default=None)


@contextmanager
def one_batch() -> Iterator[Batch]:
    """The length of one short transaction, or of one page that is shown: who works where does not change in it."""
    batch = Batch()
    token = _BATCH.set(batch)
    try:
        yield batch
    finally:
        _BATCH.reset(token)


def later(write: Write, rows: Iterable[Any]) -> None:
    """Have rows written: with others of this batch where it gathers, else now."""
    batch = _BATCH.get()
    if batch is None or not batch.gathers:
        write(list(rows))
    else:
        batch.waiting.setdefault(write, []).extend(rows)


def settle() -> None:
    """Write what waits, because it is read next."""
    if batch := _BATCH.get():
        batch.write()


def once[T](key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives; within a batch read once for each key. Nobody changes what is given back."""
    batch = _BATCH.get()
    if batch is None:
        return read()
    if key not in batch.read:
        batch.read[key] = read()
    found: T = batch.read[key]
    return found
