"""The forms about whole versions: open one, publish it, compare two."""

from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, Tiles
from homevisits.trusts.forms.choices import offer

EMPTY = "empty"


class PublishForm(HouseForm):
    """What changed and why, and which draft the person saw."""

    submit = "Publish"
    note = forms.CharField(
        label="What changed, and why?",
        help_text="Everybody at the schools can read this.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class NewPolicyForm(HouseForm):
    """Whose policy a new draft is, and what it starts from."""

    submit = "Open the draft"
    whose = forms.ChoiceField(label="Whose policy is it?", widget=Tiles)
    start = forms.ChoiceField(
        label="What does the draft start from?",
        widget=Tiles(hints={EMPTY: "You fill it in. A list says what is still missing."}),
    )

    def __init__(
        self, whose: list[tuple[str, str]], starts: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "whose", whose)
        offer(self, "start", [*starts, (EMPTY, "An empty sheet")])


class CompareForm(HouseForm):
    """Which two versions stand side by side, and whether what is the same is shown too."""

    submit = None
    mark_optional = False
    a = forms.ChoiceField(label="On the left", widget=forms.Select)
    b = forms.ChoiceField(label="On the right", widget=forms.Select)
    everything = forms.BooleanField(label="Show what is the same too", required=False)

    def __init__(self, sides: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("a", "b"):
            offer(self, name, sides)
