"""Coming back: each visitor accounted for, the visit safe when all are, and a way to undo a mistaken mark."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction

from homevisits.people.models import Staff
from visits import gates, telling
from visits.models import Attendee, Visit
from visits.safety import Due
from visits.states import State
from visits.story import Moment
from visits.transitions.door import (
    Refused,
    happened,
    is_still,
    keep,
    moved,
    must_pass,
    must_stand_at,
    opened,
    rearm,
)
from visits.transitions.going import has_open_alarm, is_known, leave, must_tick, own_place, said
from visits.transitions.secret import hears

Back = Attendee.Back


@hears("note", pin=True)
def say_back(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    attendee: Attendee | None = None,
    how: str = Back.AT_SCHOOL,
    identity: str = "",
    pin: str = "",
    **more: Any,
) -> Visit:
    """One visitor is accounted for; the visit is safe once all are (PS-100, PS-101, CS-090).

    A visitor speaks for themselves, or for an outsider of the party. Anybody else has spoken to
    the person and says how they knew it was them. While an alarm is open a visitor's word is
    kept as a claim and changes nothing until another person has resolved it.
    """
    with opened(visit, by=by, action="back", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS, State.RETURNED_SAFE)
        person = _whom(fresh, by, attendee)
        _must_be_allowed(fresh, by, person, how, identity)
        if person.back_at or not said(fresh, Moment.Kind.BACK, by=by, now=now, attendee=person, **more):
            return fresh
        account_for(fresh, person, by=by, now=now, how=how, identity=identity)
        come_back_if_all(fresh, by=by, now=now)
    return fresh


def _whom(visit: Visit, by: Staff, attendee: Attendee | None) -> Attendee:
    own = next((a for a in visit.party if a.staff_id == by.pk), None)
    person = next((a for a in visit.party if attendee and a.pk == attendee.pk), None) or own
    if person is None:
        raise Refused("Choose who is back.")
    if own and person.staff_id and person.pk != own.pk:
        raise Refused(f"{person.short_name} has to say so on their own phone, or to the office.")
    return person


def _must_be_allowed(visit: Visit, by: Staff, person: Attendee, how: str, identity: str) -> None:
    is_visitor = visit.includes(by)
    if not is_visitor and not identity.strip():
        raise Refused(f"Say how you knew that it was {person.short_name}. A voicemail is no answer.")
    if how != Back.LEFT_BY_PHONE:
        return
    if visit.rules and not visit.rules.leaving_by_phone_allowed:
        raise Refused("Your policy asks everybody to come back to school.")
    if is_visitor and person.staff_id:
        raise Refused("Ring the office to say that you have left and are not coming back today.")


def account_for(
    visit: Visit, person: Attendee, *, by: Staff, now: dt.datetime, how: str, identity: str
) -> None:
    """Write that a person is back; only a claim while an alarm is open and they speak for themselves."""
    if has_open_alarm(visit) and visit.includes(by):
        person.claimed_back_at, person.back_how = now, how
        person.save(update_fields=["claimed_back_at", "back_how"])
        happened(visit, "claims_back", f"{person.short_name} says they are back", by=by, now=now)
        return
    person.back_at, person.back_by, person.back_how, person.back_identity = now, by, how, identity[:200]
    person.save(update_fields=["back_at", "back_by", "back_how", "back_identity"])
    happened(visit, "back", f"{person.short_name}: {Back(how).label.lower()}", by=by, now=now)


def come_back_if_all(visit: Visit, *, by: Staff, now: dt.datetime) -> None:
    """Mark a locked visit as back safe when its gate lets it, and bring its deadlines in line."""
    visit.__dict__.pop("party", None)
    if visit.state == State.IN_PROGRESS and not gates.blocking("return", visit, now):
        visit.returned_at, visit.watch_again_at = now, None
        visit.left_at = visit.left_at or now
        moved(visit, "return_safe", "returned_at", "left_at", "watch_again_at")
        happened(visit, "returned_safe", "Everybody is back safe", by=by, now=now)
        telling.tell(
            telling.askers(visit),
            visit,
            what="record",
            subject=f"{visit.ref}: write the record",
            body="Everybody is back safe. Write the record while you remember.",
            path=f"/visits/{visit.ref}/record/",
            now=now,
        )
    rearm(visit, now=now, met=[Due.RETURN, Due.CHECK_IN, Due.END])


@hears("reason")
def not_back_after_all(*, visit: Visit, by: Staff, now: dt.datetime, reason: str) -> Visit:
    """Undo a mistaken mark: the safety deadlines live again, and the ladder is told.

    A visitor whose companions are still out takes back their own word alone.
    """
    if not reason.strip():
        raise Refused("Say why they are not back.")
    with opened(visit, by=by, action="not_back", now=now) as fresh:
        if _take_back_own(fresh, by=by, now=now, reason=reason):
            return fresh
        if not must_stand_at(fresh, "not_back_after_all", by=by):
            return fresh
        fresh.attendees.update(
            back_at=None,
            back_by=None,
            back_how="",
            back_identity="",
            claimed_back_at=None,
            home_at=None,
            home_by=None,
            home_identity="",
        )
        fresh.returned_at, fresh.left_at, fresh.watch_again_at = None, None, now
        moved(fresh, "not_back_after_all", "returned_at", "left_at", "watch_again_at")
        happened(fresh, "not_back", "Not back after all", by=by, now=now, reason=reason)
        telling.tell(
            [*telling.desk(fresh, now), *telling.told_of_changes(fresh)],
            fresh,
            what="not_back",
            subject=f"{fresh.ref} is not back after all",
            now=now,
            urgent=True,
            body="A visit that was marked safe is out again. Open it and ring the people.",
        )
        rearm(fresh, now=now)
    return fresh


def _take_back_own(visit: Visit, *, by: Staff, now: dt.datetime, reason: str) -> bool:
    """Clear this visitor's own mark or claim while the visit is still out; whether there was one."""
    own = own_place(visit, by)
    if visit.state != State.IN_PROGRESS or own is None or not (own.back_at or own.claimed_back_at):
        return False
    own.back_at, own.back_by, own.back_how, own.back_identity, own.claimed_back_at = None, None, "", "", None
    own.home_at, own.home_by, own.home_identity = None, None, ""
    fields = ["back_at", "back_by", "back_how", "back_identity", "claimed_back_at"]
    own.save(update_fields=[*fields, "home_at", "home_by", "home_identity"])
    happened(visit, "not_back", f"{own.short_name} is not back after all", by=by, now=now, reason=reason)
    telling.tell(
        telling.desk(visit, now),
        visit,
        what="not_back",
        subject=f"{own.short_name} is not back after all ({visit.ref})",
        body="Somebody who said that they were back is still out. Open the visit and ring them.",
        now=now,
        urgent=True,
    )
    visit.__dict__.pop("party", None)
    rearm(visit, now=now)
    return True


