"""Example concerns: one received, one that the DSL has still to read."""

import datetime as dt

from django.core.management.base import OutputWrapper

from homevisits.clock import app_now
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from safeguarding.models import Concern
from safeguarding.raising import raise_concern, receive
from visits.models import Visit
from visits.states import State


def load(stdout: OutputWrapper) -> None:
    """For each school with recorded visits."""
    now = app_now()
    for visit in (
        Visit.objects.filter(state=State.RECORDED).order_by("school_id", "-start_at").distinct("school_id")
    ):
        pupil = visit.pupils.first()
        dsl = Staff.objects.holding([RoleName.DSL], visit.school).order_by("pk").first()
        if pupil is None or dsl is None or visit.returned_at is None:
            continue
        concern, _ = raise_concern(
            pupil=pupil,
            by=visit.requested_by,
            visit=visit,
            now=visit.returned_at,
            facts="There was no food in the kitchen that I could see, and the heating was off.",
            opinion="The family may need help with money.",
        )
        receive(concern=concern, by=dsl, now=visit.returned_at + dt.timedelta(minutes=8))
        raise_concern(
            pupil=pupil,
            by=visit.requested_by,
            now=now - dt.timedelta(minutes=2),
            facts="The pupil said today that “nobody was home last night”.",
        )
    stdout.write(f"  {Concern.objects.count()} concerns")
