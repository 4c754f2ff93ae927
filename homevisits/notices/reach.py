"""Who can be told by which way: asked before a notice is queued, so that a gap is said and not found out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from homevisits.batches import once
from homevisits.notices.channels import MODULES, text
from homevisits.notices.models import Notice
from homevisits.people.models import Staff


@dataclass
class Reach:
    """Whom to tell how, in order; `missing` has by channel and reason those who are not reached by it."""

    pairs: list[tuple[Staff, str]] = field(default_factory=list)
    missing: dict[str, dict[str, list[Staff]]] = field(default_factory=dict)


CARRIED = "their telephone is carried on this visit"


def reach(people: Iterable[Staff], channels: Iterable[str], *, silent: Collection[str] = ()) -> Reach:
    """Each person by each channel that reaches them. At most one query a channel.

    `silent`: telephones that must neither ring nor show a text, whosever they are.
    """
    everybody, ways = list(people), list(channels)
    found = Reach()
    lacks = {way: _missing(way, everybody) for way in ways}
    for dialled in {Notice.Channel.TEXT, Notice.Channel.CALL} & set(ways):
        lacks[dialled] = dict.fromkeys(on_these(everybody, silent), CARRIED) | lacks[dialled]
    for person in everybody:
        for way in ways:
            if person.pk not in lacks[way]:
                found.pairs.append((person, way))
            elif reason := lacks[way][person.pk]:
                found.missing.setdefault(way, {}).setdefault(reason, []).append(person)
    return found


def on_these(people: Sequence[Staff], numbers: Collection[str]) -> set[int]:
    """Those, by id, whose own mobile or the telephone that they were logged with is one of these."""
    if not (people and numbers):
        return set()
    logged = text.numbers(people)
    return {p.pk for p in people if str(p.mobile) in numbers or logged.get(p.pk) in numbers}


def _missing(way: str, people: Sequence[Staff]) -> dict[int, str]:
    if way == Notice.Channel.IN_APP or not people:
        return {}
    key = ("lacks", way, frozenset(person.pk for person in people))
    lacks: dict[int, str] = once(key, lambda: MODULES[way].missing(people))
    return lacks
