"""One thing a gate looks at, and the registry of the functions that look."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visits.models import Visit

MET, WARNS, BLOCKS = "met", "warns", "blocks"


@dataclass(frozen=True)
class Check:
    """A sentence for a person, whether it is met, warns or blocks, and the clauses behind it.

    `fix` names the step or page where it can be mended: a step of the request ("people"),
    "log", "risk", "record", or a path.
    """

    code: str
    status: str
    sentence: str
    clauses: tuple[str, ...] = ()
    fix: str = ""

    @property
    def blocks(self) -> bool:
        return self.status == BLOCKS

    @property
    def is_met(self) -> bool:
        return self.status == MET


Looker = Callable[["Visit", dt.datetime], Iterable[Check]]
_LOOKERS: dict[str, list[Looker]] = {}


def gate(name: str) -> Callable[[Looker], Looker]:
    """Register a function for a gate; upper floors add theirs in AppConfig.ready()."""

    def register(looker: Looker) -> Looker:
        _LOOKERS.setdefault(name, []).append(looker)
        return looker

    return register


def checks_of(name: str, visit: "Visit", now: dt.datetime) -> list[Check]:
    """All checks of a gate, in the order of registration."""
    return [check for looker in _LOOKERS.get(name, []) for check in looker(visit, now)]


def need(
    ok: object,
    code: str,
    unmet: str,
    *,
    met: str,
    clauses: Iterable[str] = (),
    fix: str = "",
    blocks: bool = True,
) -> Check:
    """A check from a truth: the met sentence, or the unmet one that blocks (or only warns)."""
    if ok:
        return Check(code, MET, met, tuple(clauses), fix)
    return Check(code, BLOCKS if blocks else WARNS, unmet, tuple(clauses), fix)
