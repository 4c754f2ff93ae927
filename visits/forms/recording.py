"""The form of the record: every part may wait, nothing typed is lost; the gate says what a finish needs."""

from typing import Any, cast

from django import forms
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet
from django.http import QueryDict

from homevisits.look.forms import DayField, HouseForm, Tiles
from homevisits.trusts.choices import FileChoice
from visits import questions
from visits.guidance import shows_card
from visits.infection import overlay_on_entry
from visits.letters import leaves_card
from visits.models import Outcome, Visit
from visits.writing import Barrier, VisitRecord

MOST_ROWS = 20
# Which field a check of the gate "record" is about.
FIELDS = {
    "outcome": "outcome",
    "place": "place",
    "present": "nobody_present",
    "facts": "facts",
    "concern": "concern",
    "concern_sent": "concern",
    "concern_received": "concern",
    "discussed": "discussed",
    "agreed": "nothing_agreed",
    "pupil_seen": "pupil_seen",
    "why_not": "why_not",
    "file": "file_destination",
    "outcome_text": "outcome_text",
    "went_upstairs": "went_upstairs",
    "upstairs_why": "upstairs_why",
    "in_bedroom": "in_bedroom",
    "bedroom_why": "bedroom_why",
    "life_at_risk": "life_at_risk",
    "card_left": "card_left",
    "id_shown": "id_shown",
    "intervention": "had_intervention",
    "spoken_to": "outcome_text",
}
YES_NO = [("True", "Yes"), ("False", "No")]


def as_yes_no(value: Any) -> bool | None:
    """True, False, or None while it is not answered."""
    return {"True": True, "False": False}.get(str(value))


def yes_no(label: str, **more: Any) -> forms.TypedChoiceField:
    """A question that may wait."""
    return forms.TypedChoiceField(
        label=label,
        choices=YES_NO,
        coerce=as_yes_no,
        empty_value=None,
        required=False,
        widget=Tiles(inline=True),
        **more,
    )


def long_text() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 5})


