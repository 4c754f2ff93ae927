"""Whether a visit gets in the way of another one: the same person, the same home, a sibling's school."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from homevisits.clock import local
from visits.models import Attendee, Visit
from visits.states import State

# Asked for and not over: a draft is nobody's business yet, and who is back is no longer out.
OPEN = [State.REQUESTED, State.AUTHORISED, State.LOGGED, State.IN_PROGRESS]
BEEN = [State.RETURNED_SAFE, State.RECORDED]
A_WEEK = dt.timedelta(days=7)
LATELY = dt.timedelta(days=14)
MOST = 3


@dataclass(frozen=True)
class Clash:
    """What two visits share, in a sentence that says what to do. `elsewhere` can only be talked about."""

    code: str
    sentence: str
    fix: str
    elsewhere: bool = False


def clashes(visit: Visit, now: dt.datetime) -> list[Clash]:
    """Everything that gets in the way of a visit as it is planned."""
    return [*_in_two_places(visit), *_same_home(visit), *_siblings(visit, now)]


def elsewhere_then(visit: Visit, people: Collection[int]) -> QuerySet[Attendee]:
    """The places that these people have on other open visits while this one lasts."""
    leave, end, back = visit.depart_at, visit.end_at, visit.return_at
    if leave is None or end is None or back is None:
        return Attendee.objects.none()
    others = Attendee.objects.filter(
        staff__in=people, visit__state__in=OPEN, visit__depart_at__lt=back, visit__return_at__gt=leave
    )
    apart = Q(visit__end_at__lte=leave) | Q(visit__depart_at__gte=end)
    return others.exclude(visit=visit.pk).exclude(apart)


def _in_two_places(visit: Visit) -> Iterator[Clash]:
    """The same person on two visits at once, from leaving to the planned return.

    A round is none: the next visit leaves when the one before has ended, before anybody is back.
    """
    others = elsewhere_then(visit, [a.staff_id for a in visit.party if a.staff_id])
    first = others.order_by("staff_id", "visit__depart_at").distinct("staff_id")
    for other in first.select_related("staff", "visit"):
        yield Clash("clash_person", _elsewhere_then(visit, other), "when")


def _elsewhere_then(visit: Visit, other: Attendee) -> str:
    """Where somebody is instead; of another school's visit only the times."""
    there = other.visit
    assert there.depart_at is not None
    assert there.return_at is not None
    ref = f"{there.ref}, " if there.school_id == visit.school_id else ""
    return (
        f"{other.short_name} is on another visit then ({ref}{local(there.depart_at):%H:%M} to "
        f"{local(there.return_at):%H:%M} on {local(there.depart_at):%-d %B}). "
        "Choose another time, or another person."
    )


def _same_home(visit: Visit) -> Iterator[Clash]:
    """Two open visits of one school to one home within a week of each other."""
    if visit.household_id is None or visit.start_at is None:
        return
    near = (visit.start_at - A_WEEK, visit.start_at + A_WEEK)
    there = Visit.objects.filter(
        household=visit.household_id, school=visit.school_id, state__in=OPEN, start_at__range=near
    ).exclude(pk=visit.pk)
    for other in there.prefetch_related("attendees__staff").order_by("start_at")[:MOST]:
        assert other.start_at is not None
        who = " and ".join(a.short_name for a in other.attendees.all())
        yield Clash(
            "clash_home",
            f"This home is visited on {local(other.start_at):%-d %B} too: {who or 'somebody'} ({other.ref}). "
            "Join that visit, or choose a time in another week.",
            "when",
        )


def _siblings(visit: Visit, now: dt.datetime) -> Iterator[Clash]:
    """Another school of the trust has been at this home lately, or is about to go: its name and nothing else."""
    if visit.household_id is None:
        return
    of_home = Q(household=visit.household_id) | Q(pupils__household=visit.household_id)
    been = Q(state__in=BEEN, start_at__gte=now - LATELY)
    found = Visit.objects.filter(of_home, Q(state__in=OPEN) | been, school__trust=visit.school.trust_id)
    names = found.exclude(school=visit.school_id).order_by("school__name").values_list("school__name")
    for (name,) in names.distinct():
        sentence = f"Ask {name}; they visited or are about to visit this home."
        yield Clash("clash_school", sentence, "", elsewhere=True)
