"""Every scenario by its name, in the order in which `make chaos` runs them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.ledger import Ledger
from tests.chaos.world import World

Run = Callable[[World], Ledger]


@dataclass(frozen=True)
class Scenario:
    """One way of breaking things; `promises` are those of docs/promises.md that it puts to the test."""

    name: str
    title: str
    promises: tuple[str, ...]
    run: Run


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, title: str, *promises: str) -> Callable[[Run], Run]:
    """Put a function among the scenarios."""

    def put(run: Run) -> Run:
        SCENARIOS[name] = Scenario(name, title, promises, run)
        return run

    return put


from tests.chaos.scenarios import (  # noqa: E402, F401  (each puts its own among them)
    checking_in,
    clocks,
    duress,
    integrity,
    killing,
    providers,
    servers,
    sweeping,
    texts,
    watching,
)
