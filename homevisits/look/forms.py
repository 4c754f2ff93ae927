"""Forms in the manner of GOV.UK: our sentences, no browser bubbles, choices that reveal fields.

`docs/look.md` has an example, `homevisits/look/samples.py` two whole ones.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms

from homevisits.look import sentences
from homevisits.look.widgets import (
    DayField,
    DayInput,
    DigitsInput,
    MomentField,
    MomentInput,
    TickTiles,
    Tiles,
    TimeField,
    TimeInput,
)

__all__ = [
    "DayField",
    "DayInput",
    "DigitsInput",
    "HouseForm",
    "HouseFormMixin",
    "HouseModelForm",
    "MomentField",
    "MomentInput",
    "TickTiles",
    "Tiles",
    "TimeField",
    "TimeInput",
]

NATIVE: dict[type[forms.Widget], type[forms.TextInput]] = {
    forms.DateInput: DayInput,
    forms.TimeInput: TimeInput,
    forms.NumberInput: DigitsInput,
}


class HouseFormMixin(forms.BaseForm):
    """Dresses any Django form; put it before the form's class."""

    submit: ClassVar[str | None] = "Continue"
    submit_kind: ClassVar[str] = "brand"
    question: ClassVar[str | None] = None
    reveals: Mapping[str, Mapping[str, list[str]]] = {}
    sizes: ClassVar[Mapping[str, str]] = {}
    units: ClassVar[Mapping[str, str]] = {}
    sentences: Mapping[str, str] = {}
    mark_optional: ClassVar[bool] = True
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needed_when_shown: set[str] = set()
        self.dress()

    def dress(self) -> None:
        """Give every field its sentences and inputs; call it again after adding fields by hand."""
        for name, field in self.fields.items():
            label = str(field.label or sentences.label_of(name))
            sentences.dress(field, label, self.sentences.get(name))
            native = NATIVE.get(type(field.widget))
            if native:
                field.widget = native(field.widget.attrs)
            if name in self.revealed_names and field.required:
                self.needed_when_shown.add(name)
                field.required = field.widget.is_required = False

    @property
    def revealed_names(self) -> set[str]:
        """The fields that stand under a choice instead of in their own place."""
        return {name for choices in self.reveals.values() for names in choices.values() for name in names}

    @property
    def helper(self) -> FormHelper:
        """What `{% crispy form %}` asks; without a `submit` the page writes form and buttons itself."""
        helper = FormHelper()
        helper.attrs = {"novalidate": True}
        helper.form_tag = self.submit is not None
        helper.disable_csrf = not helper.form_tag
        helper.submit_label = self.submit
        helper.submit_kind = self.submit_kind
        return helper

    def _clean_fields(self) -> None:
        # Here and not in clean(): a form's own clean() must already see what is really asked.
        super()._clean_fields()  # type: ignore[misc]
        for name in self.fields:
            if name in self.revealed_names:
                self._settle(name)

    def _settle(self, name: str) -> None:
        """A field under a choice counts only when that choice is made; then it may be needed."""
        if not self.is_shown(name):
            self.errors.pop(name, None)
            self.cleaned_data[name] = self.fields[name].clean(None)
        elif name in self.needed_when_shown and not self.errors.get(name):
            field = self.fields[name]
            if _is_empty(field, self.cleaned_data.get(name)):
                self.add_error(name, field.error_messages["required"])

    def is_shown(self, name: str) -> bool:
        """Whether a field is asked at all, given what was chosen above it."""
        above = [
            (parent, value)
            for parent, choices in self.reveals.items()
            for value, names in choices.items()
            if name in names
        ]
        return not above or any(
            value in self._chosen(parent) and self.is_shown(parent) for parent, value in above
        )

    def _chosen(self, name: str) -> set[str]:
        data = self[name].data
        values = data if isinstance(data, list | tuple) else [data]
        return {str(value) for value in values if value is not None}


def _is_empty(field: forms.Field, value: Any) -> bool:
    """Whether nothing was given; an unticked box and a queryset of no rows are nothing too."""
    if isinstance(field, forms.BooleanField):
        return not value
    exists = getattr(value, "exists", None)
    return value in field.empty_values or (exists is not None and not exists())


class HouseForm(HouseFormMixin, forms.Form):
    """A form of the house."""


class HouseModelForm(HouseFormMixin, forms.ModelForm):
    """A form of the house over a model."""
