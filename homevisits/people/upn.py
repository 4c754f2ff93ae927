"""The unique pupil number: thirteen characters, the first a check letter."""

import re

from django.core.exceptions import ValidationError

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O or S: they read like digits
AFTER_LETTER = re.compile(rf"[0-9]{{11}}[0-9{CHECK_LETTERS}]")


def check_letter(rest: str) -> str:
    """The letter that belongs before the other twelve characters (DfE, UPN guide).

    The twelve are weighted 2 to 13 and summed; the remainder by 23 picks the letter. A
    temporary UPN ends in a letter, which counts by its place among the check letters.
    Raises ValueError if a character is not allowed.
    """
    if not AFTER_LETTER.fullmatch(rest):
        raise ValueError(rest)
    values = [CHECK_LETTERS.find(c) if c.isalpha() else int(c) for c in rest]
    return CHECK_LETTERS[sum(value * weight for weight, value in enumerate(values, 2)) % 23]


def tidy(text: str) -> str:
    """A UPN as people type it: without spaces, in capitals."""
    return "".join(text.split()).upper()


def validate_upn(upn: str) -> None:
    """Raise ValidationError with a sentence unless the UPN is well formed and its letter right."""
    if len(upn) != 13:
        raise ValidationError("Enter a UPN of 13 characters: a letter and twelve digits.")
    try:
        expected = check_letter(upn[1:])
    except ValueError:
        raise ValidationError("Enter a UPN of a letter and twelve digits.") from None
    if upn[0] != expected:
        raise ValidationError("The UPN's check letter does not fit its digits: look for a typing slip.")
