"""When: the day, the arrival, and how long each part takes; the questions for other hours only when they apply."""

import copy
import datetime as dt
from typing import Any

from django import forms

from homevisits.clock import NoSuchLocalTime, from_local, local, london_day
from homevisits.look.forms import DayField, TimeField
from homevisits.trusts.choices import Strength
from visits.daylight import sun_of
from visits.forms.asking.base import Asking, StepForm, words
from visits.gates import clashes, daylight, submit
from visits.hours import distance
from visits.models import Visit
from visits.plan import Plan, plan_of, proposed

NECESSARY = "Why is it absolutely necessary to go then?"
ALTERNATIVE = "Why is there no reasonable alternative?"
A_YEAR = 366
HOURS = {"ooh_necessary": "ooh_necessary", "ooh_alternative": "ooh_no_alternative"}


class WhenForm(StepForm):
    """Five small answers, filled in; the four times of the visit come from them."""

    title = "When do you go?"
    checks = {"times": "start", "future": "day", **HOURS}
    sizes = {"day": "medium", "start": "short", "stay": "short", "there": "short", "back": "short"}
    sentences = {
        "day": "Enter the day of the visit",
        "start": "Enter when you arrive",
        "stay": "Enter how many minutes you are in the home",
        "there": "Enter how many minutes it takes to get there",
        "back": "Enter how many minutes it takes to get back",
    }
    units = {"stay": "minutes", "there": "minutes", "back": "minutes"}
    day = DayField(label="Day")
    start = TimeField(label="You arrive at")
    stay = forms.IntegerField(label="Time in the home", min_value=5, max_value=480)
    there = forms.IntegerField(label="To get there", min_value=0, max_value=240)
    back = forms.IntegerField(label="To get back", min_value=0, max_value=240)
    ooh_necessary = forms.CharField(label=NECESSARY, required=False, max_length=2000, widget=words(3))
    ooh_no_alternative = forms.CharField(label=ALTERNATIVE, required=False, max_length=2000, widget=words(3))

    def __init__(self, asking: Asking, data: Any = None) -> None:
        self.first = plan_of(asking.visit) or proposed(asking.visit, asking.now)
        super().__init__(asking, data)

    def started(self) -> dict[str, Any]:
        first, visit = self.first, self.asking.visit
        wall = local(first.start_at)
        return {
            "day": wall.date(),
            "start": wall.time().replace(second=0, microsecond=0),
            "stay": first.stay,
            "there": first.there,
            "back": first.back,
            "ooh_necessary": visit.ooh_necessary,
            "ooh_no_alternative": visit.ooh_no_alternative,
        }

    def clean_day(self) -> dt.date:
        """A year either way is far enough: who goes further has mistyped."""
        day: dt.date = self.cleaned_data["day"]
        if abs((day - london_day(self.asking.now)).days) > A_YEAR:
            raise forms.ValidationError("Enter a day within the next year")
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "day" in said and "start" in said:
            try:
                said["start_at"] = from_local(said["day"], said["start"])
            except NoSuchLocalTime as skipped:
                self.add_error("start", str(skipped))
        return said

    @property
    def plan(self) -> Plan:
        """What was typed, if it is a plan; else what was there before."""
        said = getattr(self, "cleaned_data", {})
        parts: list[Any] = [said.get(name) for name in ("start_at", "stay", "there", "back")]
        return self.first if None in parts else Plan(*parts)

    @property
    def times(self) -> dict[str, dt.datetime]:
        return self.plan.times

    @property
    def hours(self) -> str:
        """How far it lies from school hours, in words."""
        return distance(self.asking.visit.school, self.times["start_at"], self.times["end_at"])

    @property
    def then(self) -> Visit:
        """The visit as it would be at these times."""
        then: Visit = copy.copy(self.asking.visit)
        for name, at in self.times.items():
            setattr(then, name, at)
        return then

    @property
    def codes(self) -> set[str]:
        """What the policy has to say about the hours of these times."""
        return {check.code for check in submit.hours(self.then, self.asking.now)}

    @property
    def sunset(self) -> str:
        """ "Sunset 15:52", where the policy looks at daylight (SH-056)."""
        rules = self.asking.rules
        return str(sun_of(self.then)) if rules and rules.daylight_rule != Strength.OFF else ""

    @property
    def warned(self) -> list[str]:
        """What else is to be said about these times: the dark, and what they get in the way of."""
        looks = (daylight.daylight, clashes.no_clash)
        checks = [check for look in looks for check in look(self.then, self.asking.now)]
        return [check.sentence for check in checks if not check.is_met]

    @property
    def is_exception(self) -> bool:
        """Whether these times need reasons, and a decision of their own (TC-103 to TC-105)."""
        return bool(set(HOURS) & self.codes)

    @property
    def asked(self) -> list[forms.BoundField]:
        """The questions that the policy asks about these hours."""
        codes = self.codes
        return [self[field] for code, field in HOURS.items() if code in codes and field in self.fields]

    @property
    def advised_against(self) -> bool:
        """Whether the policy would rather have it in school hours, without more questions."""
        return "ooh" in self.codes

    @property
    def basics(self) -> list[forms.BoundField]:
        return [self[name] for name in ("day", "start", "stay", "there", "back")]

    def values(self) -> dict[str, Any]:
        """The four times together, and answers that were asked for."""
        whole = not {"day", "start", "stay", "there", "back"} & set(self.errors)
        kept: dict[str, Any] = self.plan.times if whole else {}
        answers = [name for name in HOURS.values() if name in self.data and name in self.cleaned_data]
        return kept | {name: self.cleaned_data[name] for name in answers}
