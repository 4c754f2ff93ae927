"""Forms of the trust: law, insurance, reviews, where parents read the policy."""

from typing import Any

from django import forms

from homevisits.look.forms import DayField, HouseForm, TickTiles
from homevisits.people.forms.offering import offer


class LawForm(HouseForm):
    """A law or guidance, its edition and where it stands."""

    submit = "Save"
    sizes = {"edition": "short"}
    title = forms.CharField(label="Law or guidance", max_length=160)
    edition = forms.CharField(
        label="Year or edition",
        max_length=40,
        required=False,
        help_text="The latest version applies, whatever edition is named here.",
    )
    url = forms.URLField(label="Where it stands", required=False, assume_scheme="https")


class InsuranceForm(HouseForm):
    """Cover for staff who make visits."""

    submit = "Record this insurance"
    sizes = {"reference": "medium", "starts_on": "short", "expires_on": "short"}
    insurer = forms.CharField(max_length=120, help_text="For example the Risk Protection Arrangement (RPA)")
    reference = forms.CharField(label="Policy number", max_length=60)
    starts_on = DayField(label="Covers from")
    expires_on = DayField(label="Last day covered")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        starts_on, expires_on = told.get("starts_on"), told.get("expires_on")
        if starts_on and expires_on and expires_on < starts_on:
            self.add_error("expires_on", "Enter a last day that is not before the first.")
        return told


class ReviewForm(HouseForm):
    """Why a review starts."""

    submit = "Start the review"
    why = forms.CharField(
        label="Why now?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The scheduled review, or what has changed that cannot wait for it.",
    )


class OutcomeForm(HouseForm):
    """Who took part in a review, and what came of it."""

    submit = "Finish the review"
    took_part = forms.CharField(
        label="Who took part?",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Names with their roles: the Executive Head, the trustee, leaders.",
    )
    outcome = forms.CharField(
        label="What came of it?", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class TellForm(HouseForm):
    """How a head told the staff."""

    submit = "My staff have been told"
    sentences = {"adopted_on": "Enter when your school adopted it", "how": "Enter how you told them"}
    sizes = {"adopted_on": "short"}
    adopted_on = DayField(
        label="When did your school adopt this version?",
        help_text="Parents read it on the policy page.",
    )
    how = forms.CharField(
        label="How did you tell them?",
        max_length=200,
        help_text="For example: at the staff briefing on Monday",
    )


class ReadForm(HouseForm):
    """One tick for the policy and for each paper beside it that is left to read."""

    submit = "I have read what I ticked"
    sentences = {"papers": "Tick what you have read"}
    papers = forms.MultipleChoiceField(label="I have read", widget=TickTiles)

    def __init__(self, missing: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A value of its own for the policy, whose paper is "": an empty tick is no tick.
        choices = [(f"paper:{paper}", paper or "The home-visit policy") for paper in missing]
        offer(self, "papers", choices)

    def clean_papers(self) -> list[str]:
        return [paper.removeprefix("paper:") for paper in self.cleaned_data["papers"]]
