"""Whether the chains of events are whole: names the first link that is not as it was written."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps

from homevisits.audit.models import GENESIS, ChainHead, Event

# Per chain: how long it was and the digest of its last link, as kept in another place.
Heads = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Fault:
    """The first bad link of a chain, and what is wrong with it."""

    chain: str
    number: int
    why: str

    def __str__(self) -> str:
        return f"{self.chain}, link {self.number}: {self.why}"


def event_tables() -> list[type[Event]]:
    """Every table of events, whichever app's."""
    return [model for model in apps.get_models() if issubclass(model, Event)]


def heads() -> dict[str, tuple[int, str]]:
    """The ends of all chains now, to keep in another place."""
    return {head.chain: (head.length, head.digest) for head in ChainHead.objects.order_by("chain")}


def faults(kept: Heads | None = None) -> Iterator[Fault]:
    """The first bad link of each chain that has one. `kept` are heads of an earlier day.

    A chain that was rewritten from some link on, or cut short, with its head, is whole in
    itself: only a head that was kept elsewhere shows it.
    """
    now, before = heads(), dict(kept or {})
    chains = set(now) | set(before)
    for table in event_tables():
        chains |= set(table._default_manager.order_by().values_list("chain", flat=True).distinct())
    for chain in sorted(chains):
        if fault := first_fault(chain, now.get(chain, (0, GENESIS)), before.get(chain)):
            yield fault


def first_fault(chain: str, head: tuple[int, str], kept: tuple[int, str] | None = None) -> Fault | None:
    """Walk one chain from its first link."""
    number, digest = 0, GENESIS
    for event in _links(chain):
        if event.number != number + 1:
            why = "is there twice" if event.number <= number else "is missing"
            return Fault(chain, min(event.number, number + 1), why)
        if event.previous != digest:
            return Fault(chain, event.number, "does not follow from the link before")
        if event.digest != event.expected_digest():
            return Fault(chain, event.number, "is not as it was written")
        number, digest = event.number, event.digest
        if kept and kept[0] == number and kept[1] != digest:
            return Fault(chain, number, "was rewritten, with all that follows, since the head was kept")
    if (number, digest) != head:
        return Fault(chain, number + 1, "is missing: the chain is cut short, or its head was changed")
    if kept and kept[0] > number:
        return Fault(chain, number + 1, "is missing: the chain was longer when the head was kept")
    return None


def _links(chain: str) -> Iterator[Event]:
    """The events of a chain from all tables, in order of number."""
    tables = [
        table._default_manager.filter(chain=chain).order_by("number", "pk").iterator()
        for table in event_tables()
    ]
    return heapq.merge(*tables, key=lambda event: event.number)
