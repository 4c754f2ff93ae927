"""Starting a request with what is known: from a pupil, or like an earlier visit."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from homevisits.clock import london_day
from homevisits.people.models import Pupil, Staff
from visits.models import Visit
from visits.plan import plan_of
from visits.prefill import first_adult, home_values
from visits.transitions.asking import keep_draft, start_draft
from visits.transitions.door import Refused

# Never the dates as they were, what the parents were told, the risks as they were then, or any decision.
AGAIN = (
    "reason_code", "reason_explained", "purpose", "why_necessary", "household", "address", "postcode", "to_see_text",
    "child_there", "access",
)  # fmt: skip


def ask_for(*, by: Staff, pupils: Sequence[Pupil], now: dt.datetime) -> Visit:
    """A draft for these pupils of one school, with their home and the adult to see."""
    first = pupils[0]
    if any(pupil.school_id != first.school_id for pupil in pupils):
        raise Refused("Choose pupils of one school only; ask the other school about theirs.")
    with transaction.atomic():
        visit = start_draft(by=by, school=first.school, now=now, pupils=pupils)
        return keep_draft(
            visit=visit, by=by, now=now, values=home_values(first.household), to_see=first_adult(pupils)
        )


def ask_again(*, visit: Visit, by: Staff, now: dt.datetime, start_at: dt.datetime | None = None) -> Visit:
    """A draft like an earlier visit, led by whoever asks now: why, where, whom to see and who went.

    From `start_at`, where that is known, each part takes as long as the earlier visit planned.
    """
    if not Visit.objects.visible_to(by).about_reason(by).filter(pk=visit.pk).exists():
        raise Refused("Only somebody who may read why a visit was made can ask for one like it.")
    theirs = Pupil.objects.visible_to(by).on_roll(london_day(now))
    pupils = list(visit.pupils.filter(pk__in=theirs.values("pk")))
    with transaction.atomic():
        new = start_draft(by=by, school=visit.school, now=now, pupils=pupils, follows=visit)
        values = {name: getattr(visit, name) for name in AGAIN} | _times(visit, start_at)
        return keep_draft(
            visit=new, by=by, now=now, values=values, party=_party(visit, by),
            to_see=visit.to_see.filter(pupil__in=pupils),
        )  # fmt: skip


def _times(visit: Visit, start_at: dt.datetime | None) -> dict[str, dt.datetime]:
    plan = plan_of(visit)
    return replace(plan, start_at=start_at).times if plan and start_at else {}


def _party(visit: Visit, by: Staff) -> list[dict[str, Any]]:
    """Whoever asks leads; the others of last time go again, if they still work here."""
    others = [a.staff for a in visit.party if a.staff and a.staff.is_active and a.staff_id != by.pk]
    return [{"staff": by, "is_lead": True}, *({"staff": person} for person in others)]
