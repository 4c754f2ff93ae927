"""How a person is told of the floor: what the trust asks for, and what to enter instead."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from homevisits.trusts.catalogue import LAXEST, Setting, Stricter


def refusal(setting: Setting, floor: Any, shown: str, version: int, labels: Mapping[Any, str]) -> str:
    """ "Your trust asks for at least 2 people (version 3). Enter 2 or more."

    `shown` is the trust's value in words; `labels` are those of choices or roles.
    """
    return (
        f"Your trust {_wants(setting, floor, shown)} (version {version}). {_instead(setting, floor, labels)}"
    )


def hint(setting: Setting, floor: Any, shown: str) -> str:
    """ "The trust's floor: 2 people. Yours may be more." """
    if is_no_rule(setting, floor):
        return "The trust has no rule here."
    return f"The trust’s floor: {shown}. {_room(setting, floor)}"


def is_no_rule(setting: Setting, value: Any) -> bool:
    """Whether a value means that nothing is asked for at all."""
    return value is None or (setting.zero == LAXEST and value == 0) or (setting.blank == LAXEST and not value)


def _wants(setting: Setting, floor: Any, shown: str) -> str:
    is_time = isinstance(floor, dt.time)
    match setting.stricter:
        case Stricter.MORE:
            return f"has {shown} or later here" if is_time else f"asks for at least {shown}"
        case Stricter.LESS:
            return f"has {shown} or earlier here" if is_time else f"asks for at most {shown}"
        case Stricter.ON:
            return "asks for this: Yes"
        case Stricter.OFF:
            return "does not allow this: No"
        case Stricter.FEWER:
            return f"allows only: {shown}"
        case Stricter.WIDER:
            return f"names: {shown}"
    return f"asks for “{shown}”"


def _instead(setting: Setting, floor: Any, labels: Mapping[Any, str]) -> str:
    match setting.stricter:
        case Stricter.MORE:
            return f"Enter {_plain(floor)} or {'later' if isinstance(floor, dt.time) else 'more'}."
        case Stricter.LESS:
            return _at_most(setting, floor)
        case Stricter.ON:
            return "Tick it."
        case Stricter.OFF:
            return "Leave it unticked."
        case Stricter.FEWER:
            return "Choose nobody besides them." if floor else "Choose nobody here."
        case Stricter.WIDER:
            return "Choose them all; you may add others."
    allowed = setting.ranks[setting.ranks.index(floor) :]
    return "Choose " + " or ".join(f"“{labels.get(choice, choice)}”" for choice in allowed) + "."


def _at_most(setting: Setting, floor: Any) -> str:
    if isinstance(floor, dt.time):
        return f"Enter {_plain(floor)} or earlier."
    if setting.zero == LAXEST:
        return f"Enter 1 to {floor}." if floor > 1 else "Enter 1."
    return f"Enter {floor} or less." if floor else "Enter 0."


def _plain(value: Any) -> str:
    return f"{value:%H:%M}" if isinstance(value, dt.time) else str(value)


def _room(setting: Setting, floor: Any) -> str:
    """What a school may do beyond the floor."""
    is_time = isinstance(floor, dt.time)
    match setting.stricter:
        case Stricter.MORE:
            return f"Yours may be {'later' if is_time else 'more'}."
        case Stricter.LESS:
            return f"Yours may be {'earlier' if is_time else 'less'}."
        case Stricter.ON:
            return "It stays on." if floor else "Yours may ask for it."
        case Stricter.OFF:
            return "Yours may switch it off." if floor else "It stays off."
        case Stricter.FEWER:
            return "Yours may name fewer."
        case Stricter.WIDER:
            return "Yours may name more."
    return "Nothing is stricter." if floor == setting.ranks[-1] else "Yours may be stricter."
