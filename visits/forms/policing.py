"""What is asked about the police: called, not now and why, or they rang back."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField, Tiles
from homevisits.people.models import Staff
from homevisits.trusts.choices import PoliceNumber
from visits.following import PoliceDecision

Answer = PoliceDecision.Answer


class PoliceForm(HouseForm):
    """Who decided what about the police, when, and what the police said."""

    submit = "Write it down"
    mark_optional = False
    reveals = {
        "answer": {
            Answer.CALLED: ["number", "reference", "officer", "said"],
            Answer.CALLED_BACK: ["reference", "officer", "said"],
            Answer.NOT_YET: ["why"],
        }
    }
    answer = forms.ChoiceField(label="What was decided?", choices=Answer.choices, widget=Tiles)
    number = forms.ChoiceField(
        label="Which number?", choices=PoliceNumber.choices, required=False, widget=Tiles(inline=True)
    )
    reference = forms.CharField(label="The reference that they gave you", max_length=60, required=False)
    officer = forms.CharField(label="Who you spoke to", max_length=80, required=False)
    said = forms.CharField(label="What they said", max_length=500, required=False)
    why = forms.CharField(label="Why not now?", max_length=500)
    decider = forms.ModelChoiceField(Staff.objects.none(), label="Who decided?", empty_label=None)
    at = MomentField(label="When?")
    sentences = {
        "answer": "Choose what was decided",
        "why": "Say why the police are not called now",
        "decider": "Choose who decided",
        "at": "Enter when that was",
    }

    def __init__(
        self, people: Iterable[Staff], by: Staff, number: str, now: dt.datetime, data: Any = None
    ) -> None:
        named = list(people)
        self.now, self.people = now, {person.pk for person in [by, *named]}
        decider = by if by in named else next(iter(named), by)
        super().__init__(data, initial={"at": now, "number": number, "decider": decider})

    def dress(self) -> None:
        field = self.fields["decider"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Staff.objects.filter(pk__in=self.people)
        super().dress()

    def clean_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["at"]
        if at > self.now:
            raise forms.ValidationError("Enter a time that has passed")
        return at

    def told(self) -> dict[str, Any]:
        """What the door takes."""
        c = self.cleaned_data
        words = c["why"] if c["answer"] == Answer.NOT_YET else c["said"]
        named = {name: c[name] for name in ("answer", "at", "decider", "number", "reference", "officer")}
        return {**named, "words": words or ""}
