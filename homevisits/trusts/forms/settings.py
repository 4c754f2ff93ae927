"""The form of one section of a draft's settings."""

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.html import format_html

from homevisits.look.forms import DayField, HouseForm, TickTiles, Tiles, TimeField
from homevisits.trusts.catalogue import SETTINGS, Section, Setting
from homevisits.trusts.choices import FileChoice
from homevisits.trusts.columns import column
from homevisits.trusts.floor import floor_hint
from homevisits.trusts.forms.choices import in_order, role_choices
from homevisits.trusts.policies import Policy
from homevisits.trusts.publishing import fingerprint_of
from homevisits.trusts.roles import RoleName
from homevisits.trusts.wording import choice_labels

A_WEEK = 7 * 24 * 60
LABEL_OF = "role_label_"
HINT = '{} <span class="floor-hint">{}</span>'
UNITS = {setting.name: setting.unit for setting in SETTINGS.values() if setting.unit}


class SettingsForm(HouseForm):
    """One section of a draft's settings; `seen` tells a later save what this person saw.

    `floor` is the trust's version in force, for a school's own draft: each field shows its value.
    """

    submit = "Save to the draft"
    mark_optional = False
    units = UNITS
    sizes = dict.fromkeys(UNITS, "short")

    def __init__(
        self, policy: Policy, section: Section, *args: Any, floor: Policy | None = None, **kwargs: Any
    ) -> None:
        self.policy, self.section = policy, section
        super().__init__(*args, initial=_initial(policy, section), **kwargs)
        for setting in section.settings:
            self.fields |= _fields(policy, setting)
            if floor and (hint := floor_hint(floor, setting.name)):
                asked = self.fields[setting.name]
                asked.help_text = format_html(HINT, asked.help_text, hint)
        names = [setting.name for setting in section.settings]
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=fingerprint_of(policy, names)
        )
        self.dress()

    @property
    def values(self) -> dict[str, Any]:
        """The section's columns as typed."""
        return {setting.name: self._value(setting) for setting in self.section.settings}

    def _value(self, setting: Setting) -> Any:
        if setting.name == "role_labels":
            labels = {role: self.cleaned_data[LABEL_OF + role] for role in RoleName.values}
            return {role: label for role, label in labels.items() if label}
        value = self.cleaned_data[setting.name]
        return in_order(getattr(self.policy, setting.name), value) if isinstance(value, list) else value


def _initial(policy: Policy, section: Section) -> dict[str, Any]:
    values = {setting.name: getattr(policy, setting.name) for setting in section.settings}
    return values | {LABEL_OF + role: label for role, label in policy.role_labels.items()}


def _fields(policy: Policy, setting: Setting) -> dict[str, forms.Field]:
    if setting.name == "role_labels":
        return {
            LABEL_OF + role: forms.CharField(
                label=f"What you call: {role.label}", max_length=60, required=False
            )
            for role in RoleName
        }
    return {setting.name: _field(policy, setting)}


def _field(policy: Policy, setting: Setting) -> forms.Field:
    stored = column(Policy, setting.name)
    asked: dict[str, Any] = {"label": setting.label, "help_text": setting.help}
    if isinstance(stored, ArrayField):
        choices = FileChoice.choices if setting.name == "file_choices" else role_choices(policy)
        return forms.MultipleChoiceField(choices=choices, widget=TickTiles, required=False, **asked)
    if isinstance(stored, models.BooleanField):
        return forms.BooleanField(required=False, **asked)
    if stored.choices:
        nobody = [("", "Nobody in particular")] if stored.blank else []
        offered = [*nobody, *choice_labels(setting).items()]
        return forms.ChoiceField(choices=offered, widget=Tiles, required=not stored.blank, **asked)
    if isinstance(stored, models.IntegerField):
        return forms.IntegerField(
            min_value=0,
            max_value=A_WEEK,
            validators=stored.validators,
            required=not stored.null,
            **asked,
        )
    if isinstance(stored, models.DateField):
        return DayField(required=False, **asked)
    if isinstance(stored, models.TimeField):
        return TimeField(required=False, **asked)
    return forms.CharField(max_length=stored.max_length, required=not stored.blank, **asked)
