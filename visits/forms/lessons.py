"""Lessons at home: starting a series, what tutors must know, what a session was like."""

import datetime as dt
from typing import Any

from django import forms

from homevisits.clock import NoSuchLocalTime, from_local
from homevisits.look.forms import (
    DayField,
    HouseForm,
    HouseModelForm,
    MomentField,
    TickTiles,
    Tiles,
    TimeField,
)
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.choices import BedroomRule
from homevisits.trusts.models import Policy
from visits.forms.asking.base import words
from visits.models import TuitionSession, Visit
from visits.prefill import adults
from visits.transitions.tutoring import weekly

MOST = 40


class SeriesForm(HouseForm):
    """Everything that all sessions share."""

    submit = "Make the sessions"
    mark_optional = False
    sizes = {"first": "medium", "at": "short", "stay": "short", "travel": "short", "sessions": "short"}
    units = {"stay": "minutes", "travel": "minutes", "sessions": "lessons"}
    subject = forms.CharField(label="What is taught?", max_length=120)
    tutor = forms.TypedChoiceField(label="Who teaches?", coerce=int)
    goes = forms.TypedMultipleChoiceField(
        label="Who comes along?", coerce=int, required=False, widget=TickTiles
    )
    lone_reason = forms.CharField(
        label="If nobody comes along: why?", required=False, max_length=2000, widget=words(2),
        help_text="Going like that needs a decision of its own.",
    )  # fmt: skip
    first = DayField(label="The first lesson is on")
    at = TimeField(label="It begins at")
    stay = forms.IntegerField(label="It lasts", min_value=10, max_value=480, initial=60)
    travel = forms.IntegerField(label="To get there, and back", min_value=0, max_value=240, initial=15)
    sessions = forms.IntegerField(label="Every week, in all", min_value=1, max_value=MOST, initial=6)
    room = forms.CharField(label="Where in the home?", required=False, max_length=120)
    purpose = forms.CharField(label="What are the lessons for?", max_length=4000, widget=words(2))
    why_necessary = forms.CharField(label="Why at home?", max_length=4000, widget=words(2))
    whom = forms.CharField(label="Which parent agreed?", max_length=120)
    told = forms.ChoiceField(
        label="How were they told of the lessons?",
        choices=[(Visit.Told.CALL, "We rang"), (Visit.Told.LETTER, "By letter or message")],
        widget=Tiles(inline=True),
    )
    told_at = MomentField(label="When was that?")
    sentences = {
        "subject": "Say what is taught",
        "tutor": "Choose who teaches",
        "first": "Enter the day of the first lesson",
        "at": "Enter when it begins",
        "stay": "Enter how many minutes it lasts",
        "travel": "Enter how many minutes it takes to get there",
        "sessions": "Enter how many lessons there are in all",
        "purpose": "Say what the lessons are for",
        "why_necessary": "Say why they are at home",
        "whom": "Say which parent agreed",
        "told": "Choose how they were told",
        "told_at": "Enter when they were told",
    }

    def __init__(self, pupil: Pupil, staff: Staff, rules: Policy, now: dt.datetime, data: Any = None) -> None:
        self.pupil, self.staff, self.rules, self.now = pupil, staff, rules, now
        known = adults([pupil])
        super().__init__(data, initial={"tutor": staff.pk, "whom": str(known[0]) if known else ""})

    def dress(self) -> None:
        visible = Staff.objects.visible_to(self.staff).active()
        here = visible.filter(roles__school=self.pupil.school).distinct().order_by("last_name", "first_name")
        self.colleagues = {self.staff.pk: self.staff} | {person.pk: person for person in here}
        people = [(pk, str(person)) for pk, person in self.colleagues.items()]
        self.fields["tutor"].choices = self.fields["goes"].choices = people
        super().dress()

    def clean_told_at(self) -> dt.datetime:
        at: dt.datetime = self.cleaned_data["told_at"]
        if at > self.now:
            raise forms.ValidationError("Enter a time that has passed: tell them first")
        return at

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("first") and said.get("at"):
            try:
                said["start_at"] = from_local(said["first"], said["at"])
            except NoSuchLocalTime as skipped:
                self.add_error("at", str(skipped))
            else:
                if said["start_at"] <= self.now:
                    self.add_error("first", "Choose a first lesson that lies ahead")
        return said

    @property
    def said(self) -> dict[str, Any]:
        """The words of `start_series`."""
        kept, tutor = self.cleaned_data, self.colleagues[self.cleaned_data["tutor"]]
        reason = self.rules.reasons.filter(is_series=True).first()
        others = [self.colleagues[pk] for pk in kept["goes"] if pk != tutor.pk]
        home = self.pupil.household
        return {
            "pupil": self.pupil,
            "tutor": tutor,
            "subject": kept["subject"],
            "room": kept["room"],
            "plans": weekly(kept["start_at"], kept["sessions"], kept["stay"], kept["travel"]),
            "party": [{"staff": tutor, "is_lead": True}, *({"staff": person} for person in others)],
            "values": {
                "reason_code": reason.code if reason else "",
                "purpose": kept["purpose"],
                "why_necessary": kept["why_necessary"],
                "household": home,
                "address": home.address if home else "",
                "postcode": home.postcode if home else "",
                "to_see_text": kept["whom"],
                "told": kept["told"],
                "told_whom": kept["whom"],
                "told_at": kept["told_at"],
                "told_by": self.staff,
                "parent_agreed": True,
                "lone_reason": kept["lone_reason"],
            },
        }


