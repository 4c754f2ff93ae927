"""What a policy's values are in words for people."""

import datetime as dt
from typing import Any

from homevisits.trusts.catalogue import SETTINGS, Setting
from homevisits.trusts.choices import Channel, FileChoice
from homevisits.trusts.columns import column
from homevisits.trusts.parts import LadderStep
from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName

NOBODY = "Nobody"
ZERO = {"checkin_after_start_minutes": "No check-in", "checkin_repeat_minutes": "Not repeated"}
ONE = {
    "minutes": "minute",
    "hours": "hour",
    "people": "person",
    "times": "time",
    "characters": "character",
    "months": "month",
    "days": "day",
    "points": "point",
    "visits": "visit",
    "attempts": "attempt",
    "ways": "way",
    "metres": "metre",
    "years": "year",
}


def value_text(policy: Policy, name: str, value: Any = ...) -> str:
    """A setting's value in words; another value than the policy's own may be given."""
    setting, value = SETTINGS[name], getattr(policy, name) if value is ... else value
    if name == "role_labels":
        named = (f"{RoleName(role).label}: “{label}”" for role, label in value.items())
        return "; ".join(named) or "Our own words"
    if name == "file_choices":
        return ", ".join(FileChoice(choice).label for choice in value) or "None"
    if isinstance(value, list):
        return roles_text(policy, value)
    return _plain(policy, setting, value)


def _plain(policy: Policy, setting: Setting, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or value == "":
        return "None"
    if isinstance(value, int):
        return ZERO[setting.name] if not value and setting.name in ZERO else number_text(value, setting.unit)
    if isinstance(value, dt.date):
        return f"{value:%-d %B %Y}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return choice_labels(setting).get(value, str(value))


def choice_labels(setting: Setting) -> dict[str, str]:
    """The choices of a setting and what they are called there."""
    labels = {value: str(label) for value, label in column(Policy, setting.name).flatchoices}
    return labels | dict(setting.says)


def number_text(number: int, unit: str) -> str:
    """ "1 minute", "20 minutes", "24 hours", "2 people"."""
    if unit == "minutes" and number >= 120 and number % 60 == 0:
        number, unit = number // 60, "hours"
    return f"{number} {ONE.get(unit, unit) if number == 1 else unit}".strip()


def roles_text(policy: Policy, roles: list[str]) -> str:
    """ "Headteacher, Senior leadership team", in the policy's own words."""
    return ", ".join(policy.role_label(role) for role in roles) or NOBODY


def step_text(policy: Policy, step: LadderStep) -> str:
    """Who is told at a step, with the EWO's own people where they differ."""
    ewo = ewo_text(policy, step)
    return f"{who_text(policy, step)} (for the EWO: {ewo})" if ewo else who_text(policy, step)


def who_text(policy: Policy, step: LadderStep) -> str:
    """Who is told at a step about anybody but the EWO."""
    if step.is_everybody:
        return "Everybody on duty, again and again until a person resolves it"
    return roles_text(policy, step.roles)


def ewo_text(policy: Policy, step: LadderStep) -> str:
    """Who is told instead when it is about the EWO; empty for the same people."""
    differs = step.roles_ewo and step.roles_ewo != step.roles and not step.is_everybody
    return roles_text(policy, step.roles_ewo) if differs else ""


def channels_text(step: LadderStep) -> str:
    """ "In the product, e-mail"."""
    return ", ".join(Channel(channel).label for channel in step.channels)


def change_of(policy: Policy, name: str, before: Any) -> str:
    """ "Waiting at the door, at most: 20 minutes, was 10 minutes"."""
    return f"{SETTINGS[name].label}: {value_text(policy, name)}, was {value_text(policy, name, before)}"
