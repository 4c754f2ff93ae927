"""What is asked when a visit that was sent is changed, moved, cancelled or found to be out after all."""

from typing import Any

from django import forms
from django.utils.html import escape

from homevisits.look.forms import HouseForm
from visits.forms.asking.base import Asking, words
from visits.forms.asking.when import WhenForm


class WhyChanged(HouseForm):
    """The reason for a change; it is kept with the visit."""

    submit = None
    sentences = {"reason": "Say why you change the visit"}
    reason = forms.CharField(
        label="Why do you change it?",
        help_text="It is kept with the visit, for those who decide to read.",
        max_length=500,
        widget=words(2),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="change")


class TimesForm(WhenForm):
    """Other times before anybody leaves, with a reason."""

    sentences = WhenForm.sentences | {"reason": "Say why the times change"}
    reason = forms.CharField(label="Why do the times change?", max_length=500, widget=words(2))

    def __init__(self, asking: Asking, data: Any = None) -> None:
        super().__init__(asking, data)
        del self.fields["ooh_necessary"], self.fields["ooh_no_alternative"]


class CancelForm(HouseForm):
    """A reason, and whether it is for safety: then the head reads it in writing (TC-112, TC-113)."""

    submit = "Cancel this visit"
    submit_kind = "late"
    sentences = {"reason": "Say why the visit is cancelled"}
    reason = forms.CharField(
        label="Why is it cancelled?",
        help_text="The people who go, the office and whoever is told can read this.",
        max_length=500,
        widget=words(3),
    )
    replaced = forms.BooleanField(label="A telephone or video call takes its place", required=False)
    for_safety = forms.BooleanField(label="It is cancelled for safety", required=False)

    def __init__(self, told: str, data: Any = None) -> None:
        super().__init__(data)
        self.fields["for_safety"].help_text = escape(f"Your written reason goes to {told}.")


class DropForm(HouseForm):
    """A draft of which nobody was asked: a word is enough."""

    submit = "Drop this draft"
    submit_kind = "late"
    sentences = {"reason": "Say why you drop it"}
    reason = forms.CharField(
        label="Why do you drop it?",
        help_text="A word is enough: nobody was asked yet.",
        max_length=500,
        widget=words(2),
    )


class NotBackForm(HouseForm):
    """A mistaken mark: who is still out, and how it was found."""

    submit = "They are still out"
    submit_kind = "late"
    sentences = {"reason": "Say what happened"}
    reason = forms.CharField(
        label="What happened?",
        help_text="Who is still out, and how you know.",
        max_length=300,
        widget=words(3),
    )
