"""Forms about what somebody holds: a check or training, a job description, what a school asks for."""

from typing import Any

from django import forms

from homevisits.look.forms import DayField, HouseForm, Tiles
from homevisits.people.clearances import Clearance
from homevisits.people.forms.offering import offer
from homevisits.people.holding import school_training_of
from homevisits.people.models import Staff
from homevisits.people.permissions import may_keep_clearances
from homevisits.trusts.choices import DbsLevel
from homevisits.trusts.models import Policy

OWN = "own:"


def trainings(person: Staff) -> list[tuple[str, str]]:
    """What may be recorded for somebody: the policy's training, then their school's own, then any other."""
    school = person.main_school
    policy = (
        Policy.objects.in_force(school)
        if school
        else Policy.objects.of(person.trust, None).published().order_by("-number").first()
    )
    named = (
        [(_value(rule.code, rule.label), rule.label) for rule in policy.trainingrules.all()] if policy else []
    )
    own = [(OWN + row.title, row.title) for row in school_training_of(school)] if school else []
    return [*named, *own, (Clearance.Kind.OTHER, "Other training")]


def _value(code: str, label: str) -> str:
    return code if code in Clearance.Kind.values else OWN + label


class ClearanceForm(HouseForm):
    """A check or training that somebody holds. Offers what their policy and school ask for."""

    submit = "Record this"
    sizes = {"reference": "medium", "issued_on": "short", "expires_on": "short"}
    reveals = {"kind": {Clearance.Kind.DBS.value: ["level"], Clearance.Kind.OTHER.value: ["title"]}}
    kind = forms.ChoiceField(label="What do they hold?", widget=Tiles)
    level = forms.ChoiceField(
        label="Level of the check",
        choices=DbsLevel.choices,
        initial=DbsLevel.ENHANCED,
        widget=Tiles(inline=True),
    )
    title = forms.CharField(label="Which training?", max_length=120)
    trainer = forms.CharField(
        label="Who gave the training?", max_length=120, required=False, help_text="Their name and part."
    )
    issued_on = DayField(label="Issued, or trained, on")
    expires_on = DayField(label="Expires on", required=False)
    reference = forms.CharField(max_length=40, required=False, help_text="The number on the certificate.")

    def __init__(self, person: Staff, by: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dbs = [(Clearance.Kind.DBS.value, "DBS check")] if may_keep_clearances(by, person) else []
        offer(self, "kind", [*dbs, *trainings(person)])
        if by.is_ewo:
            self.fields["trainer"].initial = f"{by}, {by.title}"

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        kind = told.get("kind", "")
        if kind and kind != Clearance.Kind.DBS and not told.get("trainer"):
            self.add_error("trainer", "Enter who gave the training.")
        if kind.startswith(OWN):
            told["kind"], told["title"] = Clearance.Kind.OTHER, kind.removeprefix(OWN)
        if kind == Clearance.Kind.DBS:
            told["trainer"] = ""
        return told


class JobForm(HouseForm):
    """Since when visits stand in somebody's job description."""

    submit = "Save"
    sizes = {"on": "short"}
    on = DayField(
        label="Visits stand in the job description since",
        required=False,
        help_text="Leave it empty when they do not, or no longer.",
    )


class TrainingForm(HouseForm):
    """Training that a school asks for besides its policy."""

    submit = "Ask for this training"
    title = forms.CharField(
        label="Which training?", max_length=120, help_text="For example cultural awareness"
    )
