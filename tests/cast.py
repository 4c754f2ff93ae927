"""The same people in every test: one trust on one preset, its school, and an outsider."""

from dataclasses import dataclass, fields

import pytest
from django.test import Client

from homevisits.people.models import Staff
from homevisits.trusts.models import Policy, School, Trust
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.factories.trusts import PolicyFactory, SchoolFactory, TrustFactory

AT_SCHOOL = {
    "teacher": RoleName.VISITOR,
    "colleague": RoleName.VISITOR,
    "office": RoleName.OFFICE,
    "attendance": RoleName.ATTENDANCE_OFFICER,
    "dsl": RoleName.DSL,
    "slt": RoleName.SLT,
    "deputy": RoleName.DEPUTY_DSL,
    "head": RoleName.HEADTEACHER,
}
FOR_TRUST = {"ewo": RoleName.EWO, "ceo": RoleName.CEO, "admin": RoleName.TRUST_ADMIN}


@dataclass(frozen=True)
class Cast:
    """Who there is; `outsider` is the headteacher of a school in another trust."""

    trust: Trust
    school: School
    other_school: School
    policy: Policy
    teacher: Staff
    colleague: Staff
    office: Staff
    attendance: Staff
    dsl: Staff
    slt: Staff
    deputy: Staff
    head: Staff
    ewo: Staff
    ceo: Staff
    admin: Staff
    outsider: Staff

    @property
    def people(self) -> dict[str, Staff]:
        """Everybody by their part, the outsider too."""
        return {f.name: person for f in fields(self) if isinstance(person := getattr(self, f.name), Staff)}


PARTS = [*AT_SCHOOL, *FOR_TRUST, "outsider"]


def make_cast(preset: str = "three_counties") -> Cast:
    """Build the cast at a new school whose trust has published a preset."""
    trust = TrustFactory()
    school, other_school = SchoolFactory.create_batch(2, trust=trust)
    people = {
        part: _person(part, role, school if part in AT_SCHOOL else trust)
        for part, role in (AT_SCHOOL | FOR_TRUST).items()
    }
    outsider = _person("outsider", RoleName.HEADTEACHER, SchoolFactory())
    policy = PolicyFactory(preset=preset, trust=trust)
    return Cast(
        trust=trust, school=school, other_school=other_school, policy=policy, outsider=outsider, **people
    )


def _person(part: str, role: str, where: School | Trust) -> Staff:
    """Somebody named after their part, so that a failing test reads well."""
    trust = where if isinstance(where, Trust) else where.trust
    return staff_with(
        role, where, first_name="Pat", last_name=part.title(), email=f"{part}@{trust.slug}.example"
    )


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None) -> Cast:
    """The cast; on another preset by `@pytest.mark.parametrize("cast", ["..."], indirect=True)`."""
    return make_cast(getattr(request, "param", "three_counties"))


def browser(staff: Staff) -> Client:
    """Somebody's own browser without a screen, signed in."""
    client = Client()
    client.force_login(staff)
    return client
