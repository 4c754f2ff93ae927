"""What becomes of a row that cannot be processed: an alarm, told at once, by the least code there is."""

import datetime as dt
import logging
from typing import Any

from django.db import models, transaction
from django.db.models import F

from homevisits.clock import AppNow, app_now
from homevisits.escalation.deadlines import own_columns
from homevisits.escalation.firing import CHANNELS
from homevisits.escalation.ladder import send_words
from homevisits.escalation.models import Alarm, Deadline, Words
from homevisits.escalation.registry import Watch
from homevisits.people.models import Staff
from homevisits.trusts.roles import LEADERS, RoleName

KIND = "fault"
AGAIN_AFTER = dt.timedelta(minutes=5)

logger = logging.getLogger(__name__)


def raise_fault(watch: Watch, row: Deadline | Alarm) -> bool:
    """Turn a row that cannot be processed into an alarm, or repeat it if it is one; tell people.

    Asks none of the hooks that may be what is broken. False when the row is somebody else's now.
    """
    table = watch.deadlines if isinstance(row, Deadline) else watch.alarms
    with transaction.atomic():
        subjects = watch.subject._base_manager.filter(pk=getattr(row, f"{table.SUBJECT}_id"))
        subject = subjects.select_for_update(skip_locked=True, no_key=True).first()
        if subject is None:
            return False
        fresh = due(table).filter(pk=row.pk).select_for_update().first()
        if fresh is None:
            return False
        now = app_now()
        alarm = _from_deadline(watch, fresh, now) if isinstance(fresh, Deadline) else _again(fresh, now)
        setattr(alarm, alarm.SUBJECT, subject)
        _tell(watch, alarm, subject, fresh, now)
    return True


def due(table: type[Deadline] | type[Alarm]) -> "models.QuerySet[Any]":
    """The rows of a table that the engine must look at now."""
    rows = table._base_manager.all()
    if issubclass(table, Deadline):
        return rows.filter(state=Deadline.State.LIVE, next_at__lte=AppNow())
    mine = models.Q(next_at__lte=AppNow()) | models.Q(next_at=None)
    return rows.exclude(state=Alarm.State.RESOLVED).filter(mine)


def _from_deadline(watch: Watch, deadline: Deadline, now: dt.datetime) -> Alarm:
    """The alarm that stands in for a deadline's own; the deadline is over."""
    alarms = watch.alarms
    shared = {name: getattr(deadline, name) for name in own_columns(alarms) if hasattr(deadline, name)}
    alarm = alarms(
        kind=KIND,
        due_at=deadline.due_at,
        opened_at=now,
        next_at=now + AGAIN_AFTER,
        **{f"{alarms.SUBJECT}_id": getattr(deadline, f"{alarms.SUBJECT}_id"), **shared},
    )
    if "deadline_id" in own_columns(alarms):
        alarm.deadline = deadline  # type: ignore[attr-defined]
    alarm.save(force_insert=True)
    watch.deadlines._base_manager.filter(pk=deadline.pk).update(state=Deadline.State.FIRED, settled_at=now)
    return alarm


def _again(alarm: Alarm, now: dt.datetime) -> Alarm:
    """An alarm that cannot climb is open, and told again every few minutes."""
    changes = {"state": Alarm.State.OPEN, "owner": None, "owned_at": None, "next_at": now + AGAIN_AFTER}
    type(alarm)._base_manager.filter(pk=alarm.pk).update(round=F("round") + 1, **changes)
    alarm.round += 1
    return alarm


def _tell(watch: Watch, alarm: Alarm, subject: models.Model, row: Deadline | Alarm, now: dt.datetime) -> None:
    """Tell the last resort. That nobody could be told must not undo the alarm."""
    try:
        with transaction.atomic():
            people = last_resort(watch, subject)
            send_words(alarm, people, CHANNELS, _words(alarm, row), f"fault:{alarm.round}", now=now)
    except Exception:
        logger.critical("nobody could be told of fault %s", alarm.uuid, exc_info=True)


def _words(alarm: Alarm, row: Deadline | Alarm) -> Words:
    """What is at stake, and what to do about it; nothing that would have to be worked out."""
    if isinstance(row, Deadline) and not row.is_safety:
        subject = "A reminder could not be processed"
        body = "Open it, see what was due, and do it. "
    elif alarm.MARK:
        subject = "a timer could not be processed"
        body = "Nobody is out because of it. "
    else:
        subject = "A safety timer could not be processed"
        body = "Somebody may be out and not watched. Look at the board now and ring everybody who is out. "
    body += "Then tell whoever runs this system: the cause is in its log."
    return Words(subject=alarm.marked(subject), body=body, path=alarm.get_absolute_url())


def last_resort(watch: Watch, subject: Any) -> list[Staff]:
    """Who is told when the ladder itself is broken: as registered, else the school's office and leaders."""
    if watch.last_resort:
        return list(watch.last_resort(subject))
    return list(Staff.objects.holding([RoleName.OFFICE, *LEADERS], subject.school))
