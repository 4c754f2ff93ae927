"""What is asked when the desk is handed over: to whom."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from homevisits.look.forms import HouseForm
from homevisits.people.models import Staff


class HandoverForm(HouseForm):
    """Who takes over."""

    submit = "Ask them to take over"
    mark_optional = False
    taker = forms.ModelChoiceField(
        Staff.objects.none(),
        label="Who takes over?",
        help_text="They have ten minutes to accept. Until then you keep it all.",
        empty_label="Choose a person",
    )
    sentences = {"taker": "Choose who takes over"}

    def __init__(self, takers: "QuerySet[Staff]", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["taker"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = takers
