"""What people write on an alarm's page."""

from typing import Any

from django import forms

from homevisits.escalation.models import Alarm
from homevisits.look.forms import HouseForm, Tiles


class NoteForm(HouseForm):
    """What somebody knows or did."""

    submit = None
    sentences = {"text": "Enter what you know or did"}

    text = forms.CharField(
        label="What do you know, or what did you do?",
        help_text="For example: rang at 10:44, no answer.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ResolveForm(HouseForm):
    """How an alarm ends."""

    submit = None
    sentences = {
        "outcome": "Choose how it turned out",
        "resolution": "Enter what happened and how you know that everybody is safe",
    }

    outcome = forms.ChoiceField(label="How did it turn out?", choices=Alarm.Outcome.choices, widget=Tiles)
    resolution = forms.CharField(
        label="What happened, and how do you know that everybody is safe?",
        help_text="Whom you spoke to, and how you knew that it was them.",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, alarm: Alarm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = alarm.outcomes
        if len(alarm.outcomes) == 1:
            field.initial = alarm.outcomes[0][0]