class SeriesBriefing(HouseForm):
    """What the tutor must know of the pupil."""

    submit = None
    send = forms.CharField(
        label="Special educational needs and disabilities", required=False, widget=words(2)
    )
    medical = forms.CharField(label="Medical needs", required=False, widget=words(2))
    behaviour = forms.CharField(label="Known behaviour", required=False, widget=words(2))
    nothing = forms.BooleanField(label="There is nothing more to know", required=False)


class Sanctions(HouseForm):
    """What was agreed with the parents for misbehaviour."""

    submit = None
    text = forms.CharField(label="Agreed with the parents beforehand", max_length=2000, widget=words(2))
    agreed_on = DayField(label="When?")
    sentences = {"text": "Say what was agreed", "agreed_on": "Enter when it was agreed"}


class EndSeries(HouseForm):
    submit = None
    why = forms.CharField(label="Why do the lessons end?", max_length=300)
    sentences = {"why": "Say why the lessons end"}


class SessionForm(HouseModelForm):
    """The session's own questions."""

    submit = "Save the lesson"
    mark_optional = False

    class Meta:
        model = TuitionSession
        fields = (
            "adult",
            "room",
            "is_suitable",
            "unsuitable_note",
            "is_bedroom",
            "no_alternative",
            "door_open",
        )
        labels = {
            "adult": "Which adult was in the home?",
            "room": "In which room was the lesson?",
            "is_suitable": "Was it a suitable place to work?",
            "unsuitable_note": "What was not suitable?",
            "is_bedroom": "It was the pupil's bedroom",
            "no_alternative": "Why was there no other space?",
            "door_open": "Did the door stay open?",
        }
        widgets = {"is_suitable": forms.NullBooleanSelect, "door_open": forms.NullBooleanSelect}

    def __init__(self, rules: Policy, *args: Any, **kwargs: Any) -> None:
        self.rules = rules
        super().__init__(*args, **kwargs)

    def dress(self) -> None:
        if self.rules.tutoring_bedroom_rule == BedroomRule.NEVER:
            self.fields[
                "is_bedroom"
            ].help_text = "Your policy never allows it: say why, and the head is told."
        elif self.rules.tutoring_bedroom_rule == BedroomRule.NO_ALTERNATIVE:
            self.fields[
                "is_bedroom"
            ].help_text = "Only where there is no other space: say why, and the head is told."
        super().dress()

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class MisbehaviourForm(HouseForm):
    """Something that happened in a lesson."""

    submit = "Report it to the school"
    what = forms.CharField(label="What happened?", max_length=500, widget=words(2))
    done = forms.CharField(label="What was done about it?", required=False, max_length=300, widget=words(2))
    sentences = {"what": "Say what happened"}
