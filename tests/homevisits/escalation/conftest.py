"""A house on fire watch and the people of its ladder."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from homevisits.clock import app_now
from homevisits.escalation.deadlines import Wanted, arm
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from homevisits.trusts.roles import RoleName
from tests.escalation_house.models import House, HouseDeadline
from tests.factories.people import staff_with
from tests.factories.trusts import SchoolFactory
from tests.running import running  # noqa: F401  (a fixture)

Arm = Callable[..., HouseDeadline]


@pytest.fixture
def school(db: None) -> School:
    return SchoolFactory()


@pytest.fixture
def office(school: School) -> Staff:
    return staff_with(
        RoleName.OFFICE, school, first_name="Olive", last_name="Office", email="olive@a.example"
    )


@pytest.fixture
def head(school: School) -> Staff:
    return staff_with(
        RoleName.HEADTEACHER, school, first_name="Hana", last_name="Head", email="hana@a.example"
    )


@pytest.fixture
def ceo(school: School) -> Staff:
    return staff_with(
        RoleName.CEO, school.trust, first_name="Cora", last_name="Chief", email="cora@a.example"
    )


@pytest.fixture
def house(school: School, office: Staff, head: Staff, ceo: Staff) -> House:
    """The office at once, the head after ten minutes, all after twenty; then every five."""
    ladder = [[0, [office.pk]], [10, [head.pk]], [20, [office.pk, head.pk, ceo.pk]]]
    return House.objects.create(school=school, ladder=ladder)


@pytest.fixture
def due(house: House) -> Arm:
    """Arm one deadline of the house: so many minutes from now (less than 0: overdue)."""

    def make(
        minutes: float = 0, kind: str = "return", *, of: House | None = None, **more: Any
    ) -> HouseDeadline:
        now, subject = app_now(), of or house
        want = Wanted(kind, now + dt.timedelta(minutes=minutes), more.pop("is_safety", True), **more)
        others = subject.deadlines.filter(state="live").exclude(kind=kind)
        kept = [Wanted(row.kind, row.due_at, row.is_safety) for row in others]
        with transaction.atomic():
            arm(HouseDeadline, subject, [want, *kept], now=now)
        return HouseDeadline.objects.get(house=subject, kind=kind, state="live")

    return make
