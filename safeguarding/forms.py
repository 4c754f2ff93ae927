"""What is asked of whoever raises a concern: their words first, nothing that delays a call to 999."""

from typing import Any, cast

from django import forms

from homevisits.look.forms import HouseForm, Tiles
from homevisits.people.families import Pupil
from visits.models import Visit


class ConcernForm(HouseForm):
    """A concern about one child of a visit."""

    submit = "Send to the DSL now"
    reveals = {"danger": {"yes": ["services_called"]}}
    pupil = forms.ModelChoiceField(Pupil.objects.none(), label="Which child?", widget=Tiles, empty_label=None)
    facts = forms.CharField(
        label="What did you see and hear?",
        help_text="Facts only: what happened, where, when, who was there. The child’s own words in quotation marks.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    opinion = forms.CharField(
        label="What do you think it may mean?",
        help_text="Your professional view, kept apart from the facts.",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    danger = forms.ChoiceField(
        label="May somebody be in danger now?",
        help_text="If yes, ring 999 first. Then write.",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=Tiles(inline=True),
    )
    services_called = forms.CharField(
        label="Whom did you ring, when, and with which reference?",
        help_text="If you have not rung yet: ring 999 now, then come back.",
        max_length=300,
    )
    sentences = {
        "pupil": "Choose which child it is about",
        "facts": "Write what you saw and heard",
        "danger": "Say whether somebody may be in danger now",
        "services_called": "Ring 999, then write whom you rang, when, and the reference",
    }

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pupils = visit.pupils.all()
        choice = cast("forms.ModelChoiceField[Pupil]", self.fields["pupil"])
        choice.queryset = pupils
        if len(pupils) == 1:
            choice.initial = pupils[0].pk
        self.dress()

    @property
    def facts_given(self) -> dict[str, Any]:
        """The arguments of `raising.raise_concern`."""
        given = dict(self.cleaned_data)
        given["is_serious"] = given.pop("danger") == "yes"
        return given
