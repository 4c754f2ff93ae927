"""What a newcomer finds in the demo: every loader runs, and there is a visit in every state."""

import dataclasses
import io

import pytest
from django.core.management import call_command

from attendance.models import Proposal
from homevisits.local.examples import people, places
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.models import School
from safeguarding.models import Concern
from visits.models import Visit, VisitDeadline
from visits.states import State


@pytest.fixture
def one_school(monkeypatch: pytest.MonkeyPatch) -> None:
    """One trust with one school: the others are made in the same way."""
    example = places.EXAMPLES[-1]
    small = (dataclasses.replace(example, schools=example.schools[:1]),)
    monkeypatch.setattr(people, "EXAMPLES", small)


@pytest.mark.django_db
@pytest.mark.parametrize("hour", ["2026-11-26 10:00", "2026-11-28 22:30"])
def test_demo_is_filled_on_a_school_morning_and_at_a_weekend_night(clock, one_school, hour: str) -> None:  # type: ignore[no-untyped-def]
    now = clock.set(hour)
    call_command("prepare", examples=True, stdout=(said := io.StringIO()))
    assert "suggested visits" in said.getvalue()
    assert set(Visit.objects.values_list("state", flat=True)) == set(State.values)
    school = School.objects.get()
    assert Pupil.objects.filter(school=school).count() >= 60
    assert Staff.objects.filter(email="teacher@aspirational.example").exists()
    assert (Concern.objects.exists(), Proposal.objects.exists()) == (True, True)

    assert school.trust.name in said.getvalue()
    returns = VisitDeadline.objects.filter(kind="return", state="live").order_by("due_at")
    assert [(returns[0].due_at - now).total_seconds()] == [
        120
    ]  # somebody is overdue two minutes after the start
