"""What is asked of a physical intervention."""

import datetime as dt
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField
from visits.forms.asking.base import words


class InterventionForm(HouseForm):
    """Last resort, least force, whose injury it prevented."""

    submit = "Send it to the head"
    mark_optional = False
    who = forms.CharField(label="Who intervened?", max_length=120)
    happened_at = MomentField(label="When?")
    tried_first = forms.CharField(
        label="What did you try first?",
        help_text="Intervening is the last resort.",
        max_length=4000,
        widget=words(3),
    )
    force = forms.CharField(
        label="What did you do, and with how much force?",
        help_text="Facts.",
        max_length=4000,
        widget=words(3),
    )
    prevented = forms.CharField(label="Whose injury did it prevent?", max_length=4000, widget=words(2))
    sentences = {
        "who": "Say who intervened",
        "happened_at": "Enter when it happened",
        "tried_first": "Say what you tried first",
        "force": "Say what you did, and with how much force",
        "prevented": "Say whose injury it prevented",
    }

    def __init__(self, now: dt.datetime, who: str, data: Any = None) -> None:
        self.now = now
        super().__init__(data, initial={"happened_at": now, "who": who})

    def clean_happened_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["happened_at"]
        if at > self.now:
            raise forms.ValidationError("Enter a time that has passed")
        return at
