"""Where, and whom to see there: from the home that is known, with who may be spoken to."""

from typing import Any

from django import forms
from localflavor.gb.forms import GBPostcodeField

from homevisits.clock import london_day
from homevisits.look.forms import TickTiles, Tiles
from visits.forms.asking.base import StepForm
from visits.infection import overlay_for_request
from visits.models import Visit
from visits.prefill import home_values


class WhereForm(StepForm):
    """The address is filled in; the adults come with what may be said to them."""

    title = "Where do you go, and whom do you see?"
    checks = {"address": "address", "to_see": "to_see", "doorstep": "access", "symptoms": "symptoms"}
    sizes = {"postcode": "short"}
    address = forms.CharField(label="Address", required=False, max_length=200)
    postcode = GBPostcodeField(
        label="Postcode",
        required=False,
        error_messages={"invalid": "Enter a postcode in full, such as HR4 0AA"},
    )
    to_see = forms.TypedMultipleChoiceField(
        label="Whom do you need to see?", coerce=int, required=False, widget=TickTiles
    )
    to_see_text = forms.CharField(label="Somebody else, if need be", required=False, max_length=200)
    child_there = forms.ChoiceField(
        label="With the child there?",
        choices=Visit.ChildThere.choices,
        required=False,
        widget=Tiles(inline=True),
    )
    access = forms.ChoiceField(
        label="Do you go in?", choices=Visit.Access.choices, required=False, widget=Tiles(inline=True)
    )
    symptoms = forms.ChoiceField(
        label="Has anybody at the home symptoms of an infection, or tested positive?",
        help_text="Ring and ask, where you can. Whoever decides reads your answer.",
        choices=[("no", "No"), ("yes", "Yes"), ("unknown", "Not known")],
        required=False,
        widget=Tiles(inline=True),
    )
    risk_known = forms.BooleanField(
        label="I know of a risk that is not listed here",
        help_text="Whoever assesses the risks is asked to write it down before the visit is authorised.",
        required=False,
    )

    def started(self) -> dict[str, Any]:
        visit = self.asking.visit
        names = ("address", "postcode", "to_see_text", "child_there", "access", "risk_known", "symptoms")
        kept = {name: getattr(visit, name) for name in names}
        if not visit.address and self.asking.pupils:
            kept |= home_values(self.asking.pupils[0].household)
        return kept | {"to_see": [link.pk for link in visit.to_see.all()]}

    def dress(self) -> None:
        field = self.fields["to_see"]
        open_ones = [adult for adult in self.asking.adults if adult.may_be_spoken_to]
        field.choices = [(adult.link.pk, str(adult)) for adult in open_ones]
        field.widget.hints = {str(adult.link.pk): adult.standing for adult in open_ones}
        if not open_ones:
            del self.fields["to_see"]
            self.fields["to_see_text"].label = "Whom do you need to see?"
        if not self.asks_symptoms:
            del self.fields["symptoms"]
        super().dress()

    @property
    def asks_symptoms(self) -> bool:
        """Whether the infection rules hold on the day, or today while no day is chosen (CS-082)."""
        visit, rules = self.asking.visit, self.asking.rules
        return bool(
            rules and rules.overlay_ask_symptoms and overlay_for_request(visit, london_day(self.asking.now))
        )

    @property
    def silent(self) -> list[Any]:
        """Adults with whom the pupil is not discussed (PS-073 to PS-075)."""
        return [adult for adult in self.asking.adults if not adult.may_be_spoken_to]

    @property
    def plain(self) -> list[str]:
        return ["address", "postcode", "to_see_text", "child_there", "symptoms", "risk_known"]

    def values(self) -> dict[str, Any]:
        access = self.cleaned_data.get("access")
        kept = super().values() | ({"access": access} if access else {})
        if self.asking.visit.household_id is None and self.asking.pupils:
            kept["household"] = self.asking.pupils[0].household
        return kept

    def parts(self) -> dict[str, Any]:
        if "to_see" not in self.fields:
            return {"to_see": []}
        return {"to_see": self.cleaned_data["to_see"]} if "to_see" in self.cleaned_data else {}

    def field_of(self, check: Any) -> str | None:
        if check.code == "to_see" and "to_see" not in self.fields:
            return "to_see_text"
        if check.code == "address" and self.cleaned_data.get("address", "").strip():
            return "postcode"
        return super().field_of(check)