@hears(pin=True)
def go_on(
    *,
    visit: Visit,
    onward: Visit,
    by: Staff,
    now: dt.datetime,
    checks: Collection[int] = (),
    together: bool = False,
    pin: str = "",
    key: uuid.UUID | None = None,
) -> Visit:
    """Leave this home for the next visit; gives back that one.

    One transaction closes this visit for those who go on and departs the next, so that a return
    deadline is always live. A visitor speaks for themselves; `together`, for everybody still out.
    """
    with transaction.atomic():
        # In the order of their keys: two rounds that cross must not wait for each other.
        list(
            Visit.objects.select_for_update()
            .filter(pk__in=[visit.pk, onward.pk])
            .order_by("pk")
            .values_list("pk")
        )
        with (
            opened(visit, by=by, action="back", now=now) as here,
            opened(onward, by=by, action="depart", now=now) as there,
        ):
            if is_known(key):
                return there
            is_still(here, State.IN_PROGRESS)
            people = _who_goes_on(here, there, by, together)
            _set_off(there, by=by, now=now, checks=checks)
            _close_for(here, there, people, by=by, now=now, key=key)
    return there


def _who_goes_on(here: Visit, there: Visit, by: Staff, together: bool) -> list[Attendee]:
    """Those who go on. Each must be of the next visit's party, and not back from it already."""
    own = own_place(here, by)
    if own is None or own_place(there, by) is None:
        raise Refused("Only somebody who goes on both visits can go on from one to the other.")
    still_out = [a for a in here.party if not (a.back_at or a.claimed_back_at)]
    going = still_out if together else [a for a in still_out if a.pk == own.pk]
    if own not in going:
        raise Refused(f"You have said already that you are back from {here.ref}.")
    expected = {(a.staff_id, a.name.casefold()) for a in there.party if not a.back_at}
    strangers = [a.short_name for a in going if (a.staff_id, a.name.casefold()) not in expected]
    if strangers:
        raise Refused(
            f"{strangers[0]} does not go on {there.ref}: go on alone, and they say where they are themselves."
        )
    return going


def _set_off(visit: Visit, *, by: Staff, now: dt.datetime, checks: Collection[int]) -> None:
    """Depart a locked visit from the road, unless somebody of its party has left already."""
    is_still(visit, State.LOGGED, State.IN_PROGRESS)
    if visit.state == State.LOGGED:
        must_pass("depart", visit, now)
        must_tick(visit, checks)
        leave(visit, by=by, now=now, checks=checks)


def _close_for(
    here: Visit, there: Visit, people: list[Attendee], *, by: Staff, now: dt.datetime, key: uuid.UUID | None
) -> None:
    """Account for those who go on, and join the two legs of the round."""
    own = own_place(here, by)
    for person in people:
        its_key = key if own and person.pk == own.pk else None
        said(here, Moment.Kind.BACK, by=by, now=now, attendee=person, note=f"On to {there.ref}", key=its_key)
        account_for(here, person, by=by, now=now, how=Back.NEXT_VISIT, identity="")
    if here.next_leg_id is None and not Visit.objects.filter(next_leg=there).exists():
        here.next_leg = there
        keep(here, "next_leg")
    come_back_if_all(here, by=by, now=now)


def after_alarm(visit: Visit, *, by: Staff, now: dt.datetime, words: str) -> None:
    """What follows when a person has resolved an alarm: claims count, and whoever is still out stays watched."""
    if visit.state != State.IN_PROGRESS or has_open_alarm(visit):
        rearm(visit, now=now)
        return
    for person in [a for a in visit.party if a.claimed_back_at and not a.back_at]:
        account_for(
            visit,
            person,
            by=by,
            now=now,
            how=person.back_how or Back.AT_SCHOOL,
            identity=f"Alarm resolved: {words}",
        )
    grace = visit.rules.overdue_grace_minutes if visit.rules else 15
    visit.watch_again_at = now + dt.timedelta(minutes=grace)
    keep(visit, "watch_again_at")
    come_back_if_all(visit, by=by, now=now)
