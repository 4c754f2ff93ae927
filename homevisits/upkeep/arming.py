"""Keeps the reminders of a place in line with its facts: after every change here, and each morning."""

import datetime as dt

from django.db import transaction

from homevisits.clock import london_day
from homevisits.escalation.deadlines import arm
from homevisits.people import checks
from homevisits.trusts.models import Insurance, Policy, School, Trust
from homevisits.upkeep.due import Facts, Kind, wanted
from homevisits.upkeep.models import Upkeep, UpkeepDeadline, UpkeepEvent
from homevisits.upkeep.readers import Register

MET = {Kind.CASCADE, Kind.READING}


def locked(trust: Trust | int, school: School | None) -> Upkeep:
    """The place's row, made when it is not there, and locked until the transaction ends."""
    key = trust.pk if isinstance(trust, Trust) else trust
    place, _ = Upkeep.objects.get_or_create(trust_id=key, school=school)
    rows = Upkeep.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("trust", "school").get(pk=place.pk)


def keep(trust: Trust | int, school: School | None, *, now: dt.datetime) -> Upkeep:
    """Arm the reminders that a place should have now, in the caller's transaction."""
    place = locked(trust, school)
    rearm(place, now=now)
    return place


def rearm(place: Upkeep, *, now: dt.datetime) -> None:
    """The same for a place whose row is locked already."""
    today = london_day(now)
    arm(UpkeepDeadline, place, wanted(facts_of(place, now), today), now=now, met=MET)


def keep_everything(*, now: dt.datetime) -> int:
    """Every place of every trust, each in a transaction of its own. Says how many."""
    places: list[tuple[Trust, School | None]] = [(trust, None) for trust in Trust.objects.all()]
    places += [(school.trust, school) for school in School.objects.select_related("trust")]
    for trust, school in places:
        with transaction.atomic():
            keep(trust, school, now=now)
    return len(places)


def facts_of(place: Upkeep, now: dt.datetime) -> Facts:
    """What the reminders of a place follow from."""
    return _school_facts(place.school, now) if place.school else _trust_facts(place.trust, now)


def _trust_facts(trust: Trust, now: dt.datetime) -> Facts:
    today = london_day(now)
    readers = Register(trust, School.objects.filter(trust=trust), now).whole_trust().readers
    return Facts(
        reviewed=Policy.objects.of(trust, None).published().order_by("-number").first(),
        insurance=Insurance.objects.filter(trust=trust).order_by("-expires_on", "-id").first(),
        read_by=tuple(reader.due_on for reader in readers),
        endings=tuple(checks.endings(checks.of_trust(trust, today), today)),
    )


def _school_facts(school: School, now: dt.datetime) -> Facts:
    today = london_day(now)
    place = Register(school.trust, [school], now).place(school)
    (crew,) = checks.of_schools([school], today)
    binding = place.policy
    return Facts(
        reviewed=binding if binding and binding.school_id else None,
        to_tell=binding if place.cascade is None else None,
        tell_by=place.tell_by,
        read_by=tuple(reader.due_on for reader in place.readers),
        endings=tuple(checks.endings(crew, today)),
    )


def tell(
    place: Upkeep, kind: str, sentence: str, *, by: object, now: dt.datetime, **detail: object
) -> UpkeepEvent:
    """Write a line of a place's story, in the caller's transaction."""
    event = UpkeepEvent.append(
        chain=f"upkeep:{place.trust_id}",
        upkeep=place,
        kind=kind,
        by=by,
        happened_at=now,
        recorded_at=now,
        sentence=sentence[:300],
        detail=detail,
    )
    assert isinstance(event, UpkeepEvent)
    return event
