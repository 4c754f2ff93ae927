"""The decision: which of the decisions that are theirs somebody takes, with a reason and what the policy asks to confirm."""

from collections.abc import Sequence
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from homevisits.people.forms.offering import offer
from homevisits.people.models import Staff
from visits.brief import Brief
from visits.infection import has_symptoms
from visits.routes import Need
from visits.story import Decision

Kind, Answer = Decision.Kind, Decision.Answer
STATEMENTS = {
    Kind.VISIT: "The visit itself",
    Kind.LONE: "Going alone: I decide that it is safe and appropriate",
    Kind.OUT_OF_HOURS: "Going outside school hours: I agree that it is necessary and that there is no alternative",
    Kind.RISK: "The level of risk: I have read the assessment, and enough is done about it",
    Kind.DSL_INPUT: "My view as DSL",
}
TYPED = {
    Kind.VISIT: "The visit itself",
    Kind.LONE: "Going alone: they decide that it is safe and appropriate",
    Kind.OUT_OF_HOURS: "Going outside school hours: they agree that there is no alternative",
    Kind.RISK: "The level of risk: they have heard the assessment, and enough is done about it",
    Kind.DSL_INPUT: "Their view as DSL",
}
REASON_HINT = "The person who asked reads it, and it is kept with the visit."


