"""What is known of a pupil's home and the adults there before anybody types it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homevisits.people.looking import warnings_of
from homevisits.people.models import ContactLink, Household, HouseholdWarning, Pupil, Staff
from homevisits.trusts.models import School


@dataclass(frozen=True)
class Adult:
    """Somebody around one or more pupils, and whether a visitor may speak to them about all of these."""

    link: ContactLink
    may_be_spoken_to: bool

    def __str__(self) -> str:
        return str(self.link)

    @property
    def standing(self) -> str:
        """ "Parental responsibility. Speaks Polish, interpreter needed." """
        link = self.link
        if link.has_parental_responsibility:
            part = "Parental responsibility."
        else:
            part = (
                "There in the parent’s place." if link.is_delegated_adult else "No parental responsibility."
            )
        return " ".join(filter(None, [part, self.language]))

    @property
    def language(self) -> str:
        """The language if it is not English, and whether somebody has to interpret."""
        contact = self.link.contact
        helped = "interpreter needed" if contact.interpreter_needed else ""
        if contact.language and contact.language != "English":
            return ", ".join(filter(None, [f"Speaks {contact.language}", helped])) + "."
        return "An interpreter is needed." if helped else ""


def adults(pupils: Sequence[Pupil]) -> list[Adult]:
    """The adults around these pupils, each once; a no about one pupil is a no about all (PS-073 to PS-075)."""
    links = ContactLink.objects.filter(pupil__in=pupils).select_related("contact")
    found: dict[int, Adult] = {}
    for link in links.order_by("priority", "id"):
        known = found.get(link.contact_id)
        if known is None:
            found[link.contact_id] = Adult(link, link.may_be_spoken_to)
        elif not link.may_be_spoken_to:
            found[link.contact_id] = Adult(known.link, may_be_spoken_to=False)
    return list(found.values())


def home_values(home: Household | None) -> dict[str, Any]:
    """The address of a home, for the plan of a visit."""
    if home is None:
        return {"household": None, "address": "", "postcode": ""}
    return {"household": home, "address": home.address, "postcode": home.postcode}


def first_adult(pupils: Sequence[Pupil]) -> list[ContactLink]:
    """Whom to see, to begin with: the first adult who may be spoken to."""
    return [adult.link for adult in adults(pupils) if adult.may_be_spoken_to][:1]


def siblings(pupil: Pupil, staff: Staff) -> list[Pupil]:
    """Other pupils of the same school in the same home, whom this person may see."""
    if pupil.household_id is None:
        return []
    same_home = Pupil.objects.visible_to(staff).filter(household=pupil.household_id, school=pupil.school_id)
    return list(same_home.exclude(pk=pupil.pk).filter(left_on=None))


def schools_there(home: Household | None, school: School) -> list[str]:
    """Other schools of the trust with a pupil in this home: ask them; nothing else is told."""
    if home is None:
        return []
    others = home.pupils.filter(left_on=None).exclude(school=school).order_by("school__name")
    return list(dict.fromkeys(others.values_list("school__name", flat=True)))


def standing_warnings(home: Household | None, *, by: Staff) -> list[HouseholdWarning]:
    """The warnings about a home that have not ended; the look at them is recorded."""
    return [one for one in warnings_of(home, by=by) if one.ended_at is None] if home else []
