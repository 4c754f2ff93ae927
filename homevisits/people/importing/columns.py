"""Which columns our files may have, what schools' systems call them, and how cells are read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homevisits.people.importing import cells

MOST_CONTACTS = 4


@dataclass(frozen=True)
class Column:
    """One thing that a file may say. `headings` are other names of it, in small letters."""

    name: str
    label: str
    read: Callable[[str], Any]
    headings: tuple[str, ...] = ()
    required: bool = False


HOME = [
    Column("address_1", "Address line 1", cells.text(80), ("address", "address1", "house", "street")),
    Column("address_2", "Address line 2", cells.text(60), ("address2", "locality")),
    Column("address_3", "Address line 3", cells.text(40), ("address3",)),
    Column("address_4", "Address line 4", cells.text(40), ("address4", "county")),
    Column("town", "Town", cells.text(80), ("town city", "city", "post town")),
    Column("postcode", "Postcode", cells.postcode, ("post code",)),
]
PUPIL = [
    Column("upn", "UPN", cells.upn, ("unique pupil number", "pupil upn"), required=True),
    Column(
        "legal_last_name",
        "Legal surname",
        cells.text(60),
        ("surname", "last name", "legal last name", "family name"),
        required=True,
    ),
    Column(
        "legal_first_name",
        "Legal forename",
        cells.text(60),
        ("forename", "first name", "legal first name", "given name"),
        required=True,
    ),
    Column(
        "preferred_name", "Preferred forename", cells.text(60), ("preferred name", "known as", "chosen name")
    ),
    Column("born_on", "DOB", cells.birthday, ("date of birth", "birth date", "born"), required=True),
    Column(
        "year_group", "Year", cells.year, ("year group", "nc year", "yr", "nc year actual"), required=True
    ),
    Column(
        "reg_group",
        "Reg group",
        cells.text(20),
        ("registration group", "form", "tutor group", "class", "reg", "registration form"),
    ),
    *HOME,
    Column("key_person", "Key person e-mail", cells.email, ("key person", "key worker", "key worker email")),
    Column(
        "has_social_worker", "Social worker", cells.yes_no, ("has social worker", "social worker involved")
    ),
    Column(
        "medical_note", "Medical note", cells.text(300), ("medical", "medical notes", "medical condition")
    ),
    Column(
        "on_roll_from",
        "Admission date",
        cells.day,
        ("date of admission", "doa", "on roll from", "entry date"),
    ),
    Column("left_on", "Leaving date", cells.day, ("date of leaving", "dol", "left on", "leave date")),
]
ADULT = [
    Column("name", "Name", cells.text(120), ("full name", "contact name")),
    Column(
        "relationship",
        "Relationship",
        cells.relationship,
        ("relation", "relationship to pupil"),
        required=True,
    ),
    Column("phone", "Phone", cells.phone, ("telephone", "mobile", "phone number", "main phone", "tel")),
    Column("email", "E-mail", cells.email, ("email", "email address", "e mail address")),
    Column("priority", "Priority", cells.priority, ("contact priority", "order")),
    Column("court_order", "Court order", cells.yes_no, ("court order in place",)),
    Column(
        "has_parental_responsibility",
        "Parental responsibility",
        cells.yes_no,
        ("pr", "has parental responsibility"),
    ),
    Column("is_delegated_adult", "Delegated adult", cells.yes_no, ("delegated", "is delegated adult")),
    Column(
        "may_be_discussed_with",
        "May be discussed with",
        cells.yes_no,
        ("may discuss", "permission to discuss"),
    ),
    Column("permission_note", "Permission given by", cells.text(200), ("permission note", "permission")),
    Column("language", "Language", cells.text(40), ("first language", "home language")),
    Column("interpreter_needed", "Interpreter", cells.yes_no, ("interpreter needed", "needs interpreter")),
    Column("lives_with_pupil", "Lives with pupil", cells.yes_no, ("same address", "lives with child")),
]
STAFF = [
    Column(
        "email",
        "E-mail",
        cells.email,
        ("email", "email address", "work email", "e mail address"),
        required=True,
    ),
    Column("first_name", "First name", cells.text(60), ("forename", "given name"), required=True),
    Column("last_name", "Last name", cells.text(60), ("surname", "family name"), required=True),
    Column("roles", "Role", cells.roles, ("roles",), required=True),
    Column("job_title", "Job title", cells.text(80), ("title", "post", "position")),
    Column("mobile", "Work mobile", cells.phone, ("mobile", "phone", "telephone", "work phone")),
    Column("vehicle_make", "Vehicle make", cells.text(40), ("car make", "make")),
    Column("vehicle_model", "Vehicle model", cells.text(40), ("car model", "model")),
    Column("vehicle_colour", "Vehicle colour", cells.text(30), ("car colour", "colour")),
    Column(
        "vehicle_registration",
        "Vehicle registration",
        cells.plate,
        ("registration", "car registration", "reg"),
    ),
    Column("dbs_issued_on", "DBS issued", cells.day, ("dbs date", "dbs issue date", "dbs issued on")),
    Column("dbs_expires_on", "DBS expires", cells.day, ("dbs expiry", "dbs expiry date", "dbs renewal")),
    Column(
        "dbs_reference",
        "DBS reference",
        cells.text(40),
        ("dbs number", "dbs certificate", "dbs certificate number"),
    ),
    Column("dbs_level", "DBS level", cells.dbs_level, ("dbs type", "level of dbs", "dbs check type")),
]


def _of_contact(number: int, column: Column) -> Column:
    """A contact's column inside a file of pupils: "Contact 2 phone"."""
    stem = f"Contact {number}"
    others = tuple(f"{stem} {name}".casefold() for name in column.headings)
    label = column.label if column.label in {"E-mail"} else column.label[0].lower() + column.label[1:]
    return Column(f"contact_{number}_{column.name}", f"{stem} {label}", column.read, others)


CONTACTS = [
    Column("upn", "UPN", cells.upn, ("pupil upn", "unique pupil number"), required=True),
    Column(
        "first_name", "First name", cells.text(60), ("forename", "contact forename", "contact first name")
    ),
    Column("last_name", "Last name", cells.text(60), ("surname", "contact surname", "contact last name")),
    *ADULT,
    *HOME,
]
PUPILS = PUPIL + [_of_contact(n, c) for n in range(1, MOST_CONTACTS + 1) for c in ADULT]
# What an empty file offers; the mapper knows every other column too.
PUPIL_TEMPLATE = [column.name for column in PUPIL] + [
    f"contact_{number}_{name}"
    for number in (1, 2)
    for name in ("name", "relationship", "phone", "priority", "court_order")
]
