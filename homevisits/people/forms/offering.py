"""Fills the choices of a form's fields when it is made: what this person may choose from."""

from typing import Any

from django import forms
from django.db.models import QuerySet


def offer_rows(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """The rows that a field offers; a single one is chosen already."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
    first_two = rows[:2]
    if field.required and len(first_two) == 1:
        field.initial = first_two[0]


def offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    """The choices that a field offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
