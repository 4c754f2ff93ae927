"""Reads one cell each: what was typed becomes a value, or a ValidationError with a sentence."""

import datetime as dt
import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from localflavor.gb.forms import GBPostcodeField

from homevisits.people import upn as upns
from homevisits.people.families import ContactLink
from homevisits.people.phones import tidy_phone
from homevisits.people.plates import tidy_plate
from homevisits.trusts.choices import DbsLevel
from homevisits.trusts.roles import RoleName

FORMULA_STARTS = tuple("=+-@\t\r")
YES = {"y", "yes", "true", "t", "1", "x"}
NO = {"n", "no", "false", "f", "0"}
DAY = re.compile(
    r"(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}))(?:[T ]00:00(?::00(?:\.0+)?)?)?"
)
YEAR = re.compile(r"(?:year|yr|y)?\s*0*(\d{1,2})", re.IGNORECASE)
RECEPTION = {"r", "reception", "year r", "yr r"}
POSTCODE = GBPostcodeField(error_messages={"invalid": "Enter a postcode in full, such as HR4 0AA."})
R = ContactLink.Relationship
RELATIONSHIPS: dict[str, str] = {
    **{str(label).casefold(): value for value, label in R.choices},
    **dict.fromkeys(["mum", "mummy", "parent (mother)", "birth mother"], R.MOTHER),
    **dict.fromkeys(["dad", "daddy", "parent (father)", "birth father"], R.FATHER),
    **dict.fromkeys(["foster carer", "foster mother", "foster father", "foster parent"], R.CARER),
    **dict.fromkeys(["legal guardian", "special guardian"], R.GUARDIAN),
    **dict.fromkeys(["step mother", "step father", "stepmother", "stepfather", "step parent"], R.STEP_PARENT),
    **dict.fromkeys(
        ["grandmother", "grandfather", "grandma", "grandad", "nan", "nana", "gran"], R.GRANDPARENT
    ),
}
OLD_NAMES: dict[str, str] = {
    "head": RoleName.HEADTEACHER,
    "head teacher": RoleName.HEADTEACHER,
    "head of school": RoleName.HEADTEACHER,
    "deputy dsl": RoleName.DEPUTY_DSL,
    "teacher": RoleName.VISITOR,
    "visiting": RoleName.VISITOR,
    "school office": RoleName.OFFICE,
    "executive head": RoleName.CEO,
    "executive headteacher": RoleName.CEO,
    "leadership": RoleName.SLT,
}
ROLES = {
    **{name.value.replace("_", " "): name.value for name in RoleName},
    **{str(name.label).casefold(): name.value for name in RoleName},
    **OLD_NAMES,
}


def text(longest: int) -> Callable[[str], str]:
    """A reader of plain text. What a spreadsheet would take for a formula is refused."""

    def read(cell: str) -> str:
        plain = cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
        if plain.startswith(FORMULA_STARTS):
            raise ValidationError(
                f"Take off the “{plain[0]}” in front: a spreadsheet takes it for a formula."
            )
        tidied = " ".join(plain.split())
        if len(tidied) > longest:
            raise ValidationError(f"Make this shorter: {longest} characters at most, it has {len(tidied)}.")
        return tidied

    return read


def upn(cell: str) -> str:
    tidied = upns.tidy(cell)
    upns.validate_upn(tidied)
    return tidied


def day(cell: str) -> dt.date:
    """Day first, as in Britain, or ISO; two-digit years are refused, for they can be misread."""
    found = DAY.fullmatch(cell)
    if found:
        y, m, d, day_first, month, year_last = found.groups()
        try:
            return dt.date(int(y or year_last), int(m or month), int(d or day_first))
        except ValueError:
            pass
    raise ValidationError("Enter a date as day/month/year, such as 04/05/2016, or as 2016-05-04.")


def birthday(cell: str) -> dt.date:
    born_on = day(cell)
    if born_on.year < 1990:
        raise ValidationError("This date of birth is too long ago for a pupil.")
    return born_on


def year(cell: str) -> str:
    """ "Year 05" is 5, "Reception" is R; other names stay as they are."""
    if cell.casefold() in RECEPTION:
        return "R"
    found = YEAR.fullmatch(cell)
    return found.group(1) if found else text(12)(cell)


def postcode(cell: str) -> str:
    return POSTCODE.clean(cell)


def phone(cell: str) -> str:
    return tidy_phone(cell.removeprefix("'"))


def email(cell: str) -> str:
    try:
        validate_email(cell)
    except ValidationError:
        raise ValidationError("Enter an e-mail address in full, such as name@school.example.") from None
    if cell.startswith(FORMULA_STARTS):
        raise ValidationError("Enter an e-mail address that begins with a letter.")
    return cell.lower()


def yes_no(cell: str) -> bool:
    answer = cell.casefold()
    if answer not in YES | NO:
        raise ValidationError("Enter Yes or No.")
    return answer in YES


def priority(cell: str) -> int:
    if not (cell.isascii() and cell.isdigit() and 0 < int(cell) < 100):
        raise ValidationError("Enter the priority as a number from 1 to 99.")
    return int(cell)


def relationship(cell: str) -> str:
    """A relationship in our words; one that we have no word for is "Other"."""
    return RELATIONSHIPS.get(text(60)(cell).casefold().replace("-", " "), R.OTHER)


def is_known_relationship(cell: str) -> bool:
    return cell.casefold().replace("-", " ") in RELATIONSHIPS


def roles(cell: str) -> list[str]:
    """One role or several, separated by commas or semicolons."""
    found = []
    for part in re.split(r"[;,]", cell):
        word = " ".join(part.split()).casefold()
        if word and word not in ROLES:
            raise ValidationError(f"“{part.strip()}” is not a role: use one of {_role_list()}.")
        if word and ROLES[word] not in found:
            found.append(ROLES[word])
    return found


def _role_list() -> str:
    return ", ".join(str(label) for label in RoleName.labels)


def plate(cell: str) -> str:
    return tidy_plate(cell)


def dbs_level(cell: str) -> str:
    """Basic, standard, enhanced, or enhanced with (any words about) barred lists."""
    word = " ".join(cell.casefold().replace("-", " ").replace("_", " ").split())
    if word.startswith("enhanced") and ("barred" in word or "list 99" in word):
        return DbsLevel.ENHANCED_BARRED
    if word not in DbsLevel.values:
        raise ValidationError(f"Enter the level: {', '.join(str(label) for label in DbsLevel.labels)}.")
    return word
