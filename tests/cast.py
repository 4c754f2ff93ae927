"""The same people in every test: one trust on one preset, its school, and an outsider."""

import datetime as dt
import pickle
from dataclasses import dataclass, fields

import pytest
from django.db import connection
from django.test import Client

from homevisits.clock import app_now
from homevisits.people.models import Staff
from homevisits.trusts.choices import Paper
from homevisits.trusts.models import Policy, School, SchoolPaper, Trust
from homevisits.trusts.roles import RoleName
from tests.factories.people import staff_with
from tests.factories.trusts import PolicyFactory, SchoolFactory, TrustFactory
from tests.kept import HISTORY, Rows, rows_between, standing

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


# By preset, and by the time at which a test has stopped the clock (None: it runs).
CASTS: dict[tuple[str, dt.datetime | None], tuple[bytes, Rows]] = {}


def make_cast(preset: str = "three_counties") -> Cast:
    """The cast at a school whose trust has published a preset.

    Built once, then put back row by row wherever it is not, as when the next test begins; a
    second one of the same preset in one test is built anew, at another trust.
    """
    key = (preset, _stopped_at())
    trusts = set(Trust.objects.values_list("pk", flat=True))
    if key not in CASTS:
        before = standing()
        cast = build_cast(preset)
        if (rows := rows_between(before, standing())) is None:
            return cast
        CASTS[key] = pickle.dumps(cast), rows
    else:
        pickled, rows = CASTS[key]
        cast = pickle.loads(pickled)  # noqa: S301  (written above)
        if cast.trust.pk in trusts:
            return build_cast(preset)
        rows.put_back()
    if not trusts:
        HISTORY.begin(key)
    return cast


def _stopped_at() -> dt.datetime | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_now(), statement_timestamp()")
        now, real = cursor.fetchone()
    return None if now == real else now


def build_cast(preset: str) -> Cast:
    """People at a new school and for its trust, and the preset published there."""
    trust = TrustFactory()
    school, other_school = SchoolFactory.create_batch(2, trust=trust)
    people = {
        part: _person(part, role, school if part in AT_SCHOOL else trust)
        for part, role in (AT_SCHOOL | FOR_TRUST).items()
    }
    outsider = _person("outsider", RoleName.HEADTEACHER, SchoolFactory())
    for person in people.values():
        person.mobile_tried_at, person.mobile_tried_by = app_now(), people["office"]
    Staff.objects.bulk_update(people.values(), ["mobile_tried_at", "mobile_tried_by"])
    policy = PolicyFactory(preset=preset, trust=trust)
    for each in (school, other_school):
        _lone_paper(each, people["head"])
    return Cast(
        trust=trust, school=school, other_school=other_school, policy=policy, outsider=outsider, **people
    )


def _person(part: str, role: str, where: School | Trust) -> Staff:
    """Somebody named after their part, so that a failing test reads well."""
    trust = where if isinstance(where, Trust) else where.trust
    return staff_with(
        role, where, first_name="Pat", last_name=part.title(), email=f"{part}@{trust.slug}.example"
    )


def _lone_paper(school: School, by: Staff) -> None:
    """The school's own lone-working policy, without which nobody goes alone (CS-022)."""
    SchoolPaper.objects.create(
        school=school,
        kind=Paper.LONE_WORKING,
        title="Lone working",
        url=f"https://{school.slug}.example/lone-working/",
        added_by=by,
        added_at=app_now(),
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
