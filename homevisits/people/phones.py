"""Telephone numbers as people write them, and as they are kept."""

from functools import lru_cache

import phonenumbers
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from phonenumbers import PhoneNumberFormat

# Ofcom keeps these for drama: nobody answers them, so only examples and tests may hold them.
DRAMA = ("+447700900", "+441144960", "+44163296")


def tidy_phone(text: str) -> str:
    """A number in the form +447700900112, British unless it says otherwise.

    Empty stays empty. Raises ValidationError with a sentence for a number that cannot ring.
    """
    if not text.strip():
        return ""
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        raise ValidationError("Enter a phone number, such as 01544 700100.") from None
    kept = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not (phonenumbers.is_valid_number(number) or _is_drama(kept)):
        raise ValidationError("Enter a phone number that can ring, with its area code.")
    return kept


@lru_cache(maxsize=4096)
def written(kept: str) -> str:
    """A kept number as people write it: 07700 900112."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(kept, "GB"), PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return kept


def _is_drama(kept: str) -> bool:
    return not settings.PRODUCTION and kept.startswith(DRAMA) and len(kept) == 13


class PhoneField(forms.CharField):
    """A phone number in a form."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"})

    def clean(self, value: object) -> str:
        return tidy_phone(super().clean(value))

    def prepare_value(self, value: object) -> object:
        """A kept number as people write it; what was typed wrongly as it was typed."""
        return getattr(value, "as_national", value)
