"""The forms of a school's calendar: hours, terms, closures."""

from typing import Any

from django.core.exceptions import ValidationError

from homevisits.look.forms import DayField, HouseModelForm, Tiles
from homevisits.trusts.models import Closure, School, Term
from homevisits.trusts.opening import HOURS, POSITION


class HoursForm(HouseModelForm):
    submit = "Save"
    sizes = {name: "short" for name in (*HOURS, *POSITION) if name != "desk_name"}

    class Meta:
        model = School
        fields = (*HOURS, *POSITION)
        labels = {
            "opens_at": "The school day starts at",
            "closes_at": "The school day ends at",
            "office_opens_at": "The office opens at",
            "office_closes_at": "The office closes at",
            "desk_name": "What the office is called",
            "latitude": "Latitude of the school",
            "longitude": "Longitude of the school",
        }
        help_texts = {
            "latitude": "Degrees north, such as 52.056. Sunrise and sunset are reckoned for this place.",
            "longitude": "Degrees east, so a minus for most of England: -2.716, say.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for first, last in (("opens_at", "closes_at"), ("office_opens_at", "office_closes_at")):
            if cleaned.get(first) and cleaned.get(last) and cleaned[first] >= cleaned[last]:
                self.add_error(last, f"Enter a time after {cleaned[first]:%H:%M}.")
        self._place(cleaned.get("latitude"), cleaned.get("longitude"))
        return cleaned

    def _place(self, latitude: Any, longitude: Any) -> None:
        """A place is whole, and on the globe."""
        if (latitude is None) != (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            self.add_error(missing, f"Enter the {missing} too, or leave both empty.")
        for name, value, most in (("latitude", latitude, 90), ("longitude", longitude, 180)):
            if value is not None and abs(value) > most:
                self.add_error(name, f"Enter a {name} from -{most} to {most}.")


class SpanForm(HouseModelForm):
    """First and last day, both included."""

    submit = "Save"
    sizes = {"starts_on": "short", "ends_on": "short"}
    starts_on = DayField(label="First day")
    ends_on = DayField(label="Last day")

    class Meta:
        model: type[Term | Closure]

    def clean_ends_on(self) -> Any:
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data["ends_on"]
        if starts_on and ends_on < starts_on:
            raise ValidationError("Enter a last day that is not before the first.")
        return ends_on


class TermForm(SpanForm):
    class Meta:
        model = Term
        fields = ["name", "starts_on", "ends_on"]
        labels = {"name": "What the term is called"}


class ClosureForm(SpanForm):
    class Meta:
        model = Closure
        fields = ["kind", "name", "starts_on", "ends_on"]
        labels = {"kind": "Why pupils are not in", "name": "What it is called"}
        widgets = {"kind": Tiles}
