"""Writing the record, and finishing the visit with it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from homevisits.people.models import Staff
from homevisits.trusts.roles import SAFEGUARDING_TEAM
from visits import documents, questions, telling
from visits.models import Visit
from visits.registry import ON_RECORDED
from visits.safety import Due
from visits.states import State
from visits.transitions.door import (
    Stale,
    happened,
    is_still,
    keep,
    moved,
    must_pass,
    must_stand_at,
    opened,
    rearm,
)
from visits.transitions.noting import forget_whereabouts
from visits.transitions.outcomes import take_outcome
from visits.transitions.secret import hears
from visits.writing import AgreedAction, Barrier, PersonPresent, VisitRecord
from visits.written import WRITTEN, version

RECORD_FIELDS = set(WRITTEN)
type Agreed = tuple[str, str, dt.date]


@hears("values", "outcome_text", "people", "actions", "barriers")
def keep_record(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    values: dict[str, Any],
    outcome: str | None = None,
    outcome_text: str | None = None,
    people: Sequence[tuple[str, str]] | None = None,
    actions: Sequence[Agreed] | None = None,
    barriers: Sequence[tuple[str, str, Agreed | None]] | None = None,
    seen: str = "",
) -> VisitRecord:
    """Keep what is written so far. `people` are (name, relationship), `actions` (what, owner, due date),
    `barriers` (kind, text, the action about it or None: AF-062).

    `seen` is the version that the writer had before them. Raises Stale when another has written
    since: two of a party must not put their empty boxes over each other's words.
    """
    with opened(visit, by=by, action="write", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        record, _ = VisitRecord.objects.get_or_create(
            visit=fresh, defaults={"started_at": now, "written_by": by, "place": fresh.address}
        )
        if seen and record.written_by_id != by.pk and seen != version(fresh):
            raise Stale(f"{record.written_by.short_name} wrote in this record after you opened it.")
        record.written_by = by
        if unknown := set(values) - RECORD_FIELDS:
            raise KeyError(f"not of the record: {sorted(unknown)}")
        for field, value in values.items():
            setattr(record, field, value)
        if record.had_intervention and record.intervention_at is None:
            record.intervention_at = now
        record.save(update_fields=["written_by", "intervention_at", *values])
        if "had_intervention" in values:
            rearm(fresh, now=now)
        _write_outcome(fresh, outcome, outcome_text, by=by, now=now)
        _write_rows(record, people, actions, barriers)
    return record


def _write_outcome(
    visit: Visit, outcome: str | None, text: str | None, *, by: Staff, now: dt.datetime
) -> None:
    """A new outcome counts as the same word from the phone would: what follows is due from now."""
    if outcome is not None and outcome != visit.outcome:
        take_outcome(visit, outcome, by=by, now=now)
        rearm(visit, now=now)
    if text is not None:
        visit.outcome_text = text
        keep(visit, "outcome_text")


def _write_rows(
    record: VisitRecord,
    people: Sequence[tuple[str, str]] | None,
    actions: Sequence[Agreed] | None,
    barriers: Sequence[tuple[str, str, Agreed | None]] | None,
) -> None:
    if people is not None:
        record.people_present.all().delete()
        PersonPresent.objects.bulk_create(
            PersonPresent(record=record, name=name, relationship=relationship)
            for name, relationship in people
        )
    if actions is not None:
        record.actions.filter(barrier=None).delete()
        AgreedAction.objects.bulk_create(
            AgreedAction(record=record, what=what, owner=owner, due_on=due_on)
            for what, owner, due_on in actions
        )
    if barriers is not None:
        record.barriers_found.all().delete()
        for kind, text, action in barriers:
            barrier = Barrier.objects.create(record=record, kind=kind, text=text)
            if action:
                what, owner, due_on = action
                barrier.actions.create(record=record, what=what, owner=owner, due_on=due_on)


def record(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """Finish: the record is complete, on its file, and the visit is recorded (CS-007, TC-019, TC-057)."""
    with opened(visit, by=by, action="record", now=now) as fresh:
        if not must_stand_at(fresh, "record", by=by):
            return fresh
        must_pass("record", fresh, now)
        VisitRecord.objects.filter(visit=fresh).update(finished_at=now, written_by=by)
        moved(fresh, "record")
        forget_whereabouts(fresh)
        happened(fresh, "recorded", "Wrote the record", by=by, now=now)
        documents.ask(visit=fresh, kind="record", by=by, now=now)
        _tell_rooms(fresh, now=now)
        _tell_not_seen(fresh, now=now)
        for follow in ON_RECORDED:
            follow(fresh, by, now)
        rearm(fresh, now=now, met=[Due.RECORD])
    return fresh


def _tell_rooms(visit: Visit, *, now: dt.datetime) -> None:
    """Somebody went upstairs or into a bedroom: the DSL reads why; a breach goes to whoever the policy names too (PS-079 to PS-081)."""
    record = VisitRecord.objects.get(visit=visit)
    if not (questions.for_the_dsl(visit, record) or questions.not_to_be_spoken_to(visit, record)):
        return
    broke = bool(questions.breaches(visit, record))
    telling.tell(
        [*telling.holding(visit, SAFEGUARDING_TEAM), *(telling.told_of_changes(visit) if broke else [])],
        visit,
        what="rooms",
        subject=f"{visit.ref}: the record says something that you should read",
        body="Your policy asks that you are told. Open the record.",
        path=f"/visits/{visit.ref}/record/",
        now=now,
    )


def _tell_not_seen(visit: Visit, *, now: dt.datetime) -> None:
    """Whoever was not seen may not be safe: the DSL team hears of it, and reads why (SH-020, SH-045)."""
    if not VisitRecord.objects.filter(visit=visit, pupil_seen=VisitRecord.Seen.NOT_SEEN).exists():
        return
    telling.tell(
        telling.holding(visit, SAFEGUARDING_TEAM),
        visit,
        what="not_seen",
        subject=f"{visit.ref}: the pupil was not seen",
        body="The record of this visit says why. Open it, and decide what follows.",
        path=f"/visits/{visit.ref}/record/",
        now=now,
    )
