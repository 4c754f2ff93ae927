"""The letter's plain words, and what was said to the parents."""

import datetime as dt
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField, Tiles
from visits.forms.asking.base import words
from visits.letters import PURPOSE, SAID_ALOUD, nothing_in_writing
from visits.models import ParentsToldOf, Visit
from visits.prefill import adults
from visits.story import ContactAttempt

CHANNELS = [choice for choice in ContactAttempt.Channel.choices if choice[0] != "video"]


class LetterForm(HouseForm):
    """What the letter says the visit is for."""

    submit = "Save, and show the letter"
    purpose = forms.CharField(
        label="What the visit is for, as the parents read it",
        help_text="Plain and kind. Nothing that somebody else in the home should not read.",
        max_length=300,
        widget=words(2),
    )
    sentences = {"purpose": "Say what the visit is for"}

    def __init__(self, visit: Visit, data: Any = None) -> None:
        super().__init__(data, initial={"purpose": visit.purpose_for_parents or PURPOSE}, prefix="letter")


class ToldParentsForm(HouseForm):
    """Who was told what, how and when."""

    submit = "Note it"
    mark_optional = False
    what = forms.ChoiceField(label="What were they told or sent?", widget=Tiles)
    whom = forms.CharField(label="Who was told?", max_length=120)
    channel = forms.ChoiceField(label="How?", choices=CHANNELS, widget=Tiles)
    at = MomentField(label="When?")
    sentences = {
        "what": "Choose what they were told or sent",
        "whom": "Say who was told",
        "channel": "Choose how they were told",
        "at": "Enter when that was",
    }

    def __init__(self, visit: Visit, now: dt.datetime, data: Any = None, *, what: str = "") -> None:
        self.visit, self.now = visit, now
        known = adults(list(visit.pupils.all()))
        start = {"at": now, "whom": str(known[0]) if known else "", "what": what}
        super().__init__(data, initial=start, prefix="told")

    def dress(self) -> None:
        series = self.visit.series_id is not None
        self.fields["what"].choices = [
            choice for choice in ParentsToldOf.What.choices if series or choice[0] != "expectations"
        ]
        if nothing_in_writing(self.visit):
            self.fields["what"].choices = [c for c in self.fields["what"].choices if c[0] != "letter"]
            self.fields["channel"].choices = [c for c in CHANNELS if c[0] in SAID_ALOUD]
        super().dress()

    def clean_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["at"]
        if at > self.now:
            raise forms.ValidationError("Enter a time that has passed")
        return at
