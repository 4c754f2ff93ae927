"""The forms of the policy pages: a section of settings, a row of a list, a publication."""

from typing import Any, cast

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import slugify

from homevisits.look.forms import DayField, HouseForm, HouseModelForm, TickTiles, Tiles, TimeField
from homevisits.trusts.catalogue import SETTINGS, Section, Setting
from homevisits.trusts.choices import Channel, FileChoice
from homevisits.trusts.columns import column
from homevisits.trusts.parts import GuidanceItem, LadderStep, NoticeGround, PolicyPart, Reason
from homevisits.trusts.policies import Policy
from homevisits.trusts.publishing import fingerprint_of, row_fingerprint
from homevisits.trusts.roles import RoleName
from homevisits.trusts.wording import choice_labels

A_WEEK = 7 * 24 * 60
LABEL_OF = "role_label_"
UNITS = {setting.name: setting.unit for setting in SETTINGS.values() if setting.unit}


class SettingsForm(HouseForm):
    """One section of a draft's settings; `seen` tells a later save what this person saw."""

    submit = "Save to the draft"
    mark_optional = False
    units = UNITS
    sizes = dict.fromkeys(UNITS, "short")

    def __init__(self, policy: Policy, section: Section, *args: Any, **kwargs: Any) -> None:
        self.policy, self.section = policy, section
        super().__init__(*args, initial=_initial(policy, section), **kwargs)
        for setting in section.settings:
            self.fields |= _fields(policy, setting)
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


def in_order(before: list[str], chosen: list[str]) -> list[str]:
    """What was chosen, in the order in which it stood before: ticks alone change no order."""
    kept = [choice for choice in before if choice in chosen]
    return kept + [choice for choice in chosen if choice not in before]


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


def offer(form: forms.BaseForm, name: str, choices: list[tuple[str, str]]) -> None:
    """Give a field of choices the ones that are known only now."""
    cast("forms.ChoiceField", form.fields[name]).choices = choices


def role_choices(policy: Policy) -> list[tuple[str, str]]:
    """The roles in the policy's own words."""
    return [(role, policy.role_label(role)) for role in RoleName.values]


class RowForm(HouseModelForm):
    """A row of one of a draft's lists."""

    submit = "Save to the draft"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            seen = row_fingerprint(self.instance)
            self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=seen)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if isinstance(self.instance, Reason | NoticeGround) and not self.instance.code:
            self.instance.code = free_code(self.instance, cleaned.get("label", ""))
        return cleaned


def free_code(row: PolicyPart, label: str) -> str:
    """A code for a new row, made from its label, that its version does not use yet."""
    stem = slugify(label).upper().replace("-", "_")[:26] or "OWN"
    rows = type(row)._default_manager.filter(policy=row.policy_id)
    taken = {getattr(other, "code", "") for other in rows}
    numbered = (f"{stem}_{number}" for number in range(2, 1000))
    return stem if stem not in taken else next(code for code in numbered if code not in taken)


class ReasonForm(RowForm):
    units = {"min_attempts": "attempts", "min_channels": "ways"}
    sizes = {"min_attempts": "short", "min_channels": "short"}

    class Meta:
        model = Reason
        fields = [
            "label",
            "help_text",
            "unannounced",
            "dsl",
            "min_attempts",
            "min_channels",
            "needs_concern",
            "needs_explanation",
            "never_a_letter",
            "is_welfare",
            "is_attendance",
        ]
        widgets = {"unannounced": Tiles, "dsl": Tiles}
        labels = {
            "label": "Reason",
            "help_text": "What whoever asks should know",
            "unannounced": "May the visit be unannounced?",
            "dsl": "What is the DSL's part?",
            "min_attempts": "Attempts to reach the family before, at least",
            "min_channels": "In how many different ways, at least",
            "needs_concern": "The request states the concern",
            "needs_explanation": "The request explains the reason",
            "never_a_letter": "No letter is ever made",
            "is_welfare": "A welfare visit: the record says whether the pupil was seen and spoken to",
            "is_attendance": "About attendance",
        }


class GroundForm(RowForm):
    class Meta:
        model = NoticeGround
        fields = ["label", "needs_attempts", "is_emergency", "needs_text"]
        labels = {
            "label": "Ground for not telling parents first",
            "needs_attempts": "Unanswered calls or messages must be noted",
            "is_emergency": "An emergency visit",
            "needs_text": "The request says more in a sentence",
        }


class StepForm(RowForm):
    """A step of a ladder; the last one of the safety ladder stays everybody, as publishing sees to."""

    units = {"after_minutes": "minutes"}
    sizes = {"after_minutes": "short"}
    roles = forms.MultipleChoiceField(label="Who is told", widget=TickTiles, required=False)
    roles_ewo = forms.MultipleChoiceField(
        label="Who is told instead when it is about the EWO",
        help_text="Leave all empty for the same people.",
        widget=TickTiles,
        required=False,
    )
    channels = forms.MultipleChoiceField(label="How", choices=Channel.choices, widget=TickTiles(inline=True))

    class Meta:
        model = LadderStep
        fields = ["after_minutes", "is_everybody", "roles", "roles_ewo", "channels"]
        labels = {
            "after_minutes": "How long after the time that was missed",
            "is_everybody": "Everybody on duty, repeated until a person resolves it",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("roles", "roles_ewo"):
            offer(self, name, role_choices(self.instance.policy))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("roles", "roles_ewo", "channels"):
            if name in cleaned:
                cleaned[name] = in_order(getattr(self.instance, name), cleaned[name])
        if not cleaned.get("roles") and not cleaned.get("is_everybody"):
            self.add_error("roles", "Choose who is told, or everybody.")
        return cleaned


class GuidanceForm(RowForm):
    class Meta:
        model = GuidanceItem
        fields = ["text", "is_check", "only"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "only": Tiles}
        labels = {
            "text": "What staff are reminded of",
            "is_check": "Has to be ticked before they leave",
            "only": "When it is shown",
        }


class PublishForm(HouseForm):
    """What changed and why, and which draft the person saw."""

    submit = "Publish"
    note = forms.CharField(
        label="What changed, and why?",
        help_text="Everybody at the schools can read this.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class NewPolicyForm(HouseForm):
    """Whose policy a new draft is, and what it starts from."""

    submit = "Open the draft"
    whose = forms.ChoiceField(label="Whose policy is it?", widget=Tiles)
    start = forms.ChoiceField(label="What does the draft start from?", widget=Tiles)

    def __init__(
        self, whose: list[tuple[str, str]], starts: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "whose", whose)
        offer(self, "start", starts)
