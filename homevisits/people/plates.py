"""Registration numbers of vehicles (TC-175)."""

import re

from django.core.exceptions import ValidationError

PLATE = re.compile(r"[A-Z0-9]{2,8}")
TODAYS_PLATE = re.compile(r"([A-Z]{2}[0-9]{2})([A-Z]{3})")


def tidy_plate(text: str) -> str:
    """A registration in capitals, spaced as on the plate: KX19 ABC. Raises ValidationError if it is none."""
    plate = "".join(text.split()).upper()
    if not PLATE.fullmatch(plate):
        raise ValidationError("Enter the registration in letters and digits, such as KX19 ABC.")
    return TODAYS_PLATE.sub(r"\1 \2", plate)
