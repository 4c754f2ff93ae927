"""Keeps who is away and who stands in at the desk."""

import datetime as dt
from collections.abc import Callable, Mapping

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from homevisits.people import permissions
from homevisits.people.keeping.rules import ask, fresh, place_of, require
from homevisits.people.models import Away, DeskDuty, RotaTurn, Staff
from homevisits.people.rota import RESPONDERS
from homevisits.people.story import tell
from homevisits.trusts.models import School, Term
from homevisits.trusts.roles import RoleName

# Upper floors bring their timers in line here when who answers, of a school or by one person, has changed.
# Told before a line is written about it: what they watch is locked before any story.
ON_CHANGED: list[Callable[[School | Staff, dt.datetime], None]] = []
# A turn of the week: the weekday (Monday 0) and the half-day, "am" or "pm".
Turn = tuple[int, str]
Pair = tuple[Staff, Staff | None]
# Longer than a working day and the evening after it would make a forgotten row look like a watch.
LONGEST_STAND_IN = dt.timedelta(hours=24)


@transaction.atomic
def set_away(
    *, staff: Staff, starts_at: dt.datetime, ends_at: dt.datetime, note: str = "", by: Staff, now: dt.datetime
) -> Away:
    """Mark somebody as away: they are skipped by ladders, routes and the desk duty."""
    ask(permissions.may_keep_details(by, staff), "You may not mark this person as away.")
    require(ends_at > starts_at, "The last moment away must come after the first.")
    require(ends_at > now, "This absence is over already.")
    away = Away.objects.create(staff=staff, during=DateTimeTZRange(starts_at, ends_at), note=note)
    _changed(staff, now)
    _tell_about(staff, "away_set", by, now, f"{staff} was marked as away.")
    return away


@transaction.atomic
def end_away(*, away: Away, by: Staff, now: dt.datetime) -> None:
    """Somebody is back: an absence under way ends now, one to come is taken out."""
    staff = away.staff
    ask(permissions.may_keep_details(by, staff), "You may not change this person's absence.")
    _cut_short(fresh(away), now)
    _changed(staff, now)
    _tell_about(staff, "away_ended", by, now, f"{staff} is no longer marked as away.")


@transaction.atomic
def stand_in(
    *,
    school: School,
    staff: Staff,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    by: Staff,
    now: dt.datetime,
) -> DeskDuty:
    """Give somebody the desk duty for a stretch: at lunch, after hours."""
    ask(permissions.may_set_duty(by, school), "You may not say who stands in at this desk.")
    require(ends_at > starts_at, "The duty must end after it begins.")
    require(ends_at > now, "This duty is over already.")
    require(ends_at - starts_at <= LONGEST_STAND_IN, "A person stands in for 24 hours at most at a time.")
    require(staff.is_active, f"The account of {staff} is closed.")
    known = staff.trust_id == school.trust_id and (
        staff.is_trust_wide or school.pk in {where for _, where in staff.held}
    )
    require(known, f"{staff} has no role at {school}.")
    duty = DeskDuty.objects.create(
        school=school, staff=staff, during=DateTimeTZRange(starts_at, ends_at), set_by=by
    )
    _changed(school, now)
    sentence = f"{staff} stands in at the desk of {school}."
    tell(where=school, kind="stand_in_set", by=by, now=now, about=staff, sentence=sentence)
    return duty


@transaction.atomic
def end_stand_in(*, duty: DeskDuty, by: Staff, now: dt.datetime) -> None:
    """End a stand-in: one under way ends now, one to come is taken out. The person may too."""
    school, staff = duty.school, duty.staff
    ask(by == staff or permissions.may_set_duty(by, school), "You may not change this desk's duty.")
    _cut_short(fresh(duty), now)
    _changed(school, now)
    sentence = f"{staff} no longer stands in at the desk of {school}."
    tell(where=school, kind="stand_in_ended", by=by, now=now, about=staff, sentence=sentence)


@transaction.atomic
def keep_rota(
    *,
    school: School,
    role: str,
    term: Term | None,
    turns: Mapping[Turn, Pair],
    by: Staff,
    now: dt.datetime,
) -> None:
    """Say who answers for a part through the week of a term (None: all year), and who when they are away.

    Takes the place of what stood there for that part and term. A turn that is left out has no name:
    then everybody who holds the part is told.
    """
    ask(permissions.may_set_duty(by, school), "You may not keep the rota of this school.")
    require(term is None or term.school_id == school.pk, "Choose a term of this school.")
    for first, second in turns.values():
        require(first != second, f"Choose somebody else to stand in for {first}.")
        for person in filter(None, (first, second)):
            _must_answer(person, school)
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    RotaTurn.objects.filter(school=school, role=role, term=term).delete()
    RotaTurn.objects.bulk_create(
        RotaTurn(
            school=school, role=role, term=term, weekday=weekday, half=half, staff=first, stand_in=second, set_by=by
        )
        for (weekday, half), (first, second) in turns.items()
    )  # fmt: skip
    when = term.name if term else "all year"
    sentence = f"The rota of {school} for {RoleName(role).label} ({when}) was changed."
    listed = {f"{day}{half}": [p.pk for p in pair if p] for (day, half), pair in turns.items()}
    tell(where=school, kind="rota_kept", by=by, now=now, sentence=sentence, role=role, turns=listed)


def _changed(of: School | Staff, now: dt.datetime) -> None:
    for hook in ON_CHANGED:
        hook(of, now)


def _must_answer(person: Staff, school: School) -> None:
    """Raise Refused unless somebody could answer an alarm of this school."""
    may = person.is_active and person.trust_id == school.trust_id
    require(
        may and person.has_role(*RESPONDERS, school=school),
        f"{person} may not answer alarms of {school}. Choose somebody of its office or a leader.",
    )


def _cut_short(row: Away | DeskDuty, now: dt.datetime) -> None:
    """What is over stays as it was; what runs ends now; what is to come never was."""
    starts_at, ends_at = row.during.lower, row.during.upper
    if ends_at is not None and ends_at <= now:
        return
    if starts_at is not None and starts_at >= now:
        row.delete()
        return
    row.during = DateTimeTZRange(starts_at, now)
    row.save(update_fields=["during"])


def _tell_about(staff: Staff, kind: str, by: Staff, now: dt.datetime, sentence: str) -> None:
    tell(where=place_of(staff), kind=kind, by=by, now=now, about=staff, sentence=sentence)
