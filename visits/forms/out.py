"""What a visitor is asked on the phone page: few words, large choices, a key that counts a message once."""

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.html import escape

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from homevisits.people.forms.pins import PinInput
from visits import infection, inviting
from visits.doorstep import hints
from visits.guidance import departure_checks
from visits.models import ArrivalLook, Outcome, Visit
from visits.positions import Position
from visits.preparing import HazardKind

MINUTES = [10, 15, 20, 30, 45, 60]
# What can be seen from the door; the rest of the kinds is for the assessment.
LOOKED_FOR = {
    HazardKind.ANIMALS: "paw-print",
    HazardKind.AGGRESSION: "triangle-alert",
    HazardKind.AREA: "map",
    HazardKind.SUBSTANCES: "flask-conical",
    HazardKind.OCCUPANTS: "users",
    HazardKind.WEAPONS: "swords",
    HazardKind.PREMISES: "door-closed",
    HazardKind.HEALTH: "thermometer",
    HazardKind.OTHER: "info",
}
MEASURES = ("Masks are worn", "A window is open", "We said that we are tested", "Something else")
WHY_LONGER = [
    ("We are running late", "We are running late"),
    ("The talk takes longer", "The talk takes longer"),
    ("Traffic", "Traffic"),
    ("We wait for somebody", "We wait for somebody"),
    ("other", "Something else"),
]


class Keyed(HouseForm):
    """A message that is taken once, however often it is sent; the server makes its key."""

    submit = None
    mark_optional = False
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def again(self) -> None:
        """Another message for the next try: only the very same one, sent twice, counts once."""
        data = self.data.copy()
        data["key"] = str(uuid.uuid4())
        self.data = data


class CheckTiles(TickTiles):
    """Ticks of a checklist, each with the clauses behind it as data."""

    clauses: Mapping[str, str] = {}

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        option["attrs"]["data-guidance"] = "depart"
        option["attrs"]["data-clauses"] = self.clauses.get(str(option["value"]), "")
        return option


class Departing(Keyed):
    """The checklist before leaving: every line, compulsory."""

    checks = forms.TypedMultipleChoiceField(
        label="Before you leave", help_text="Tick every line.", coerce=int, widget=CheckTiles
    )
    sentences = {"checks": "Tick every line before you leave"}

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        self.asked = departure_checks(visit)
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["checks"]).choices = [(item.pk, item.text) for item in self.asked]
        self.fields["checks"].widget.clauses = {str(i.pk): " ".join(i.clauses) for i in self.asked}
        if not self.asked:
            del self.fields["checks"]

    def clean_checks(self) -> list[int]:
        ticked = self.cleaned_data["checks"]
        if missing := [item.text for item in self.asked if item.pk not in ticked]:
            raise forms.ValidationError(f"Tick this line too: {missing[0]}")
        return ticked