class Deciding(HouseForm):
    """One answer to some or all of a person's decisions. `seen` is what the decision is about."""

    submit = None
    sentences = {
        "reason": "Give a reason for your decision",
        "lone_reason": "Say why going alone is safe and appropriate",
        "kinds": "Tick what you decide on",
    }
    reveals = {"kinds": {Kind.LONE: ["lone_reason"]}}
    statements = STATEMENTS
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    kinds = forms.MultipleChoiceField(label="What do you decide on?", choices=(), widget=TickTiles)
    lone_reason = forms.CharField(
        label="Why is going alone safe and appropriate?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    necessary = forms.BooleanField(label="The visit is necessary", required=False)
    best_interests = forms.BooleanField(label="The visit is in the pupil’s best interests", required=False)
    safeguarding = forms.BooleanField(label="Safeguarding arrangements are in place", required=False)
    symptoms_seen = forms.BooleanField(
        label="There are symptoms at this home; a visit is right all the same", required=False
    )
    reason = forms.CharField(
        label="Your reason", help_text=REASON_HINT, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    whole_series = forms.BooleanField(required=False)

    def __init__(self, brief: Brief, needs: Sequence[Need], data: Any = None, **options: Any) -> None:
        self.brief, self.needs = brief, list(needs)
        self.kinds_asked = [need.kind for need in self.needs]
        super().__init__(data, **options)

    def dress(self) -> None:
        """Ask only what this person and this policy need."""
        rules = self.brief.visit.rules
        confirms = any(kind != Kind.DSL_INPUT for kind in self.kinds_asked)
        for name in CONFIRMED_BY_POLICY:
            if not (rules and getattr(rules, f"confirm_{name}") and confirms):
                del self.fields[name]
        if not (confirms and has_symptoms(self.brief.visit)):
            del self.fields["symptoms_seen"]
        offer(self, "kinds", [(kind, self.statements[Kind(kind)]) for kind in self.kinds_asked])
        if not self.asks_which:
            self.fields["kinds"].widget = forms.MultipleHiddenInput()
        if Kind.LONE not in self.kinds_asked:
            del self.fields["lone_reason"]
            self.reveals = {}
        self._offer_series()
        super().dress()

    def _offer_series(self) -> None:
        """One answer for all lessons that wait, where there are others."""
        others = self.brief.lessons_waiting
        if not others:
            del self.fields["whole_series"]
            return
        which = "other lesson" if others == 1 else f"other {others} lessons"
        self.fields["whole_series"].label = f"The same answer for the {which} of this series"
        self.fields["whole_series"].help_text = "Those that differ in more than their day stay on your list."

    @property
    def wants_series(self) -> bool:
        """Whether the answer is meant for the other lessons too."""
        return not self.is_outdated and bool(self.cleaned_data.get("whole_series"))

    @property
    def asks_which(self) -> bool:
        """Whether there is something to tick: several decisions, or one that is a statement."""
        return len(self.kinds_asked) > 1 or Kind.LONE in self.kinds_asked

    @property
    def only_view(self) -> bool:
        """Whether it is a DSL's view, which ends nothing, and not a decision."""
        return all(kind == Kind.DSL_INPUT for kind in self.kinds_asked)

    @property
    def started(self) -> dict[str, Any]:
        """What stands in the form at first: the visit is ticked, going alone never is (TC-125)."""
        ticked = [kind for kind in self.kinds_asked if kind != Kind.LONE]
        return {"kinds": ticked}

    def clean(self) -> dict[str, Any]:
        """A yes needs the confirmations and a reason for going alone; a no needs only its reason."""
        cleaned = super().clean() or self.cleaned_data
        if self.pressed != Answer.YES:
            for name in ("kinds", "lone_reason"):
                self.errors.pop(name, None)
            return {**cleaned, "kinds": self.kinds_asked, "lone_reason": ""}
        for name, sentence in CONFIRMS.items():
            if name in self.fields and not cleaned.get(name):
                self.add_error(name, sentence)
        return cleaned

    @property
    def pressed(self) -> str:
        """Which of the three buttons was pressed."""
        return str(self.data.get("reply", "")) if self.is_bound else ""

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.pressed not in Answer.values and "reply" not in self.fields:
            self.add_error(None, "Choose Authorise, Return for changes or Decline.")

    @property
    def is_outdated(self) -> bool:
        """Whether it answers something that is no longer this person's to answer: the domain says why."""
        return not self.needs or bool(self._gone)

    @property
    def _gone(self) -> list[str]:
        posted = self.data.getlist("kinds") if hasattr(self.data, "getlist") else []
        return [kind for kind in posted if kind not in self.kinds_asked and kind in Kind.values]

    def refuse(self, sentence: str) -> None:
        """Put the domain's sentence on top, with everything typed still there."""
        self.full_clean()
        self.errors.clear()
        self.add_error(None, sentence)

    def said(self) -> dict[str, Any]:
        """The words of the transition."""
        if self.is_outdated:
            reply = self.pressed if self.pressed in Answer.values else Answer.NO
            return {
                "reply": reply,
                "reason": self.data.get("reason", "").strip() or "None given",
                "kinds": self._gone,
            }
        cleaned = self.cleaned_data
        return {
            "reply": self.pressed,
            "reason": cleaned["reason"],
            "kinds": cleaned["kinds"],
            "necessary": bool(cleaned.get("necessary")),
            "best_interests": bool(cleaned.get("best_interests")),
            "safeguarding": bool(cleaned.get("safeguarding")),
            "seen": cleaned["seen"],
            "symptoms_seen": bool(cleaned.get("symptoms_seen")),
            "reasons": {Kind.LONE: cleaned.get("lone_reason") or ""},
        }


CONFIRMS = {
    "necessary": "Confirm that the visit is necessary, or return it for changes",
    "best_interests": "Confirm that the visit is in the pupil’s best interests, or return it for changes",
    "safeguarding": "Confirm that safeguarding arrangements are in place, or return it for changes",
    "symptoms_seen": "Confirm that a visit is right in spite of the symptoms, or return it for a call instead",
}
# Each asked for by the setting of its name.
CONFIRMED_BY_POLICY = ("necessary", "best_interests", "safeguarding")


class Telephoned(Deciding):
    """The same, typed in by somebody else for a person who said it on the telephone."""

    field_order = [
        "seen",
        "said_by",
        "reply",
        "kinds",
        "lone_reason",
        "necessary",
        "best_interests",
        "safeguarding",
        "symptoms_seen",
        "reason",
    ]
    statements = TYPED
    said_by = forms.ChoiceField(
        label="Who said it?", help_text="They countersign what you type.", widget=Tiles
    )
    reply = forms.ChoiceField(
        label="What did they say?",
        choices=[
            (Answer.YES, "Yes, the visit may go ahead"),
            (Answer.CHANGES, "Return it for changes"),
            (Answer.NO, "No"),
        ],
        widget=Tiles,
    )

    def dress(self) -> None:
        people = self.brief.reachable
        offer(self, "said_by", [(str(person.pk), f"{person}, {person.title}") for person, _ in people])
        self.fields["kinds"].label = "What did they decide on?"
        self.fields["necessary"].label = "They said that the visit is necessary"
        self.fields["best_interests"].label = "They said that it is in the pupil’s best interests"
        self.fields["safeguarding"].label = "They said that safeguarding arrangements are in place"
        self.fields[
            "symptoms_seen"
        ].label = "They know of the symptoms at this home; a visit is right all the same"
        self.fields["reason"].label = "The reason they gave"
        self.fields["reason"].help_text = "In their words, as nearly as you can."
        super().dress()

    def _offer_series(self) -> None:
        """On the telephone somebody spoke of one lesson."""
        del self.fields["whole_series"]

    @property
    def decider(self) -> Staff:
        """The person chosen."""
        chosen = int(self.cleaned_data["said_by"])
        return next(person for person, _ in self.brief.reachable if person.pk == chosen)


class Countersigning(HouseForm):
    """Was it so? A no needs a word why."""

    submit = "Send my answer"
    reveals = {"agrees": {"no": ["why"]}}
    agrees = forms.ChoiceField(
        label="Is this what you decided?",
        choices=[("yes", "Yes, this is what I said"), ("no", "No, I did not say this")],
        widget=Tiles(hints={"no": "The decision is void at once, and the office is told."}),
    )
    why = forms.CharField(label="What did you say?", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
