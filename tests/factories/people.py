"""Staff with their roles, cars and checks; pupils with their homes and the adults around them."""

import datetime as dt
from typing import Any

import factory

from homevisits.clock import app_now, london_day
from homevisits.people.models import (
    Away,
    Clearance,
    Contact,
    ContactLink,
    DeskDuty,
    Household,
    HouseholdMember,
    HouseholdWarning,
    Pupil,
    Role,
    Staff,
    Vehicle,
)
from homevisits.people.upn import check_letter
from homevisits.trusts.models import School, Trust
from tests.factories.trusts import SchoolFactory, TrustFactory


def upn(n: int) -> str:
    """A valid UPN, another for each number."""
    rest = f"801{2000 + n // 1000:04d}20{n % 1000:03d}"
    return check_letter(rest) + rest


# Numbers for plays and tests (Ofcom), without those that tests give to somebody by name.
NUMBERS = [*range(400, 555), *range(602, 777), *range(800, 997)]


class StaffFactory(factory.django.DjangoModelFactory):
    """An account; without `password` nobody can sign in with one (force_login can)."""

    class Meta:
        model = Staff

    trust = factory.SubFactory(TrustFactory)
    first_name = factory.Iterator(["Dana", "Sam", "Rosa", "Jo", "Lena", "Amir"])
    last_name = factory.Sequence(lambda n: f"Person{n}")
    email = factory.Sequence(lambda n: f"person{n}@school.example")
    mobile = factory.Sequence(lambda n: f"+447700900{NUMBERS[n % len(NUMBERS)]}")

    @classmethod
    def _create(cls, model_class: type[Staff], *args: Any, **fields: Any) -> Staff:
        return model_class.objects.create_user(**fields)


def staff_with(role: str, where: School | Trust, **fields: Any) -> Staff:
    """Somebody who holds one role, at a school or for a whole trust."""
    school = where if isinstance(where, School) else None
    staff = StaffFactory(trust=school.trust if school else where, **fields)
    Role.objects.create(staff=staff, role=role, school=school)
    return staff


def now_range(hours: float = 2) -> tuple[dt.datetime, dt.datetime]:
    """A stretch that began an hour ago and lasts some hours more."""
    now = app_now()
    return now - dt.timedelta(hours=1), now + dt.timedelta(hours=hours)


class AwayFactory(factory.django.DjangoModelFactory):
    """Away now."""

    class Meta:
        model = Away

    staff = factory.SubFactory(StaffFactory)
    during = factory.LazyFunction(now_range)


class DeskDutyFactory(factory.django.DjangoModelFactory):
    """Standing in at the desk now."""

    class Meta:
        model = DeskDuty

    school = factory.SubFactory(SchoolFactory)
    staff = factory.SubFactory(StaffFactory, trust=factory.SelfAttribute("..school.trust"))
    during = factory.LazyFunction(now_range)
    set_by = factory.SelfAttribute("staff")


class VehicleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Vehicle

    staff = factory.SubFactory(StaffFactory)
    make = "Ford"
    model = "Fiesta"
    colour = "Blue"
    registration = factory.Sequence(lambda n: f"KX{10 + n % 80} ABC")


class ClearanceFactory(factory.django.DjangoModelFactory):
    """An enhanced DBS check of a year ago."""

    class Meta:
        model = Clearance

    staff = factory.SubFactory(StaffFactory)
    kind = Clearance.Kind.DBS
    issued_on = factory.LazyFunction(lambda: london_day(app_now()) - dt.timedelta(days=365))
    reference = factory.Sequence(lambda n: f"00{n:010d}")


class HouseholdFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Household

    trust = factory.SubFactory(TrustFactory)
    address = factory.Sequence(lambda n: f"{n + 1} Larch Close")
    town = "Hereford"
    postcode = "HR4 0AA"


class HouseholdMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = HouseholdMember

    household = factory.SubFactory(HouseholdFactory)
    name = factory.Sequence(lambda n: f"Uncle {n}")
    relationship = "Uncle"


class HouseholdWarningFactory(factory.django.DjangoModelFactory):
    """A dog, to be looked at again in a quarter of a year."""

    class Meta:
        model = HouseholdWarning

    household = factory.SubFactory(HouseholdFactory)
    kind = HouseholdWarning.Kind.ANIMALS
    note = "Dog: ask for it to be in another room"
    author = factory.SubFactory(StaffFactory, trust=factory.SelfAttribute("..household.trust"))
    written_at = factory.LazyFunction(app_now)
    review_on = factory.LazyFunction(lambda: london_day(app_now()) + dt.timedelta(days=90))


class PupilFactory(factory.django.DjangoModelFactory):
    """A child on roll, living somewhere in the trust."""

    class Meta:
        model = Pupil

    school = factory.SubFactory(SchoolFactory)
    household = factory.SubFactory(HouseholdFactory, trust=factory.SelfAttribute("..school.trust"))
    upn = factory.Sequence(upn)
    legal_first_name = factory.Iterator(["Ivy", "Noah", "Zara", "Theo", "Mia", "Kofi"])
    legal_last_name = factory.Sequence(lambda n: f"Child{n}")
    born_on = dt.date(2016, 5, 4)
    year_group = "5"
    reg_group = "5B"


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    trust = factory.SubFactory(TrustFactory)
    first_name = factory.Iterator(["Ruth", "Omar", "Beth", "Ade"])
    last_name = factory.Sequence(lambda n: f"Parent{n}")
    phone = factory.Sequence(lambda n: f"+447700900{500 + n % 500}")


class ContactLinkFactory(factory.django.DjangoModelFactory):
    """A mother with parental responsibility, who lives with the pupil."""

    class Meta:
        model = ContactLink

    pupil = factory.SubFactory(PupilFactory)
    contact = factory.SubFactory(
        ContactFactory,
        trust=factory.SelfAttribute("..pupil.school.trust"),
        household=factory.SelfAttribute("..pupil.household"),
    )
    relationship = ContactLink.Relationship.MOTHER
    has_parental_responsibility = True
    may_be_discussed_with = True
