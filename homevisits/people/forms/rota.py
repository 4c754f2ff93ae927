"""The form of a week of the duty rota: for each half-day who answers, and who when they are away."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField

from homevisits.look.forms import HouseForm
from homevisits.people.forms.offering import offer
from homevisits.people.models import RotaTurn, Staff
from homevisits.people.rota import Half

SECOND = "_2"


class RotaForm(HouseForm):
    """Ten half-days, each with a first person and a stand-in; one left empty asks everybody."""

    submit = None
    mark_optional = False

    def __init__(self, people: Iterable[Staff], turns: Iterable[RotaTurn], *args: Any, **kwargs: Any) -> None:
        self.by_key = {str(person.pk): person for person in people}
        known = {name_of(turn.weekday, turn.half): turn for turn in turns}
        super().__init__(*args, **kwargs)
        choices = [("", "Nobody named")] + [(key, str(person)) for key, person in self.by_key.items()]
        for day, day_label in RotaTurn.Weekday.choices:
            for half, half_label in Half.choices:
                name, turn = name_of(day, half), known.get(name_of(day, half))
                self._add(name, f"{day_label} {half_label.lower()}", choices, turn.staff_id if turn else None)
                self._add(name + SECOND, "If they are away", choices, turn.stand_in_id if turn else None)
        self.dress()

    def _add(self, name: str, label: str, choices: list[tuple[str, str]], chosen: int | None) -> None:
        field = forms.ChoiceField(label=label, required=False, initial=str(chosen or ""))
        self.fields[name] = field
        offer(self, name, choices)

    @property
    def days(self) -> list[tuple[str, list[tuple[BoundField, BoundField]]]]:
        """By weekday: the two halves, each with its two questions."""
        halves = [half for half, _ in Half.choices]
        return [
            (label, [(self[name_of(day, half)], self[name_of(day, half) + SECOND]) for half in halves])
            for day, label in RotaTurn.Weekday.choices
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in [name for name in self.fields if not name.endswith(SECOND)]:
            first, second = said.get(name), said.get(name + SECOND)
            if second and not first:
                self.add_error(name, "Choose who answers first, or leave both empty")
            elif second and first == second:
                self.add_error(name + SECOND, "Choose somebody else to stand in")
        return said

    @property
    def turns(self) -> dict[tuple[int, str], tuple[Staff, Staff | None]]:
        """What was chosen, by weekday and half-day."""
        said = self.cleaned_data
        return {
            (day, half): (self.by_key[first], self.by_key.get(said[name_of(day, half) + SECOND]))
            for day in RotaTurn.Weekday.values
            for half in Half.values
            if (first := said[name_of(day, half)])
        }


def name_of(day: int, half: str) -> str:
    """The name of a half-day's field: "d0am" is Monday morning."""
    return f"d{day}{half}"
