"""What the tests of alarms ask: whom one has told, what the engine does after some minutes, what is live."""

import datetime as dt

from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from tests.cast import Cast
from tests.factories import visits as make
from visits import transitions
from visits.models import Visit, VisitAlarm, VisitDeadline


def told(visit: Visit, *, kind: str | None = None) -> set[str]:
    """Who has been told by an alarm, by part of the cast."""
    found = VisitAlarm.objects.filter(visit=visit, **({"kind": kind} if kind else {}))
    keys = found.values_list("uuid", flat=True)
    names = Notice.objects.filter(alarm__in=keys).values_list("recipient__last_name", flat=True)
    return {name.lower() for name in names}


def swept(clock, minutes: float) -> dt.datetime:
    """The engine's look after some minutes."""
    then = clock.advance(minutes=minutes)
    sweep("test")
    return then


def due_again(cast: Cast, clock) -> VisitAlarm:
    """The alarm of a late party who then got twenty minutes more: it is open, and the return comes again."""
    visit = make.out(cast, now=clock.now)
    clock.set(visit.return_due_at)
    sweep("test")
    more = {"minutes": 20, "reason": "They rang, the car will not start"}
    transitions.extend(visit=visit, by=cast.office, now=clock.now, **more)
    return VisitAlarm.objects.get(visit=visit, kind="overdue")


def live(visit: Visit) -> set[str]:
    return set(VisitDeadline.objects.filter(visit=visit, state="live").values_list("kind", flat=True))
