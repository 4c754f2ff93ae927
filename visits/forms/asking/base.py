"""What every step of a request has in common: nothing is required to keep it, and the gate says what is missing."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from homevisits.look.forms import HouseForm
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.models import Policy
from visits.gates.checks import Check
from visits.models import Visit
from visits.prefill import Adult, adults


@dataclass
class Asking:
    """One visit as one person fills it in at one instant."""

    visit: Visit
    staff: Staff
    now: dt.datetime
    reads_why: bool = True

    @cached_property
    def rules(self) -> Policy | None:
        return self.visit.rules

    @cached_property
    def pupils(self) -> list[Pupil]:
        return list(self.visit.pupils.select_related("household", "school", "key_person"))

    @cached_property
    def adults(self) -> list[Adult]:
        return adults(self.pupils)


class StepForm(HouseForm):
    """One step. Every field may wait: what is valid is kept, and the gate's sentences stand beside the fields."""

    submit = None
    mark_optional = False
    title: ClassVar[str] = ""
    # Which field a check of the gate is about.
    checks: ClassVar[Mapping[str, str]] = {}
    # Checks of this step that cannot always be mended here: they do not hold anybody up.
    waits: ClassVar[frozenset[str]] = frozenset()
    # Second buttons that change the page instead of going on.
    buttons: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, asking: Asking, data: Any = None) -> None:
        self.asking = asking
        super().__init__(data, initial=self.started())

    def started(self) -> dict[str, Any]:
        """What stands in the fields at first."""
        return {}

    def sought(self, name: str) -> str:
        """What was typed into a search, before anything is checked; PostgreSQL takes no NUL."""
        return str(self.data.get(name, "")).replace("\x00", "").strip() if self.is_bound else ""

    def values(self) -> dict[str, Any]:
        """The columns of the plan that can be kept: those typed well."""
        return {name: self.cleaned_data[name] for name in self.plain if name in self.cleaned_data}

    @property
    def plain(self) -> Iterable[str]:
        """The fields that are columns of the visit as they stand."""
        return ()

    def parts(self) -> dict[str, Any]:
        """Pupils, whom to see, who goes: what is not a column."""
        return {}

    def press(self, button: str) -> None:
        """Do what a second button says to the page; nothing is written."""

    def field_of(self, check: Check) -> str | None:
        """The field beside which a check's sentence stands; None for the whole form."""
        name = self.checks.get(check.code)
        return name if name in self.fields else None

    def refuse(self, unmet: Iterable[Check]) -> bool:
        """Put the gate's sentences beside their fields; whether there were any."""
        said = list(unmet)
        for check in said:
            self.add_error(self.field_of(check), check.sentence)
        return bool(said)

    @property
    def summarised(self) -> list[Any]:
        """The forms whose errors stand in the summary at the top."""
        return [self]

    @property
    def has_problems(self) -> bool:
        """Whether anything that was typed cannot be taken."""
        return bool(self.errors)


def words(rows: int = 3) -> forms.Textarea:
    """A box for a few sentences."""
    return forms.Textarea(attrs={"rows": rows})
