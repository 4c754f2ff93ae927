"""What is asked of those who brief, who give background, who look afterwards, and who ask a colleague."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from homevisits.look.forms import HouseForm, TickTiles
from homevisits.people.models import Staff
from visits.briefing import Briefed
from visits.forms.asking.base import words


class BriefForm(HouseForm):
    """Whom one briefs, and what they should know about this family and home."""

    submit = None
    sentences = {
        "staff": "Tick whom you brief",
        "words": "Say what they should know about this family and home",
    }
    staff = forms.TypedMultipleChoiceField(label="Whom do you brief?", coerce=int, widget=TickTiles)
    words = forms.CharField(
        label="What they should know",
        help_text="The risks, the area, the pupil, the family, pets, the times. Change what stands here as you see fit.",
        max_length=8000,
        widget=words(10),
    )

    def __init__(self, given_to: Sequence[Briefed], known: str, data: Any = None) -> None:
        self.given_to = list(given_to)
        said = next((one.words for one in self.given_to if one.words), "")
        waiting = [one.staff.pk for one in self.given_to if not one.is_confirmed]
        super().__init__(data, initial={"staff": waiting, "words": said or known})

    def dress(self) -> None:
        field = self.fields["staff"]
        field.choices = [(one.staff.pk, str(one.staff)) for one in self.given_to]
        field.widget.hints = {str(one.staff.pk): standing(one) for one in self.given_to}
        super().dress()

    @property
    def chosen(self) -> list[Staff]:
        return [one.staff for one in self.given_to if one.staff.pk in self.cleaned_data["staff"]]


def standing(one: Briefed) -> str:
    """How far one visitor's briefing has come, in words."""
    if one.is_acknowledged:
        return "Briefed, and has read it"
    if one.is_confirmed:
        return "Briefed, has not read it yet"
    return "The risks were assessed anew: brief again" if one.is_outdated else "Not briefed yet"


class BackgroundForm(HouseForm):
    """What the EWO knows that visitors should know (TC-062)."""

    submit = "Send it"
    sentences = {"words": "Say what the visitors should know, or that you know nothing"}
    words = forms.CharField(
        label="What should the visitors know?",
        help_text="Background and circumstances that bear on the risks. It stands in the briefing of those who go.",
        max_length=4000,
        widget=words(6),
    )


class LookedForm(HouseForm):
    """What a leader finds of an emergency that went ahead without a decision."""

    submit = "I have looked at it"
    sentences = {"words": "Say what you found"}
    words = forms.CharField(
        label="What did you find?",
        help_text="Whether it was right to go at once, and what follows from it. It is kept with the visit.",
        max_length=2000,
        widget=words(4),
    )


class ColleagueForm(HouseForm):
    """Whom to ask to make a visit, with a word about it (TC-184)."""

    submit = "Ask them"
    sizes = {"staff": "medium"}
    sentences = {"staff": "Choose whom you ask"}
    staff = forms.ModelChoiceField(
        Staff.objects.none(), label="Who should make this visit?", empty_label="Choose a colleague"
    )
    words = forms.CharField(
        label="What should they know?",
        help_text="They find the request with what you filled in, complete it and send it. You may decide on it.",
        max_length=1000,
        required=False,
        widget=words(3),
    )

    def __init__(self, people: QuerySet[Staff], data: Any = None) -> None:
        self.people = people
        super().__init__(data)

    def dress(self) -> None:
        field = self.fields["staff"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.people
        super().dress()


class HandBackForm(HouseForm):
    """Why somebody does not make the visit that they were asked to make."""

    submit = "Hand it back"
    sentences = {"reason": "Say why you hand it back"}
    reason = forms.CharField(
        label="Why?", help_text="Whoever asked you reads it.", max_length=500, widget=words(3)
    )
