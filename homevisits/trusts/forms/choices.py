"""What fields of choices offer, and in which order the answers are kept."""

from typing import cast

from django import forms

from homevisits.trusts.policies import Policy
from homevisits.trusts.roles import RoleName


def offer(form: forms.BaseForm, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a field of choices the ones that are known only now."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def role_choices(policy: Policy) -> list[tuple[str, str]]:
    """The roles in the policy's own words."""
    return [(role, policy.role_label(role)) for role in RoleName.values]


def in_order(before: list[str], chosen: list[str]) -> list[str]:
    """What was chosen, in the order in which it stood before: ticks alone change no order."""
    kept = [choice for choice in before if choice in chosen]
    return kept + [choice for choice in chosen if choice not in before]
