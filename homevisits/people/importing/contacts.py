"""Plans what a file's adults would do: each adult once, linked to each of their pupils."""

from typing import Any

from homevisits.people.families import Contact, ContactLink, Pupil
from homevisits.people.importing.checking import Checked, split_name
from homevisits.people.importing.columns import ADULT, HOME, MOST_CONTACTS
from homevisits.people.importing.context import Context, Tally
from homevisits.people.importing.homes import Homes, require_whole
from homevisits.people.importing.summary import Missing

REACH = ("phone", "email", "language", "interpreter_needed")
STANDING = (
    "relationship",
    "has_parental_responsibility",
    "is_delegated_adult",
    "may_be_discussed_with",
    "permission_note",
    "priority",
)
# PS-073 names parent, carer and guardian; a file may say otherwise for each.
PARENTAL = {
    ContactLink.Relationship.MOTHER,
    ContactLink.Relationship.FATHER,
    ContactLink.Relationship.CARER,
    ContactLink.Relationship.GUARDIAN,
}


def adults_of(row: Checked) -> list[Checked]:
    """The contacts inside a pupil's row, each as a row of its own; their problems are the row's."""
    return [adult for n in range(1, MOST_CONTACTS + 1) if (adult := _adult(row, n)) is not None]


def _adult(row: Checked, number: int) -> Checked | None:
    stem = f"contact_{number}_"
    values = {c.name: row.values[stem + c.name] for c in ADULT if stem + c.name in row.values}
    if not values:
        return None
    if values.get("lives_with_pupil", True):
        values |= {c.name: row.values[c.name] for c in HOME if c.name in row.values}
    adult = Checked(row.line, {"upn": row.values.get("upn"), "position": number, **values}, row.problems)
    name_adult(adult, f"Contact {number} name")
    return adult


def name_adult(adult: Checked, label: str) -> None:
    """Give an adult first and last name from whichever columns the file has."""
    values = adult.values
    if "name" in values and "last_name" not in values:
        values["first_name"], values["last_name"] = split_name(values["name"])
    if not values.get("first_name") or not values.get("last_name"):
        adult.add(label, "Enter the contact's first and last name.", values.get("name", ""))


def _name(values: dict[str, Any]) -> str:
    return f"{values['first_name']} {values['last_name']}".casefold()


