"""Whom the visit is about: chosen by a search that is posted, with brothers and sisters offered."""

from typing import Any

from django import forms
from django.db.models import Q

from homevisits.clock import london_day
from homevisits.look.forms import HouseForm, TickTiles
from homevisits.people.models import Pupil
from homevisits.people.querysets import PupilQuerySet
from visits import paper
from visits.forms.asking.base import StepForm
from visits.prefill import first_adult, home_values, siblings

MOST_FOUND = 12


def named(pupils: PupilQuerySet, words: str) -> PupilQuerySet:
    """Those whose names have all the words."""
    for word in words.split():
        pupils = pupils.filter(
            Q(legal_first_name__icontains=word)
            | Q(legal_last_name__icontains=word)
            | Q(preferred_name__icontains=word)
        )
    return pupils


def hint(pupil: Pupil) -> str:
    """ "Year 5, 5B · 14 Larch Close": enough to tell two of one name apart."""
    group = ", ".join(filter(None, [paper.year(pupil.year_group), pupil.reg_group]))
    return " · ".join(filter(None, [group, pupil.household.address if pupil.household else ""]))


class PupilSearch(HouseForm):
    """Finds pupils by name. It is posted: names stay out of addresses."""

    submit = None
    mark_optional = False
    words = forms.CharField(label="Name of the pupil", required=False, max_length=60)


class PupilForm(StepForm):
    """Which pupils of one school; their home comes with them."""

    title = "Whom is the visit about?"
    checks = {"pupil": "pupils", "pupil_school": "pupils"}
    buttons = frozenset({"find"})
    pupils = forms.TypedMultipleChoiceField(
        label="Pupils of this visit",
        coerce=int,
        required=False,
        widget=TickTiles,
        help_text="Tick brothers and sisters whom you see on the same visit.",
    )
    find = forms.CharField(label="Find another pupil by name", required=False, max_length=60)

    def started(self) -> dict[str, Any]:
        return {"pupils": [pupil.pk for pupil in self.asking.pupils]}

    def dress(self) -> None:
        listed = [*self.asking.pupils, *self._siblings(), *self._ticked(), *self._found()]
        offered = self.offered = {pupil.pk: pupil for pupil in listed}
        field = self.fields["pupils"]
        field.choices = [(pupil.pk, str(pupil)) for pupil in offered.values()]
        field.widget.hints = {str(pupil.pk): hint(pupil) for pupil in offered.values()}
        super().dress()

    def _siblings(self) -> list[Pupil]:
        return [one for pupil in self.asking.pupils[:1] for one in siblings(pupil, self.asking.staff)]

    @property
    def _ours(self) -> PupilQuerySet:
        visible = Pupil.objects.visible_to(self.asking.staff).filter(school=self.asking.visit.school)
        return visible.on_roll(london_day(self.asking.now)).select_related("household")

    def _ticked(self) -> list[Pupil]:
        sent = self.data.getlist("pupils") if self.is_bound else []
        return list(self._ours.filter(pk__in=[key for key in sent if key.isdecimal()]))

    def _found(self) -> list[Pupil]:
        sought = self.sought("find")
        return list(named(self._ours, sought)[:MOST_FOUND]) if sought else []

    @property
    def chosen(self) -> list[Pupil]:
        return [self.offered[key] for key in self.cleaned_data.get("pupils", [])]

    def values(self) -> dict[str, Any]:
        """Another home brings its address; the same one keeps what was typed."""
        home = self.chosen[0].household if self.chosen else None
        moved = home is not None and home.pk != self.asking.visit.household_id
        return home_values(home) if moved else {}

    def parts(self) -> dict[str, Any]:
        if "pupils" not in self.cleaned_data:
            return {}
        staying = list(self.asking.visit.to_see.filter(pupil__in=self.chosen))
        return {"pupils": self.chosen, "to_see": staying or first_adult(self.chosen)}

    def press(self, button: str) -> None:
        if self.sought("find") and not self._found():
            self.add_error(
                "find", "No pupil of this school has that name. Check the spelling, or try part of it."
            )
