"""Keeps checks and training, what a school asks for besides, and what makes a visitor reachable."""

import datetime as dt

from django.db import transaction

from homevisits.clock import london_day
from homevisits.people import permissions
from homevisits.people.keeping.rules import ask, fresh, place_of, require, set_fields
from homevisits.people.models import Clearance, SchoolTraining, Staff
from homevisits.people.story import tell
from homevisits.trusts.choices import DbsLevel
from homevisits.trusts.models import School

DBS = Clearance.Kind.DBS


@transaction.atomic
def add_clearance(
    *,
    staff: Staff,
    kind: str,
    issued_on: dt.date,
    expires_on: dt.date | None = None,
    reference: str = "",
    level: str = "",
    title: str = "",
    trainer: str = "",
    by: Staff,
    now: dt.datetime,
) -> Clearance:
    """Record a check (TC-227) or training (TC-180 to TC-187) that somebody else holds, with its dates.

    `level` is a DBS check's; `title` names training that has no kind of its own; `trainer` who gave it.
    """
    allowed = permissions.may_keep_clearances if kind == DBS else permissions.may_record_training
    ask(allowed(by, staff), "Somebody else must record this check.")
    require(issued_on <= london_day(now), "Enter the day on which it was issued: it lies in the future.")
    require(expires_on is None or expires_on > issued_on, "It must expire after the day it was issued.")
    require(kind != Clearance.Kind.OTHER or bool(title.strip()), "Enter which training it was.")
    clearance = Clearance.objects.create(
        staff=staff,
        kind=kind,
        level=(level or DbsLevel.ENHANCED) if kind == DBS else "",
        title=title.strip(),
        trainer=trainer,
        issued_on=issued_on,
        expires_on=expires_on,
        reference=reference,
        recorded_by=by,
    )
    sentence = f"{clearance} of {staff} was recorded, issued {issued_on:%d/%m/%Y}."
    tell(where=place_of(staff), kind="clearance_added", by=by, now=now, about=staff, sentence=sentence)
    return clearance


@transaction.atomic
def remove_clearance(*, clearance: Clearance, by: Staff, now: dt.datetime) -> None:
    """Take back a check that was recorded by mistake; the event keeps what it said."""
    staff = clearance.staff
    mine = clearance.recorded_by_id == by.pk and clearance.kind != DBS
    allowed = permissions.may_record_training if mine else permissions.may_keep_clearances
    ask(allowed(by, staff), "Somebody else must change this check.")
    names = ("kind", "level", "title", "trainer", "issued_on", "expires_on", "reference")
    detail = {("check" if name == "kind" else name): getattr(clearance, name) for name in names}
    clearance.delete()
    sentence = f"{clearance} of {staff} was taken off: recorded by mistake."
    tell(
        where=place_of(staff),
        kind="clearance_removed",
        by=by,
        now=now,
        about=staff,
        sentence=sentence,
        **detail,
    )


@transaction.atomic
def try_mobile(*, staff: Staff, number: str, by: Staff, now: dt.datetime) -> Staff:
    """Somebody rang this number and reached the person; another number since then is refused."""
    ask(permissions.may_try_mobile(by, staff), "Somebody else must ring this number.")
    locked = fresh(staff)
    require(bool(locked.mobile), f"There is no mobile of {staff} to ring: enter it first.")
    require(str(locked.mobile) == number, "The number has changed since you rang: ring the new one.")
    if set_fields(locked, mobile_tried_at=now, mobile_tried_by=by):
        sentence = f"The work mobile of {staff} was rung, and they answered."
        tell(where=place_of(staff), kind="mobile_tried", by=by, now=now, about=staff, sentence=sentence)
    return locked


@transaction.atomic
def describe_job(*, staff: Staff, on: dt.date | None, by: Staff, now: dt.datetime) -> Staff:
    """Say since when visits stand in somebody's job description; None: they do not (TC-185)."""
    ask(permissions.may_manage(by, staff), "Only the head or a trust admin may say this.")
    require(on is None or on <= london_day(now), "Enter a day that has come: it lies in the future.")
    locked = fresh(staff)
    if set_fields(locked, job_description_on=on):
        since = f"say so since {on:%d/%m/%Y}" if on else "do not say so"
        sentence = f"Visits in the job description of {staff}: their papers {since}."
        tell(where=place_of(staff), kind="job_described", by=by, now=now, about=staff, sentence=sentence)
    return locked


@transaction.atomic
def ask_training(*, school: School, title: str, by: Staff, now: dt.datetime) -> SchoolTraining:
    """A head asks for training besides the policy's, such as cultural awareness (TC-181)."""
    ask(permissions.may_ask_training(by, school), "Only the head says which training the school asks for.")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    same = SchoolTraining.objects.filter(school=school, ended_at=None, title__iexact=title.strip())
    require(not same.exists(), "This training stands in the list already.")
    training = SchoolTraining.objects.create(school=school, title=title.strip(), set_by=by, set_at=now)
    tell(where=school, kind="training_asked", by=by, now=now, sentence=f"Training asked for: {training}.")
    return training


@transaction.atomic
def end_training(*, training: SchoolTraining, by: Staff, now: dt.datetime) -> SchoolTraining:
    """A school no longer asks for a training. Ended twice, it stays as it was."""
    ask(permissions.may_ask_training(by, training.school), "Only the head ends what the school asks for.")
    held = fresh(training)
    if held.ended_at is None:
        set_fields(held, ended_at=now, ended_by=by)
        sentence = f"Training no longer asked for: {held}."
        tell(where=held.school, kind="training_ended", by=by, now=now, sentence=sentence)
    return held