class AdultPlan:
    """Adults are known by name: with the same pupil, or in the same home (siblings' parents).

    `tally` counts what adults are to pupils; an adult who changed counts as changed there too.
    """

    def __init__(self, pupils: dict[str, Pupil], homes: Homes, context: Context) -> None:
        self.context, self.homes, self.pupils = context, homes, pupils
        self.adults, self.tally = Tally(), Tally()
        self.missing: list[Missing] = []
        self.assumed = self.barred = 0
        self.links = self._known_links()
        self.at_home = self._known_at_home()

    @property
    def has_rows(self) -> bool:
        return bool(self.tally.added or self.tally.changed or self.tally.unchanged)

    @property
    def notes(self) -> list[str]:
        told = []
        if self.assumed:
            told.append(
                "The file does not say who has parental responsibility. Mothers, fathers, carers and "
                f"guardians are taken to have it: {self.assumed} contacts."
            )
        if self.barred:
            told.append(f"Contacts with a court order, kept as not to be spoken to: {self.barred}.")
        return told

    def take(self, rows: list[Checked]) -> None:
        """Plan what good rows say."""
        for row in rows:
            self._take(row)

    def write_adults(self) -> None:
        """Save adults, then what they are to their pupils. Homes and pupils must be saved."""
        self.adults.write(Contact)
        self.tally.write(ContactLink)

    def note_conflicts(self, rows: list[Checked]) -> None:
        """One adult twice for a pupil, or with two phones: a person must say which holds."""
        seen: dict[tuple[str, str], int] = {}
        phones: dict[tuple[Any, str], tuple[str, int]] = {}
        for row in rows:
            name, phone = _name(row.values), row.values.get("phone")
            of_pupil = (row.values["upn"], name)
            if of_pupil in seen:
                row.add("Name", f"Line {seen[of_pupil]} has the same contact for this pupil.")
            seen.setdefault(of_pupil, row.line)
            if phone:
                first, line = phones.setdefault((self._lives(row), name), (phone, row.line))
                if first != phone:
                    row.add("Phone", f"Line {line} gives another phone for the same person.", phone)

    def _lives(self, row: Checked) -> Any:
        """Where an adult lives, as a key: at the row's address, else with the pupil, else unknown."""
        upn = row.values["upn"]
        if at := self.homes.identity(row.values):
            return at
        if not row.values.get("lives_with_pupil", True):
            return ("elsewhere", row.values.get("phone") or upn)
        return self.pupils[upn].household_id or ("with", upn)

    def _known_links(self) -> dict[tuple[int, str], ContactLink]:
        known = [pupil for pupil in self.pupils.values() if pupil.pk]
        links = ContactLink.objects.filter(pupil__in=known).select_related("contact")
        return {(link.pupil_id, str(link.contact).casefold()): link for link in links}

    def _known_at_home(self) -> dict[tuple[Any, str], Contact]:
        with_pupils = {pupil.household_id for pupil in self.pupils.values() if pupil.household_id}
        homes = with_pupils | self.homes.known_keys
        trust_id = self.context.school.trust_id
        contacts = Contact.objects.filter(trust_id=trust_id, household_id__in=homes).order_by("-pk")
        return {(contact.household_id, str(contact).casefold()): contact for contact in contacts}

    def _take(self, row: Checked) -> None:
        values, pupil = row.values, self.pupils[row.values["upn"]]
        name, lives = _name(values), self._lives(row)
        link = self.links.get((pupil.pk, name)) if pupil.pk else None
        contact = link.contact if link else self.at_home.get((lives, name)) or self._new_contact(values)
        contact = self.at_home.setdefault((lives, name), contact) if link is None else contact
        differs = self.adults.take(contact, {field: values[field] for field in REACH if field in values})
        moved = self._settle(contact, row)
        link = link or ContactLink(pupil=pupil, contact=contact)
        self.tally.take(link, self._standing(link, values))
        if differs or moved:
            self.tally.touch(link)

    def _new_contact(self, values: dict[str, Any]) -> Contact:
        return Contact(
            trust_id=self.context.school.trust_id,
            first_name=values["first_name"],
            last_name=values["last_name"],
        )

    def _settle(self, contact: Contact, row: Checked) -> bool:
        """Put an adult where the row says they live; a new one without an address, with the pupil."""
        home = self.homes.of(row.values)
        if home is None and contact._state.adding and row.values.get("lives_with_pupil", True):
            home = self.pupils[row.values["upn"]].household
        if home is None or contact.household is home or (home.pk and contact.household_id == home.pk):
            return False
        contact.household = home
        self.adults.fields.add("household")
        self.adults.touch(contact)
        return True

    def _standing(self, link: ContactLink, values: dict[str, Any]) -> dict[str, Any]:
        """What an adult is to a pupil. What the file leaves open is assumed only for a new contact."""
        told = {name: values[name] for name in STANDING if name in values}
        if link._state.adding:
            self._assume(told, values)
        if values.get("court_order"):
            self.barred += 1
            told["may_be_discussed_with"] = False
        return told | self._permission(link, told)

    def _assume(self, told: dict[str, Any], values: dict[str, Any]) -> None:
        told.setdefault("priority", values.get("position", 1))
        relationship = told.setdefault("relationship", ContactLink.Relationship.OTHER)
        is_parental = relationship in PARENTAL
        self.assumed += is_parental and "has_parental_responsibility" not in told
        told.setdefault("has_parental_responsibility", is_parental)
        told.setdefault("may_be_discussed_with", told["has_parental_responsibility"])

    def _permission(self, link: ContactLink, told: dict[str, Any]) -> dict[str, str]:
        """An adult without parental responsibility is spoken to by a permission that says whose."""
        is_parental = told.get("has_parental_responsibility", link.has_parental_responsibility)
        may = told.get("may_be_discussed_with", link.may_be_discussed_with)
        if is_parental or not may or told.get("permission_note") or link.permission_note:
            return {}
        return {"permission_note": f"From the school's records of {self.context.today:%d/%m/%Y}"}


class ContactPlan(AdultPlan):
    """A file of contacts alone: every row names its pupil by UPN, who must be there already."""

    def __init__(self, rows: list[Checked], context: Context) -> None:
        upns = {row.values["upn"] for row in rows if "upn" in row.values}
        known = Pupil.objects.filter(school=context.school, upn__in=upns).select_related("household")
        pupils = {pupil.upn: pupil for pupil in known}
        for row in rows:
            _check(row, pupils)
        good = [row for row in rows if row.is_good]
        super().__init__(pupils, Homes(context.school.trust_id, good), context)
        self.note_conflicts(good)
        self.take([row for row in good if row.is_good])

    def write(self) -> dict[str, Any]:
        self.homes.write()
        self.write_adults()
        return {
            "added": [link.contact_id for link in self.tally.added],
            "changed": [link.contact_id for link in self.tally.changed],
        }


def _check(row: Checked, pupils: dict[str, Pupil]) -> None:
    require_whole(row)
    name_adult(row, "Name")
    upn = row.values.get("upn")
    if upn and upn not in pupils:
        row.add("UPN", "No pupil of this school has this UPN: bring in the pupils first.", upn)
