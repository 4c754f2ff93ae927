"""Plans what a file of pupils would do: who is new, who differs, who is missing from it."""

from typing import Any

from homevisits.people.families import Household, Pupil
from homevisits.people.importing.checking import Checked, once
from homevisits.people.importing.contacts import AdultPlan, adults_of
from homevisits.people.importing.context import Context, Tally
from homevisits.people.importing.homes import Homes, require_whole
from homevisits.people.importing.summary import Missing
from homevisits.people.models import Staff

PLAIN = (
    "legal_last_name",
    "legal_first_name",
    "preferred_name",
    "born_on",
    "year_group",
    "reg_group",
    "has_social_worker",
    "medical_note",
    "on_roll_from",
)


class PupilPlan:
    """Pupils are known by UPN at one school: brought in again they are updated, never doubled."""

    def __init__(self, rows: list[Checked], context: Context) -> None:
        self.context = context
        self.tally = Tally()
        self.key_people = _key_people(context)
        once(rows, "upn", "UPN")
        for row in rows:
            self._check(row)
        adults = {row.line: adults_of(row) for row in rows}
        good = [row for row in rows if row.is_good]
        self.homes = Homes(context.school.trust_id, good)
        self.pupils = self._pupils(good)
        self.adults = AdultPlan(self.pupils, self.homes, context)
        self.adults.note_conflicts([adult for row in good for adult in adults[row.line]])
        for row in good:
            if row.is_good:
                self._take(row)
                self.adults.take(adults[row.line])
        self.missing = self._missing(rows)

    @property
    def notes(self) -> list[str]:
        told = self.adults.tally
        counted = f"Contacts in this file: {len(told.added)} new, {len(told.changed)} changed."
        return [counted, *self.adults.notes] if self.adults.has_rows else []

    def write(self) -> dict[str, Any]:
        self.homes.write()
        self.tally.write(Pupil)
        self.adults.write_adults()
        return {
            "added": [pupil.pk for pupil in self.tally.added],
            "changed": [pupil.pk for pupil in self.tally.changed],
        }

    def _check(self, row: Checked) -> None:
        require_whole(row)
        values = row.values
        if values.get("born_on") and values["born_on"] > self.context.today:
            row.add("DOB", "This date of birth lies in the future.")
        if values.get("key_person") and values["key_person"] not in self.key_people:
            row.add(
                "Key person e-mail",
                "No member of staff of this school has this e-mail.",
                values["key_person"],
            )

    def _pupils(self, rows: list[Checked]) -> dict[str, Pupil]:
        upns = [row.values["upn"] for row in rows]
        known = {pupil.upn: pupil for pupil in Pupil.objects.filter(school=self.context.school, upn__in=upns)}
        return {upn: known.get(upn) or Pupil(school=self.context.school, upn=upn) for upn in upns}

    def _take(self, row: Checked) -> None:
        values = row.values
        pupil = self.pupils[values["upn"]]
        told: dict[str, Any] = {name: values[name] for name in PLAIN if name in values}
        # Who stands in the file without a leaving date is on roll, also one who had left.
        told["left_on"] = values.get("left_on")
        if "key_person" in values:
            told["key_person_id"] = self.key_people[values["key_person"]]
        moved = _move(pupil, self.homes.of(values))
        self.tally.take(pupil, told)
        if moved:
            self.tally.fields.add("household")
            self.tally.touch(pupil)

    def _missing(self, rows: list[Checked]) -> list[Missing]:
        told = {row.values.get("upn") for row in rows}
        on_roll = Pupil.objects.filter(school=self.context.school).on_roll(self.context.today)
        return [Missing(p.pk, str(p), p.year_group) for p in on_roll if p.upn not in told]


def _move(pupil: Pupil, home: Household | None) -> bool:
    """Put a pupil into the home of the file; without an address they stay where they are."""
    if home is None or (home.pk is not None and pupil.household_id == home.pk):
        return False
    pupil.household = home
    return True


def _key_people(context: Context) -> dict[str, int]:
    """Staff whom a file may name, by e-mail."""
    staff = Staff.objects.active().filter(trust_id=context.school.trust_id)
    at_school = staff.filter(roles__school=context.school) | staff.filter(roles__school=None)
    return {email.lower(): pk for email, pk in at_school.values_list("email", "pk")}
