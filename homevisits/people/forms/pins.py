"""The two PINs of somebody's own account."""

from typing import Any

from django import forms

from homevisits.look.forms import HouseForm


class PinInput(forms.TextInput):
    """Digits that are read while they are typed, and never sent back."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        said = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "6"}
        super().__init__({**said, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class PinsForm(HouseForm):
    """An ordinary PIN, and one that asks for help without showing it."""

    submit = "Keep both PINs"
    sizes = {"ordinary": "short", "duress": "short"}
    sentences = {
        "ordinary": "Enter the PIN for an ordinary check-in",
        "duress": "Enter the PIN that asks for help",
    }
    ordinary = forms.CharField(
        label="PIN when all is well", help_text="4 to 6 digits.", max_length=6, widget=PinInput
    )
    duress = forms.CharField(
        label="PIN when you need help and cannot say so",
        help_text="4 to 6 other digits. The page that comes back is the same as with the first PIN; only the "
        "office and the next people of your policy hear of it.",
        max_length=6,
        widget=PinInput,
    )
