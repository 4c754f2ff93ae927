"""Whether one value is laxer than another, and what lifts it: pure, for any setting."""

import datetime as dt
from typing import Any

from homevisits.trusts.catalogue import LAXEST, Setting, Stricter


def is_below(setting: Setting, own: Any, floor: Any) -> bool:
    """Whether a school's value is laxer than its trust's; never for a setting without a direction."""
    match setting.stricter:
        case Stricter.MORE | Stricter.LESS:
            return _amount(setting, own) < _amount(setting, floor)
        case Stricter.ON:
            return bool(floor and not own)
        case Stricter.OFF:
            return bool(own and not floor)
        case Stricter.FEWER:
            return _names_more(setting, own, floor)
        case Stricter.WIDER:
            return not set(floor) <= set(own)
        case Stricter.RANKED:
            return setting.ranks.index(own) < setting.ranks.index(floor)
    return False


def lifted(setting: Setting, own: Any, floor: Any) -> Any:
    """The value nearest to a school's own that is not laxer than its trust's."""
    if not is_below(setting, own, floor):
        return own
    if setting.stricter == Stricter.FEWER:
        return [role for role in own if role in floor] or list(floor)
    if setting.stricter == Stricter.WIDER:
        return [*own, *(role for role in floor if role not in own)]
    return floor


def _amount(setting: Setting, value: Any) -> float:
    """How strict a number or a time of day is; no rule at all is the laxest."""
    if value is None or (setting.zero == LAXEST and not value):
        return float("-inf")
    number = value.hour * 60 + value.minute if isinstance(value, dt.time) else value
    return float(number if setting.stricter == Stricter.MORE else -number)


def _names_more(setting: Setting, own: list[str], floor: list[str]) -> bool:
    """Whether a list of roles goes beyond the floor's; where empty means anybody, empty goes beyond."""
    if setting.blank == LAXEST and not (own and floor):
        return bool(floor)
    return not set(own) <= set(floor)
