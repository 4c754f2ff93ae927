"""The trust's floor under a school's own policy: stricter is allowed, laxer never. Pure functions."""

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from homevisits.trusts.catalogue import SETTINGS
from homevisits.trusts.contents import Contents
from homevisits.trusts.faults import Fault, place_of
from homevisits.trusts.floor.bands import band_faults, raised_bands
from homevisits.trusts.floor.ladders import ladder_floor_faults, raised_steps
from homevisits.trusts.floor.rows import raised_rows, row_faults
from homevisits.trusts.floor.settings import floor_hint, raised_settings, setting_faults
from homevisits.trusts.parts import LadderStep, PolicyPart
from homevisits.trusts.soundness import faults

__all__ = ["below", "faults_over", "floor_hint", "raised"]


def below(own: Contents, floor: Contents) -> list[Fault]:
    """Everything in which a school's policy asks less than its trust's, each naming the floor."""
    found = [
        *setting_faults(own.policy, floor.policy),
        *row_faults(own, floor),
        *ladder_floor_faults(own, floor),
        *band_faults(own, floor),
    ]
    return [replace(fault, is_floor=True) for fault in found]


def raised(own: Contents, floor: Contents) -> Contents:
    """A school's policy with exactly those values lifted that fall below its trust's floor.

    Where that leaves something without which no policy may be, the trust's own stands in: nobody
    decides on going alone, say, because the school never named anybody.
    """
    note = f"Raised to the trust's floor, version {floor.policy.number}."
    lifted = _with_settings(own, floor, list(raised_settings(own.policy, floor.policy)), note)
    rows = [*raised_rows(own, floor), *raised_steps(own, floor), *raised_bands(own, floor)]
    mine = {id(row) for row in own.rows}
    noted = [row if id(row) in mine else _with(row, note=note) for row in _in_places(rows, own, floor)]
    return _made_sound(lifted.with_rows(noted), floor, note)


def _with_settings(own: Contents, floor: Contents, names: list[str], note: str) -> Contents:
    values = raised_settings(own.policy, floor.policy)
    chosen = {name: values.get(name, getattr(floor.policy, name)) for name in names}
    sources = {**own.policy.sources}
    for name in names:
        clauses = floor.policy.sources.get(name, {}).get("clauses", [])
        sources[name] = {"clauses": clauses, "own": False, "note": note}
    return own.having(sources=sources, **chosen)


def _made_sound(lifted: Contents, floor: Contents, note: str) -> Contents:
    lacking = [fault.where for fault in faults(lifted) if fault.where in SETTINGS]
    if not lacking:
        return lifted
    whole = _with_settings(lifted, floor, lacking, note)
    # A setting that follows another while it is blank may mean something else now.
    return _with_settings(whole, floor, list(raised_settings(whole.policy, floor.policy)), note)


def _in_places(rows: list[PolicyPart], own: Contents, floor: Contents) -> Iterator[PolicyPart]:
    """Rows that are taken over from the trust stand at the end of their lists; a ladder is numbered already."""
    taken_over = {id(row) for row in floor.rows if not isinstance(row, LadderStep)}
    taken_over -= {id(row) for row in own.rows}
    last = Counter[str]()
    for row in own.rows:
        last[place_of(row)] = max(last[place_of(row)], row.position)
    for row in rows:
        if id(row) in taken_over:
            last[place_of(row)] += 1
            yield _with(row, position=last[place_of(row)])
        else:
            yield row


def _with(row: PolicyPart, **values: Any) -> PolicyPart:
    other = copy.copy(row)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def faults_over(contents: Contents, floor: Contents | None) -> list[Fault]:
    """What stands between a draft and its publication: what no policy may lack, then the trust's floor."""
    return [*faults(contents), *(below(contents, floor) if floor else [])]
