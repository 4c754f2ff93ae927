"""The check letter, against published numbers and by hand."""

import pytest
from django.core.exceptions import ValidationError

from homevisits.people.upn import CHECK_LETTERS, check_letter, tidy, validate_upn

# The rule is that of the Government Data Standards Catalogue (Unique Pupil Number 2.0) and of the
# DfE's census error 1510: place times digit from place 2 on, modulo 23.
GOOD = {
    "B801200005001": "python-stdnum's documented example",
    "P207000016049": "error 1510's example: 2x2 + 7x4 + 1x9 + 6x10 + 4x12 + 9x13 = 266 = 11x23 + 13",
    "A000000000000": "nothing to add up",
    "M80120000500A": "temporary: A counts 0, 16 + 4 + 10 + 50 = 80 = 3x23 + 11",
    "Y20700001604Z": "temporary: Z counts 22, 149 + 22x13 = 435 = 18x23 + 21",
}
BAD = {
    "A801200005001": "check letter does not fit",
    "B207000016049": "check letter does not fit",
    "P207000016094": "check letter does not fit",
    "I801200005001": "check letter does not fit",
    "B80120000500": "13 characters",
    "B8012000050011": "13 characters",
    "": "13 characters",
    "B8012000O5001": "a letter and twelve digits",
    "X80120000A001": "a letter and twelve digits",
    "M80120000500I": "a letter and twelve digits",
    "M80120000500O": "a letter and twelve digits",
    "M80120000500S": "a letter and twelve digits",
    "M80120000500a": "a letter and twelve digits",
    "B80120000500١": "a letter and twelve digits",
    "8801200005001": "check letter does not fit",
}


@pytest.mark.parametrize("upn", GOOD, ids=list(GOOD))
def test_valid_upn_passes(upn: str) -> None:
    validate_upn(upn)


@pytest.mark.parametrize(("upn", "sentence"), BAD.items(), ids=[f"bad {upn!r}" for upn in BAD])
def test_bad_upn_is_told_why(upn: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_upn(upn)


@pytest.mark.parametrize("place", range(12))
def test_every_slip_of_one_digit_changes_the_letter(place: int) -> None:
    rest = "801200005001"
    slips = [rest[:place] + digit + rest[place + 1 :] for digit in "0123456789" if digit != rest[place]]
    assert check_letter(rest) not in {check_letter(slip) for slip in slips}


def test_check_letters_leave_out_those_that_look_like_digits() -> None:
    assert (len(CHECK_LETTERS), set("IOS") & set(CHECK_LETTERS)) == (23, set())


def test_upn_is_tidied_as_typed() -> None:
    assert tidy(" b801 2000 05001 ") == "B801200005001"