class GoingOn(Departing):
    """The next visit's checklist, and whether everybody goes on."""

    together = forms.BooleanField(label="All who are still out go on with me", required=False)

    pin = forms.CharField(
        label="Your PIN", help_text="It says that you are back from here.", max_length=6, widget=PinInput
    )

    def __init__(
        self, visit: Visit, others: list[str], *args: Any, wants_pin: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(visit, *args, **kwargs)
        if not wants_pin:
            del self.fields["pin"]
        if others:
            self.fields["together"].help_text = escape(f"That is you and {', '.join(others)}.")
        else:
            del self.fields["together"]


class AskPin(Keyed):
    """The PIN that belongs to a check-in."""

    pin = forms.CharField(label="Your PIN", max_length=6, widget=PinInput)
    sentences = {"pin": "Enter your PIN"}


class Noting(Keyed):
    """A note to the office."""

    text = forms.CharField(
        label="What should the office know?",
        help_text="A few words. Nothing about the child. In danger ring 999 or hold for help.",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    sentences = {"text": "Write what the office should know"}


class Reporting(Keyed):
    """An incident, in the words of whoever reports it."""

    what = forms.CharField(
        label="What happened?",
        help_text="Facts: what happened, who was hurt, what you did. Also what nearly happened.",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    sentences = {"what": "Say what happened"}


class Placed(forms.Form):
    """Where a phone says that it is, as its browser tells it."""

    sent_with = forms.ChoiceField(choices=Position.When.choices)
    latitude = forms.DecimalField(min_value=-90, max_value=90)
    longitude = forms.DecimalField(min_value=-180, max_value=180)
    accuracy = forms.FloatField(min_value=0)
    taken_at = forms.FloatField(required=False, help_text="milliseconds of the phone's clock")

    def said(self) -> dict[str, Any]:
        """The place with five decimals (a metre), and when the phone claims to have been there."""
        c = self.cleaned_data
        grid = Decimal("0.00001")
        return {
            "sent_with": c["sent_with"],
            "latitude": c["latitude"].quantize(grid),
            "longitude": c["longitude"].quantize(grid),
            "accuracy": round(min(c["accuracy"], 1e6)),
            "taken_at": _claimed(c["taken_at"]),
        }


def _claimed(milliseconds: float | None) -> dt.datetime | None:
    """The phone's time; None for one that no clock shows."""
    try:
        return dt.datetime.fromtimestamp((milliseconds or 0) / 1000, dt.UTC) if milliseconds else None
    except (OverflowError, ValueError, OSError):
        return None


class MoreTime(Keyed):
    """How many minutes more, and why; beyond the policy's limit a person has to agree."""

    reveals = {"why": {"other": ["why_other"]}}
    minutes = forms.TypedChoiceField(label="How many minutes more?", coerce=int, widget=Tiles(inline=True))
    why = forms.ChoiceField(label="Why?", choices=WHY_LONGER, widget=Tiles)
    why_other = forms.CharField(label="What is it?", max_length=200)
    sentences = {
        "minutes": "Choose how many minutes more you need",
        "why": "Choose why you need more time",
        "why_other": "Say why you need more time",
        "pin": "Enter your PIN",
    }

    pin = forms.CharField(
        label="Your PIN", help_text="It says that all is well.", max_length=6, widget=PinInput
    )

    def __init__(self, visit: Visit, *args: Any, wants_pin: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not wants_pin:
            del self.fields["pin"]
        rules = visit.rules
        left = not rules or visit.extensions < rules.extension_max_times
        longest = rules.extension_max_minutes if rules else MINUTES[-1]
        choices = [(m, str(m)) for m in MINUTES if left and m <= longest] or [(longest, str(longest))] * left
        asked = [(m, f"{m}, if somebody agrees") for m in MINUTES if not left or m > longest]
        cast(forms.ChoiceField, self.fields["minutes"]).choices = [*choices, *asked]

    @property
    def reason(self) -> str:
        """The reason in words."""
        return (
            self.cleaned_data["why_other"]
            if self.cleaned_data["why"] == "other"
            else self.cleaned_data["why"]
        )


class Entering(Keyed):
    """Which adult invited them in; without one they stay outside (PS-071 to PS-075, TC-229)."""

    OTHER, CHILD, NOBODY, LIFE = "other", "child", "nobody", "life"
    reveals = {"adult": {"other": ["name", "why_other"], "nobody": ["breach"], "life": ["life_at_risk"]}}
    adult = forms.ChoiceField(label="Which adult invited you in?", widget=Tiles)
    name = forms.CharField(
        label="Who is it?", help_text="Their name, and what they are to the pupil.", max_length=120
    )
    why_other = forms.CharField(
        label="Why did you go in all the same?",
        help_text="Your policy asks for a parent. What you write is kept with the visit, and the DSL reads it.",
        max_length=300,
    )
    breach = forms.CharField(
        label="Why did you go in?",
        help_text="Stay outside unless somebody’s life is at risk. What you write is kept with the visit and the head reads it.",
        max_length=300,
    )
    late = forms.CharField(
        label="Why did you go in all the same?",
        help_text="What you write is kept with the visit, and the head and the DSL read it.",
        max_length=300,
    )
    life_at_risk = forms.CharField(
        label="Why is a life at risk?",
        help_text="A few words. The DSL and the office are told at once. In danger ring 999.",
        max_length=300,
    )
    sentences = {
        "adult": "Choose which adult invited you in",
        "name": "Say which adult invited you in",
        "why_other": "Stay outside and ring the parent, or say why you went in",
        "breach": "Stay outside, or say why you went in without an adult",
        "late": "Stay outside and leave, or say why you went in",
        "life_at_risk": "Stay on the doorstep, or say why a life is at risk",
    }

    def __init__(self, visit: Visit, *args: Any, over: str = "", **kwargs: Any) -> None:
        self.visit, self.outside, self.over = visit, infection.entry_objection(visit), over
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["adult"])
        field.choices = self._life() if self.outside else self._adults()
        if self.outside:
            field.label, field.help_text = "Why do you go in?", self.outside
            self.fields[
                "breach"
            ].help_text = "What you write is kept with the visit, and the DSL reads it at once."

    def dress(self) -> None:
        """Another adult needs a reason only where the policy asks for a parent."""
        if inviting.anybody_may_invite(self.visit):
            del self.fields["why_other"]
            self.reveals = {"adult": {**self.reveals["adult"], "other": ["name"]}}
        if self.over and not self.outside:
            self.fields["late"].help_text = f"{self.over} {self.fields['late'].help_text}"
        else:
            del self.fields["late"]
        super().dress()

    def _adults(self) -> list[tuple[str, str]]:
        known = [(str(link), str(link)) for link in inviting.who_may_invite(self.visit)]
        return [
            *known,
            (self.OTHER, "Another adult" if known else "An adult"),
            (self.CHILD, "A child"),
            (self.NOBODY, "No adult invited us in"),
        ]

    def _life(self) -> list[tuple[str, str]]:
        life = infection.overlay_of(self.visit) and infection.may_enter_for_life(self.visit)
        return [*([(self.LIFE, "A life is at risk")] if life else []), (self.NOBODY, "For another reason")]

    def clean_adult(self) -> str:
        adult = str(self.cleaned_data["adult"])
        if adult == self.CHILD:
            raise forms.ValidationError(inviting.CHILD_INVITES)
        return adult

    def said(self) -> dict[str, Any]:
        """Who invited them, why it was no such adult, and why a life was at risk."""
        c = self.cleaned_data
        adult = c["adult"]
        invited_by = c["name"] if adult == self.OTHER else "" if adult in {self.NOBODY, self.LIFE} else adult
        return {
            "invited_by": invited_by,
            "breach": c.get("late") or c.get("breach") or c.get("why_other") or "",
            "life_at_risk": c.get("life_at_risk") or "",
        }


class Looking(Keyed):
    """The look round at the door: ticks, a note, and one of three buttons (CS-062 to CS-066, CS-084 to CS-086)."""

    seen = forms.MultipleChoiceField(
        label="What do you see?",
        choices=[(k, HazardKind(k).label) for k in LOOKED_FOR],
        required=False,
        widget=TickTiles,
    )
    measures = forms.MultipleChoiceField(
        label="What did you agree with the family?",
        choices=[(m, m) for m in MEASURES],
        required=False,
        widget=TickTiles,
    )
    note = forms.CharField(label="Anything else?", max_length=160, required=False)
    choice = forms.ChoiceField(
        choices=ArrivalLook.Choice.choices,
        error_messages={"required": "Choose: go in, stay on the doorstep, or leave."},
    )

    def said(self) -> dict[str, Any]:
        """What was seen, and what was agreed as words."""
        c = self.cleaned_data
        agreed = f"Agreed with the family: {', '.join(c['measures']).lower()}." if c.get("measures") else ""
        note = " ".join(filter(None, [agreed, c["note"]]))
        return {"seen": c["seen"], "note": note, "choice": c["choice"]}


class Outcomes(Keyed):
    """How it went at the door, with what to do for each."""

    outcome = forms.ChoiceField(label="How did it go?", choices=Outcome.choices)
    text = forms.CharField(
        label="Anything to add?",
        help_text="A few words now; the record comes later.",
        max_length=300,
        required=False,
    )
    sentences = {"outcome": "Choose how it went"}
    mark_optional = True

    def __init__(self, visit: Visit, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = Tiles(hints=hints(visit))
        widget.choices = Outcome.choices
        self.fields["outcome"].widget = widget


class NotLeft(Keyed):
    """Nobody left after all: why."""

    reason = forms.CharField(label="Why did nobody leave?", max_length=300)
    sentences = {"reason": "Say why nobody left"}


class NotBack(Keyed):
    """A mistaken "I am back": what happened."""

    reason = forms.CharField(
        label="What happened?", help_text="“I pressed the wrong button” is enough.", max_length=300
    )
    sentences = {"reason": "Say what happened"}
