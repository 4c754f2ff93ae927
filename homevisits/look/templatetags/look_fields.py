"""What the field templates ask about a form field: its size, its hints, what it reveals."""

from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, HiddenInput, RadioSelect

register = template.Library()


def _of_form(field: BoundField, name: str) -> Any:
    return getattr(field.form, name, {})


@register.filter
def is_tiles(field: BoundField) -> bool:
    """Whether a field is shown as tiles: radios or ticks, one for each choice."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def is_tick(field: BoundField) -> bool:
    """Whether a field is a single tick."""
    return isinstance(field.field.widget, CheckboxInput) and not isinstance(field.field.widget, HiddenInput)


@register.filter
def is_inline(field: BoundField) -> bool:
    """Whether tiles stand side by side."""
    return getattr(field.field.widget, "inline", False)


@register.filter
def tile_hint(field: BoundField, value: Any) -> str:
    """The small print of one choice."""
    return getattr(field.field.widget, "hints", {}).get(str(value), "")


@register.filter
def revealed_by(field: BoundField, value: Any) -> list[BoundField]:
    """The fields that one choice brings up."""
    names = _of_form(field, "reveals").get(field.name, {}).get(str(value), [])
    return [field.form[name] for name in names]


@register.filter
def is_revealed(field: BoundField) -> bool:
    """Whether a field is shown under another one's choice and not in its own place."""
    return field.name in _of_form(field, "revealed_names")


@register.filter
def any_errors(fields: list[BoundField]) -> bool:
    """Whether any of some fields was refused."""
    return any(field.errors for field in fields)


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether "(optional)" belongs after the label."""
    if field.field.required or field.name in _of_form(field, "needed_when_shown"):
        return False
    return getattr(field.form, "mark_optional", True)


@register.filter
def is_question(field: BoundField) -> bool:
    """Whether the label is the page's heading."""
    return getattr(field.form, "question", None) == field.name


@register.filter
def field_size(field: BoundField) -> str:
    """`short`, `medium` or `full`."""
    return _of_form(field, "sizes").get(field.name, "full")


@register.filter
def field_unit(field: BoundField) -> str:
    """What stands after the input: "minutes"."""
    return _of_form(field, "units").get(field.name, "")
