"""The unique pupil number: thirteen characters, the first a check letter."""

from django.core.exceptions import ValidationError

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def check_letter(rest: str) -> str:
    """The letter that belongs before the other twelve characters (DfE, UPN guide).

    Each of the twelve is weighted 2 to 13; a temporary UPN's last letter counts by its place
    in the check alphabet. Raises ValueError if a character is not allowed.
    """
    digits = [CHECK_LETTERS.index(c) if i == 11 and c.isalpha() else int(c) for i, c in enumerate(rest)]
    return CHECK_LETTERS[sum(d * w for d, w in zip(digits, range(2, 14), strict=True)) % 23]


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
