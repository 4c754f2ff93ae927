"""Forms of a school: its papers, and infection rules."""

from typing import Any

from django import forms

from homevisits.look.forms import DayField, HouseForm, HouseModelForm
from homevisits.trusts.choices import Paper
from homevisits.trusts.models import School, Trust
from homevisits.upkeep import files


class PaperForm(HouseForm):
    """A school's own paper or form: a link or a file."""

    submit = "Add this paper"
    kind = forms.ChoiceField(label="What is it?", choices=[("", "Choose"), *Paper.choices])
    title = forms.CharField(label="What it is called", max_length=120)
    url = forms.URLField(
        label="Link to it", required=False, assume_scheme="https", help_text="When it stands on a website."
    )
    file = forms.FileField(
        label="Or the file",
        required=False,
        help_text="PDF, Word (.docx) or OpenDocument (.odt), at most 5 MB.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.odt"}),
        error_messages={"empty": "This file is empty: choose another."},
    )

    def clean_file(self) -> files.Paper | None:
        upload = self.cleaned_data["file"]
        if upload is None:
            return None
        try:
            return files.read(upload.name, upload.read(files.LARGEST + 1))
        except files.BadFile as bad:
            raise forms.ValidationError(str(bad)) from bad

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        is_clean = not {"file", "url"} & self.errors.keys()
        if is_clean and bool(told.get("url")) == bool(told.get("file")):
            self.add_error("url", "Give a link or choose a file, one of the two.")
        return told


class OverlayForm(HouseForm):
    """Infection rules from a day on."""

    submit = "Switch on infection rules"
    sizes = {"starts_on": "short", "ends_on": "short"}
    reason = forms.CharField(label="What for?", max_length=160, help_text="For example: measles in Year 3")
    source = forms.CharField(
        label="Which guidance do you follow?",
        max_length=200,
        help_text="National or local, with its date: “UKHSA, 3 November 2026”.",
    )
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day", required=False, help_text="Leave it empty when you do not know yet.")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        starts_on, ends_on = told.get("starts_on"), told.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "Enter a last day that is not before the first.")
        return told


WEBSITE_HELP = "Where parents find the policy on this website."


class SchoolDetailsForm(HouseModelForm):
    """Letterhead, website and position of a school."""

    submit = "Save"
    sizes = {"latitude": "short", "longitude": "short"}

    class Meta:
        model = School
        fields = ["motto", "website", "policy_url", "latitude", "longitude"]
        labels = {
            "motto": "Motto, vision or verse for the letterhead",
            "policy_url": "The policy on the school’s website",
            "latitude": "Latitude",
            "longitude": "Longitude",
        }
        help_texts = {
            "policy_url": WEBSITE_HELP,
            "latitude": "For sunset times. In a map, press long on the school: the first number, such as 53.48",
            "longitude": "The second number, such as -2.24",
        }

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        latitude, longitude = told.get("latitude"), told.get("longitude")
        if (latitude is None) != (longitude is None) and not {"latitude", "longitude"} & self.errors.keys():
            self.add_error(
                "longitude" if longitude is None else "latitude", "Enter both numbers, or neither."
            )
        for name, most in (("latitude", 90), ("longitude", 180)):
            if told.get(name) is not None and abs(told[name]) > most:
                self.add_error(name, f"Enter a number between -{most} and {most}.")
        return told


class TrustDetailsForm(HouseModelForm):
    """Letterhead and website of the trust."""

    submit = "Save"

    class Meta:
        model = Trust
        fields = ["motto", "website", "policy_url"]
        labels = {
            "motto": "Motto for the letterhead",
            "policy_url": "The policy on the trust’s website",
        }
        help_texts = {"policy_url": WEBSITE_HELP}
