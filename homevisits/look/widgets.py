"""Inputs in our manner: tiles to choose from, native day and time, both together."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from homevisits.clock import NoSuchLocalTime, from_local, local

DAY_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d %m %Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"]
SPINNER = {"min", "max", "step"}
TIME_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%H%M"]


class _Choices:
    """What both kinds of tiles have: a hint for each choice, side by side or not."""

    def __init__(
        self, *args: Any, hints: Mapping[str, str] | None = None, inline: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.hints = dict(hints or {})
        self.inline = inline


class Tiles(_Choices, forms.RadioSelect):
    """One choice of several, as large radio cards: `Tiles(hints={"no": "..."}, inline=True)`."""


class TickTiles(_Choices, forms.CheckboxSelectMultiple):
    """Any of several, as large cards to tick."""


class DayInput(forms.DateInput):
    """The browser's own date input."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time input, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DigitsInput(forms.TextInput):
    """A number as text with the phone's number keys: no spinner that a scroll wheel turns."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        kept = {name: value for name, value in (attrs or {}).items() if name not in SPINNER}
        super().__init__({"inputmode": "decimal" if "step" in (attrs or {}) else "numeric", **kept})


class DayField(forms.DateField):
    """A day, also taken as typed by hand: 26/11/2026, 26 November 2026."""

    widget = DayInput
    input_formats = DAY_FORMATS


class TimeField(forms.TimeField):
    """A time of day in school time, also taken as 14.30 or 1430."""

    widget = TimeInput
    input_formats = TIME_FORMATS


class MomentInput(forms.MultiWidget):
    """A day and a time side by side, each with its own label."""

    template_name = "look/moment.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"day": DayInput(), "time": TimeInput()}, attrs)

    def decompress(self, value: dt.datetime | None) -> list[Any]:
        if value is None:
            return [None, None]
        shown = local(value)
        return [shown.date(), shown.time().replace(second=0, microsecond=0)]


class MomentField(forms.MultiValueField):
    """A day and a time on the school's clock; gives an aware UTC datetime.

    A time that the spring clock change skips is refused with a sentence; one that comes twice
    in October means the earlier, the safe reading of "back by".
    """

    widget = MomentInput

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            DayField(
                error_messages={
                    "incomplete": "Enter the day too",
                    "invalid": "Enter the day as a date, such as 26/11/2026",
                }
            ),
            TimeField(
                error_messages={
                    "incomplete": "Enter the time too",
                    "invalid": "Enter the time on the 24-hour clock, such as 14:30",
                }
            ),
        )
        super().__init__(fields, require_all_fields=False, **kwargs)

    def compress(self, data_list: list[Any]) -> dt.datetime | None:
        if not data_list:
            return None
        day, time = data_list
        try:
            return from_local(day, time)
        except NoSuchLocalTime as skipped:
            raise ValidationError(str(skipped), code="skipped") from skipped
