"""What a visitor is asked on the phone page: few words, large choices, a key that counts a message once."""

import uuid
from typing import Any, cast

from django import forms
from django.utils.html import escape

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from visits.doorstep import hints
from visits.guidance import departure_checks
from visits.models import Outcome, Visit

MINUTES = [10, 15, 20, 30, 45, 60]
WHY_LONGER = [
    ("The talk takes longer", "The talk takes longer"),
    ("Traffic", "Traffic"),
    ("We wait for somebody", "We wait for somebody"),
    ("other", "Something else"),
]


class Keyed(HouseForm):
    """A message that is taken once, however often it is sent; the server makes its key."""

    submit = None
    mark_optional = False
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class Departing(Keyed):
    """The checklist before leaving: every line, compulsory."""

    checks = forms.TypedMultipleChoiceField(
        label="Before you leave", help_text="Tick every line.", coerce=int, widget=TickTiles
    )
    sentences = {"checks": "Tick every line before you leave"}

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        self.asked = departure_checks(visit)
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["checks"]).choices = [(item.pk, item.text) for item in self.asked]
        if not self.asked:
            del self.fields["checks"]

    def clean_checks(self) -> list[int]:
        ticked = self.cleaned_data["checks"]
        if missing := [item.text for item in self.asked if item.pk not in ticked]:
            raise forms.ValidationError(f"Tick this line too: {missing[0]}")
        return ticked


class GoingOn(Departing):
    """The next visit's checklist, and whether everybody goes on."""

    together = forms.BooleanField(label="All who are still out go on with me", required=False)

    def __init__(self, visit: Visit, others: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(visit, *args, **kwargs)
        if others:
            self.fields["together"].help_text = escape(f"That is you and {', '.join(others)}.")
        else:
            del self.fields["together"]


class MoreTime(Keyed):
    """How many minutes more, and why."""

    reveals = {"why": {"other": ["why_other"]}}
    minutes = forms.TypedChoiceField(label="How many minutes more?", coerce=int, widget=Tiles(inline=True))
    why = forms.ChoiceField(label="Why?", choices=WHY_LONGER, widget=Tiles)
    why_other = forms.CharField(label="What is it?", max_length=200)
    sentences = {
        "minutes": "Choose how many minutes more you need",
        "why": "Choose why you need more time",
        "why_other": "Say why you need more time",
    }

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = visit.rules.extension_max_minutes if visit.rules else MINUTES[-1]
        offered = [m for m in MINUTES if m <= longest] or [longest]
        cast(forms.ChoiceField, self.fields["minutes"]).choices = [(m, str(m)) for m in offered]

    @property
    def reason(self) -> str:
        """The reason in words."""
        return (
            self.cleaned_data["why_other"]
            if self.cleaned_data["why"] == "other"
            else self.cleaned_data["why"]
        )


class Entering(Keyed):
    """Which adult invited them in; without one they stay outside (PS-071, PS-072, TC-229)."""

    OTHER, NOBODY = "other", "nobody"
    reveals = {"adult": {"other": ["name"], "nobody": ["breach"]}}
    adult = forms.ChoiceField(label="Which adult invited you in?", widget=Tiles)
    name = forms.CharField(
        label="Who is it?", help_text="Their name, and what they are to the pupil.", max_length=120
    )
    breach = forms.CharField(
        label="Why did you go in?",
        help_text="Stay outside unless somebody’s life is at risk. What you write is kept with the visit and the head reads it.",
        max_length=300,
    )
    sentences = {
        "adult": "Choose which adult invited you in",
        "name": "Say which adult invited you in",
        "breach": "Stay outside, or say why you went in without an adult",
    }

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        links = visit.to_see.select_related("contact")
        known = [(str(link), str(link)) for link in links]
        cast(forms.ChoiceField, self.fields["adult"]).choices = [
            *known,
            (self.OTHER, "Another adult" if known else "An adult"),
            (self.NOBODY, "No adult invited us in"),
        ]

    @property
    def invited_by(self) -> str:
        """The adult in words; nothing when nobody invited them."""
        adult = self.cleaned_data["adult"]
        if adult == self.NOBODY:
            return ""
        return self.cleaned_data["name"] if adult == self.OTHER else adult


class Outcomes(Keyed):
    """How it went at the door, with what to do for each."""

    outcome = forms.ChoiceField(label="How did it go?", choices=Outcome.choices)
    text = forms.CharField(
        label="Anything to add?",
        help_text="A few words now; the record comes later.",
        max_length=300,
        required=False,
    )
    sentences = {"outcome": "Choose how it went"}
    mark_optional = True

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = Tiles(hints=hints(visit.rules))
        widget.choices = Outcome.choices
        self.fields["outcome"].widget = widget


class NotLeft(Keyed):
    """Nobody left after all: why."""

    reason = forms.CharField(label="Why did nobody leave?", max_length=300)
    sentences = {"reason": "Say why nobody left"}


class NotBack(Keyed):
    """A mistaken "I am back": what happened."""

    reason = forms.CharField(
        label="What happened?", help_text="“I pressed the wrong button” is enough.", max_length=300
    )
    sentences = {"reason": "Say what happened"}
