"""What is asked of somebody who reports a visit that has taken place without a request."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from homevisits.clock import NoSuchLocalTime, from_local, london_day
from homevisits.look.forms import DayField, HouseForm, TickTiles, TimeField
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.models import Policy
from homevisits.trusts.offering import reasons_of
from visits.forms.asking.base import words
from visits.gates.checks import Check

TIMES = {
    "depart_at": "They left school at",
    "start_at": "They arrived at",
    "end_at": "They left the home at",
    "return_at": "They were back at",
}


class AfterwardsForm(HouseForm):
    """When, who, why, and why nobody was asked."""

    submit = "Report this visit"
    mark_optional = False
    day = DayField(label="On which day?")
    depart_at = TimeField(label=TIMES["depart_at"])
    start_at = TimeField(label=TIMES["start_at"])
    end_at = TimeField(label=TIMES["end_at"])
    return_at = TimeField(label=TIMES["return_at"])
    goes = forms.TypedMultipleChoiceField(label="Who went?", coerce=int, widget=TickTiles)
    reason_code = forms.ChoiceField(label="Which reason of your policy fits best?")
    purpose = forms.CharField(label="What was the visit for?", max_length=4000, widget=words(3))
    why_necessary = forms.CharField(label="Why was it necessary?", max_length=4000, widget=words(2))
    why = forms.CharField(
        label="Why was it not asked for beforehand?",
        help_text="The head and the Executive Head are told. An honest answer is what helps the next visitor.",
        max_length=500,
        widget=words(2),
    )
    sizes = {"day": "medium", **dict.fromkeys(TIMES, "short")}
    sentences = {
        "day": "Enter the day of the visit",
        "goes": "Tick everybody who went",
        "reason_code": "Choose the reason that fits best",
        "purpose": "Say what the visit was for",
        "why_necessary": "Say why it was necessary",
        "why": "Say why the visit was not asked for beforehand",
        **{
            name: f"Enter when {label[0].lower()}{label[1:].removesuffix(' at')}"
            for name, label in TIMES.items()
        },
    }
    checks = {
        "times": "depart_at",
        "future": "return_at",
        "people": "goes",
        "purpose": "purpose",
        "necessary": "why_necessary",
        "reason": "reason_code",
        "retrospective_why": "why",
    }

    def __init__(self, pupil: Pupil, staff: Staff, rules: Policy, now: dt.datetime, data: Any = None) -> None:
        self.pupil, self.staff, self.rules, self.now = pupil, staff, rules, now
        super().__init__(data, initial={"day": london_day(now), "goes": [staff.pk]})

    def dress(self) -> None:
        self.fields["reason_code"].choices = [(r.code, r.label) for r in reasons_of(self.rules)]
        visible = Staff.objects.visible_to(self.staff).active()
        here = visible.filter(roles__school=self.pupil.school).distinct().order_by("last_name")
        self.colleagues = {self.staff.pk: self.staff} | {person.pk: person for person in here}
        self.fields["goes"].choices = [(pk, str(person)) for pk, person in self.colleagues.items()]
        super().dress()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in TIMES:
            if said.get("day") and said.get(name):
                try:
                    said[f"{name}_instant"] = from_local(said["day"], said[name])
                except NoSuchLocalTime as skipped:
                    self.add_error(name, str(skipped))
        return said

    @property
    def values(self) -> dict[str, Any]:
        """The answers as columns of a plan."""
        kept = {name: self.cleaned_data[name] for name in ("reason_code", "purpose", "why_necessary")}
        return kept | {name: self.cleaned_data[f"{name}_instant"] for name in TIMES}

    @property
    def party(self) -> list[dict[str, Any]]:
        """Whoever reports leads if they went; else the first who did."""
        went = self.cleaned_data["goes"]
        lead = self.staff.pk if self.staff.pk in went else went[0]
        return [{"staff": self.colleagues[pk], "is_lead": pk == lead} for pk in went]

    def refuse(self, unmet: Iterable[Check]) -> None:
        """Put the gate's sentences beside the fields that answer them."""
        for check in unmet:
            name = self.checks.get(check.code)
            self.add_error(name if name in self.fields else None, check.sentence)
