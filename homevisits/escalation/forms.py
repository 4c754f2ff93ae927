"""What people write on an alarm's page."""

from typing import Any

from django import forms

from homevisits.escalation.models import Alarm
from homevisits.look.forms import HouseForm, Tiles


class NoteForm(HouseForm):
    """What somebody knows or did, and whom they sent to look (CS-092)."""

    submit = None
    mark_optional = False

    text = forms.CharField(
        label="What do you know, or what did you do?",
        help_text="For example: rang at 10:44, no answer.",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sent = forms.CharField(
        label="Was somebody sent to look? Who?",
        help_text="For example: the caretaker, by car. The time is written down by itself.",
        max_length=120,
        required=False,
    )

    def __init__(self, alarm: Alarm, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alarm.LOOKED_FOR:
            del self.fields["sent"]

    def clean(self) -> dict[str, Any]:
        c = super().clean() or self.cleaned_data
        if not c.get("text") and not c.get("sent"):
            self.add_error("text", "Enter what you know or did")
        return c

    @property
    def lines(self) -> list[str]:
        """What was said, each a line of the alarm's story: "Sent to look: the caretaker", "Rang twice"."""
        c = self.cleaned_data
        sent = c.get("sent")
        return [line for line in (c["text"], sent and f"Sent to look: {sent}") if line]


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