class RecordForm(HouseForm):
    """One visit's record. Nothing is required here: a draft may miss anything."""

    submit = None
    mark_optional = False
    reveals = {"went_upstairs": {"True": ["upstairs_why"]}, "in_bedroom": {"True": ["bedroom_why"]}}
    outcome = forms.ChoiceField(
        label="How did the visit go?", choices=Outcome.choices, widget=Tiles, required=False
    )
    outcome_text = forms.CharField(label="Anything to add to that?", max_length=500, required=False)
    place = forms.CharField(label="Where did it take place?", max_length=200, required=False)
    nobody_present = forms.BooleanField(label="Nobody was there", required=False)
    pupil_seen = forms.ChoiceField(
        label="Was the pupil seen?", choices=VisitRecord.Seen.choices, widget=Tiles, required=False
    )
    pupil_spoken = forms.ChoiceField(
        label="Was the pupil spoken to?", choices=VisitRecord.Spoken.choices, widget=Tiles, required=False
    )
    why_not = forms.CharField(
        label="If not seen or not spoken to: why not?",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    discussed = forms.CharField(label="What was talked about?", required=False, widget=long_text())
    facts = forms.CharField(
        label="Facts",
        help_text="What you saw and heard, with times and quotes. Nothing that you conclude from it.",
        required=False,
        widget=long_text(),
    )
    opinions = forms.CharField(
        label="Opinion",
        help_text="Your professional view: what you make of the facts. It is printed apart from them, as a view.",
        required=False,
        widget=long_text(),
    )
    pupil_words = forms.CharField(
        label="The pupil’s own words",
        help_text="As they said it, in quotation marks.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    nothing_agreed = forms.BooleanField(label="Nothing was agreed", required=False)
    concern = forms.ChoiceField(
        label="Is there a safeguarding concern?",
        help_text="Yes: do not write it here. Send it to the DSL below, at once; the record waits until they have received it.",
        choices=VisitRecord.YesNo.choices,
        widget=Tiles(inline=True),
        required=False,
    )
    id_shown = forms.BooleanField(
        label="We showed our identity cards",
        help_text="Your policy asks for it on this visit.",
        required=False,
    )
    had_intervention = forms.BooleanField(
        label="Somebody of us had to intervene physically",
        help_text="It has a record of its own, which the head reads.",
        required=False,
    )
    card_left = yes_no("Did you leave a calling card?")
    went_upstairs = yes_no("Did anybody of you go upstairs?")
    upstairs_why = forms.CharField(
        label="Why was it necessary, and which adult went with you?", max_length=300, required=False
    )
    in_bedroom = yes_no("Was anybody of you in a child’s bedroom?")
    bedroom_why = forms.CharField(label="Why was there no other way?", max_length=300, required=False)
    life_at_risk = forms.CharField(
        label="Why was a life at risk?",
        help_text="You went in while the infection rules held.",
        max_length=300,
        required=False,
    )
    file_destination = forms.ChoiceField(
        label="Which file does the record go on?", widget=Tiles, required=False
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        self.visit = visit
        super().__init__(*args, **kwargs)
        choices = visit.rules.file_choices if visit.rules else []
        offered = cast(forms.ChoiceField, self.fields["file_destination"])
        offered.choices = [(choice, FileChoice(choice).label) for choice in choices]
        if not choices:
            del self.fields["file_destination"]

    def dress(self) -> None:
        """Only what this policy asks of this visit."""
        asked = {question.field for question in questions.of_rooms(self.visit)}
        for name, why in (("went_upstairs", "upstairs_why"), ("in_bedroom", "bedroom_why")):
            if name not in asked:
                del self.fields[name], self.fields[why]
                self.reveals = {field: shown for field, shown in self.reveals.items() if field != name}
        for name, is_asked in (
            ("id_shown", shows_card(self.visit)),
            ("card_left", leaves_card(self.visit) and not self.visit.entered_at),
            ("life_at_risk", overlay_on_entry(self.visit) is not None),
        ):
            if not is_asked:
                del self.fields[name]
        super().dress()

    def part(self, *names: str) -> list[forms.BoundField]:
        """Some of the fields, in this order, those that are asked at all."""
        return [self[name] for name in names if name in self.fields]

    def has_seen(self, version: str) -> None:
        """Show a sent form once more over this version of the record."""
        typed = cast(QueryDict, self.data).copy()
        typed["seen"] = version
        self.data = typed

    @property
    def about_going(self) -> list[forms.BoundField]:
        return self.part(
            "outcome", "outcome_text", "card_left", "place", "id_shown", "life_at_risk", "had_intervention"
        )

    @property
    def about_rooms(self) -> list[forms.BoundField]:
        return self.part("went_upstairs", "in_bedroom")

    @property
    def about_pupil(self) -> list[forms.BoundField]:
        return self.part("pupil_seen", "pupil_spoken", "why_not", "pupil_words")

    @property
    def about_talk(self) -> list[forms.BoundField]:
        return self.part("discussed")


class PersonForm(HouseForm):
    """Somebody who was there."""

    submit = None
    mark_optional = False
    name = forms.CharField(label="Name", max_length=120, required=False)
    relationship = forms.CharField(label="Who they are to the pupil", max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("relationship") and not said.get("name"):
            self.add_error("name", "Enter the name too")
        return said


class ActionForm(HouseForm):
    """Something that was agreed: what, who does it, by when."""

    submit = None
    mark_optional = False
    sizes = {"due_on": "short", "kind": "medium"}
    what = forms.CharField(label="What was agreed", max_length=300, required=False)
    owner = forms.CharField(label="Who does it", max_length=120, required=False)
    due_on = DayField(label="By when", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if any(said.get(name) for name in ("what", "owner", "due_on")):
            for name, sentence in (
                ("what", "Say what was agreed"),
                ("owner", "Say who does it"),
                ("due_on", "Enter the day by when"),
            ):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, sentence)
        return said


class BarrierForm(ActionForm):
    """What keeps the pupil from attending, and what is done about it (AF-061, AF-062)."""

    field_order = ["text", "kind", "what", "owner", "due_on"]
    text = forms.CharField(
        label="What keeps the pupil from attending?", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        label="What kind of barrier is it?", choices=[("", "Choose"), *Barrier.Kind.choices], required=False
    )

    def dress(self) -> None:
        self.fields["what"].label = "What is done about it?"
        super().dress()

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not said.get("text") and any(said.values()):
            self.add_error("text", "Say what keeps the pupil from attending")
        return said

    @property
    def said(self) -> tuple[str, str, tuple[str, str, Any] | None] | None:
        """The barrier, with what is done about it once all of that stands; None for an empty row."""
        kept = self.cleaned_data
        if not kept.get("text"):
            return None
        what, owner, due_on = kept.get("what"), kept.get("owner"), kept.get("due_on")
        whole = (what, owner, due_on) if what and owner and due_on else None
        return kept.get("kind", ""), kept["text"], whole

    def ask_what_is_done(self) -> None:
        """Say at the row what the gate says: nothing is done about it yet."""
        if self.said and self.said[-1] is None:
            self.add_error("what", "Say what is done about it, by whom and by when")


People = formset_factory(PersonForm, extra=1, max_num=MOST_ROWS)
Actions = formset_factory(ActionForm, extra=1, max_num=MOST_ROWS)
Barriers = formset_factory(BarrierForm, extra=1, max_num=MOST_ROWS)


def filled(rows: BaseFormSet, *needed: str, also: str = "") -> list[tuple[Any, ...]]:
    """The whole rows of a formset: those without a mistake in which everything needed stands."""
    whole = [
        f.cleaned_data for f in rows.forms if not f.errors and all(f.cleaned_data.get(n) for n in needed)
    ]
    return [tuple(row.get(name, "") for name in (*needed, *filter(None, [also]))) for row in whole]
