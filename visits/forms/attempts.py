"""Noting a call or message to a family, with or without a visit in mind."""

import datetime as dt
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField, Tiles
from homevisits.people.models import ContactLink, Pupil
from visits.story import ContactAttempt


class ContactForm(HouseForm):
    """Who was tried, how, what came of it."""

    submit = "Note it"
    mark_optional = False
    whom = forms.ModelChoiceField(
        label="Whom did you try to reach?", queryset=ContactLink.objects.none(), required=False,
        empty_label="Somebody else, or nobody in particular",
    )  # fmt: skip
    channel = forms.ChoiceField(
        label="How?", choices=ContactAttempt.Channel.choices, widget=Tiles(inline=True)
    )
    result = forms.ChoiceField(label="What came of it?", choices=ContactAttempt.Result.choices, widget=Tiles)
    at = MomentField(label="When?")
    note = forms.CharField(label="Note", required=False, max_length=200)
    sentences = {
        "channel": "Choose how you tried to reach the family",
        "result": "Choose what came of it",
        "at": "Enter when that was",
    }

    def __init__(self, pupil: Pupil, now: dt.datetime, data: Any = None) -> None:
        self.pupil, self.now = pupil, now
        super().__init__(data, initial={"at": now})

    def dress(self) -> None:
        self.fields["whom"].queryset = self.pupil.contact_links.select_related("contact")
        super().dress()

    def clean_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["at"]
        if at > self.now:
            raise forms.ValidationError(
                "Enter a time that has passed: a call to come is not one that was tried"
            )
        return at
