"""What a restored backup needs: it knows nothing of what happened since, and what it sends may have been sent."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from homevisits.clock import app_now, local
from homevisits.escalation.models import Heartbeat
from homevisits.escalation.sweep import sweep
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName

WHO = (RoleName.OFFICE, RoleName.HEADTEACHER, RoleName.CEO, RoleName.TRUST_ADMIN)
WAYS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)


@dataclass(frozen=True)
class Restored:
    """What was made up for. `copied_at` is when the copy was last watched."""

    copied_at: dt.datetime
    fired: int
    marked: int
    told: int


def after_restore() -> Restored | None:
    """Sweep, mark everything that waits as a possible repeat, and tell every office and head.

    None for a database in which no timer ever ran. Run before the processes start: what they send
    first must carry its mark.
    """
    copied_at = Heartbeat.objects.aggregate(at=Max("beat_at"))["at"]
    if copied_at is None:
        return None
    swept = sweep("restored")
    with transaction.atomic():
        marked = Notice.objects.waiting().update(may_have_gone=True)
        told = _tell(copied_at, app_now())
    return Restored(copied_at, swept.fired, marked, told)


def _tell(copied_at: dt.datetime, now: dt.datetime) -> int:
    """Everybody who answers for people who are out: what is missing, and what to do."""
    people = list(Staff.objects.active().filter(roles__role__in=WHO).distinct().order_by("pk"))
    body = (
        f"Home Visits was put back to {local(copied_at):%H:%M on %d %B}. What was recorded after that is missing. "
        "Ring everybody who is out or was out today, and record it again."
    )
    queue_all(
        drafted(
            key=f"restored:{now.timestamp():.0f}:{person.pk}:{way}",
            recipient=person,
            channel=way,
            subject="Home Visits was put back to an earlier time: ring everybody who is out",
            body=body,
            path="/board/",
            now=now,
            urgent=True,
        )
        for person in people
        for way in WAYS
    )
    return len(people)
