"""A school's settings against its trust's: what is laxer, what it would be raised to, what pages say."""

from collections.abc import Iterator, Mapping
from typing import Any

from homevisits.trusts.catalogue import SETTINGS, Setting
from homevisits.trusts.columns import column
from homevisits.trusts.faults import Fault
from homevisits.trusts.floor import words
from homevisits.trusts.floor.strict import is_below, lifted
from homevisits.trusts.policies import Policy
from homevisits.trusts.wording import choice_labels, value_text


def setting_faults(own: Policy, floor: Policy) -> Iterator[Fault]:
    """One fault for each setting that is laxer than the floor's, with a sentence that names the floor."""
    for name, setting in SETTINGS.items():
        if _is_laxer(own, floor, setting):
            least = effective(floor, setting)
            shown = value_text(floor, name, least)
            sentence = words.refusal(setting, least, shown, floor.number, _labels(setting))
            yield Fault(name, sentence)


def raised_settings(own: Policy, floor: Policy) -> dict[str, Any]:
    """The settings that fall below the floor, each with the nearest value that does not."""
    return {
        name: lifted(setting, effective(own, setting), effective(floor, setting))
        for name, setting in SETTINGS.items()
        if _is_laxer(own, floor, setting)
    }


def _is_laxer(own: Policy, floor: Policy, setting: Setting) -> bool:
    if setting.blank in SETTINGS and not (getattr(own, setting.name) or getattr(floor, setting.name)):
        return False  # both follow the other setting, which is looked at itself
    return is_below(setting, effective(own, setting), effective(floor, setting))


def floor_hint(floor: Policy, name: str) -> str:
    """What an editing page says beside a field; empty for a setting that a school is free to choose."""
    setting = SETTINGS[name]
    least = effective(floor, setting)
    return words.hint(setting, least, value_text(floor, name, least)) if setting.has_floor else ""


def effective(policy: Policy, setting: Setting) -> Any:
    """A setting's value; where it is blank, that of the setting that holds instead."""
    value = getattr(policy, setting.name)
    return getattr(policy, setting.blank) if not value and setting.blank in SETTINGS else value


def _labels(setting: Setting) -> Mapping[Any, str]:
    return choice_labels(setting) if column(Policy, setting.name).choices else {}
