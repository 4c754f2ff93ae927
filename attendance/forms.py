"""What is asked on the attendance pages."""

from django import forms

from attendance.models import Agreement
from homevisits.look.forms import DayField, HouseForm, Tiles


class WaiveForm(HouseForm):
    """Why no visit is needed."""

    submit = "No visit needed"
    why = forms.CharField(
        label="Why is no visit needed?",
        help_text="It stays readable beside the marks.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    sentences = {"why": "Say why no visit is needed"}


class ReviewForm(HouseForm):
    """Was it kept? Still running needs the next day to look."""

    submit = "Keep this review"
    reveals = {"state": {"running": ["review_on"]}}
    state = forms.ChoiceField(
        label="Was it kept?",
        choices=[
            (Agreement.State.KEPT, "Yes, it was kept"),
            (Agreement.State.BROKEN, "No, it was not kept"),
            (Agreement.State.RUNNING, "Still running"),
        ],
        widget=Tiles,
    )
    review_on = DayField(label="When do you look again?")
    note = forms.CharField(label="Note", max_length=300, required=False)
    sentences = {"state": "Say whether it was kept", "review_on": "Choose the day of the next review"}
