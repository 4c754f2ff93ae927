"""What is asked after a visit: the next step, a check by the police, more time that was asked for, the talk."""

import datetime as dt
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField, Tiles
from visits.following import NextStep
from visits.forms.asking.base import words as lines

Choice = NextStep.Choice


class NextStepForm(HouseForm):
    """What follows when nobody was reached."""

    submit = "This is the next step"
    mark_optional = False
    reveals = {
        "choice": {
            Choice.AGAIN: ["start_at"],
            Choice.OTHER_WAYS: ["ways"],
            Choice.WELFARE: ["worry"],
            Choice.NOTHING: ["why"],
        }
    }
    card_left = forms.BooleanField(label="A card was left at the door", required=False)
    choice = forms.ChoiceField(label="What follows?", choices=Choice.choices, widget=Tiles)
    start_at = MomentField(
        label="When?",
        help_text="Later today, or another day. Leave it empty if that is not settled yet.",
        required=False,
    )
    ways = forms.CharField(
        label="Which ways are tried, by whom?", help_text="Calls are noted on the next page.", max_length=500
    )
    worry = forms.CharField(
        label="What worries you?", help_text="The DSL team and the head read it and decide.", max_length=500
    )
    why = forms.CharField(label="Why is nothing more done now?", max_length=500)
    sentences = {
        "choice": "Choose what follows",
        "ways": "Say which ways are tried",
        "worry": "Say what worries you",
        "why": "Say why nothing more is done now",
    }

    def told(self) -> dict[str, Any]:
        """What the door takes."""
        c = self.cleaned_data
        said = {Choice.OTHER_WAYS: c["ways"], Choice.WELFARE: c["worry"], Choice.NOTHING: c["why"]}
        words = said.get(c["choice"]) or ""
        return {"choice": c["choice"], "card_left": c["card_left"], "words": words, "start_at": c["start_at"]}


class WelfareForm(HouseForm):
    """Whether the police are asked to look in."""

    submit = "This is decided"
    mark_optional = False
    is_agreed = forms.TypedChoiceField(
        label="Are the police asked to look in?",
        choices=[("yes", "Yes, and I ring them or have them rung"), ("no", "No")],
        coerce=lambda said: said == "yes",
        widget=Tiles,
    )
    answer = forms.CharField(label="Why, and what they said", max_length=500)
    reference = forms.CharField(label="The reference that they gave you", max_length=60, required=False)
    sentences = {
        "is_agreed": "Choose whether the police are asked",
        "answer": "Say why, or what the police said",
    }


class DebriefForm(HouseForm):
    """The talk with somebody who left because it was not safe."""

    submit = "It took place"
    mark_optional = False
    held_at = MomentField(label="When did you talk?")
    words = forms.CharField(label="What did they tell you?", max_length=4000, widget=lines(4))
    needs = forms.CharField(
        label="What is needed now?",
        help_text="For them, for the family, for the next visit. Only leaders and those who went read this.",
        max_length=4000,
        widget=lines(3),
        required=False,
    )
    sentences = {"held_at": "Enter when you talked", "words": "Say what they told you"}

    def __init__(self, now: dt.datetime, data: Any = None) -> None:
        self.now = now
        super().__init__(data, initial={"held_at": now})

    def clean_held_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["held_at"]
        if at > self.now:
            raise forms.ValidationError("Enter a time that has passed")
        return at
