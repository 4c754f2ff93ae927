"""What happens when a deadline's time has come: a prompt, an alarm, or a reminder."""

import datetime as dt
from collections.abc import Iterable

from homevisits.batches import later
from homevisits.escalation.ladder import climb, tell_owner
from homevisits.escalation.models import Alarm, Deadline, Words
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.people.models import Staff

CHANNELS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)


def pass_time(deadline: Deadline, *, now: dt.datetime) -> Alarm | None:
    """Move a locked, live deadline on. Gives back the alarm if one was opened.

    Runs in the transaction that holds the subject's lock, with the subject set on the row.
    """
    if now < deadline.due_at:
        prompt(deadline, now=now)
    elif deadline.is_safety:
        return fire(deadline, now=now)
    else:
        remind(deadline, now=now)
    return None


def prompt(deadline: Deadline, *, now: dt.datetime) -> None:
    """Tell those who should act before it is due; the due time is next."""
    _tell(deadline, deadline.prompt(now=now), now=now)
    deadline.next_at = deadline.due_at
    deadline.save(update_fields=["next_at"])


def fire(deadline: Deadline, *, now: dt.datetime) -> Alarm:
    """Mark it fired, open its alarm and climb the rungs that are due."""
    deadline.state, deadline.settled_at = deadline.State.FIRED, now
    later(type(deadline).keep_fired, [deadline])
    deadline.note_fired(now=now)
    alarm = deadline.open_alarm(now=now)
    if alarm.state == alarm.State.OPEN:
        climb(alarm, now=now)
    else:
        tell_owner(alarm, deadline.again, now=now)
    return alarm


def remind(deadline: Deadline, *, now: dt.datetime) -> None:
    """Nudge once for all nudges that are due; after the last one the reminder has fired."""
    if deadline.next_at <= deadline.due_at:
        deadline.note_fired(now=now)
    if deadline.nudges_left:
        _tell(deadline, deadline.nudge(now=now), now=now)
    gap = dt.timedelta(minutes=deadline.nudge_minutes)
    due = 1 + (now - deadline.next_at) // gap if gap else deadline.nudges_left
    deadline.nudges_left = max(deadline.nudges_left - due, 0)
    if deadline.nudges_left:
        deadline.next_at += due * gap
        deadline.save(update_fields=["next_at", "nudges_left"])
    else:
        _end(deadline, now=now)


def _end(deadline: Deadline, *, now: dt.datetime) -> None:
    deadline.state, deadline.settled_at = deadline.State.FIRED, now
    deadline.save(update_fields=["state", "settled_at", "nudges_left"])


def _tell(deadline: Deadline, people: Iterable[tuple[Staff, Words]], *, now: dt.datetime) -> None:
    """Queue the words for each person by each way that reaches them: nothing that could only fail.

    The time makes the key, so that a re-timed row tells again.
    """
    said = list(people)
    reached = set(reach([person for person, _ in said], deadline.channels).pairs)
    at = f"{deadline._meta.label_lower}:{deadline.pk}:{deadline.next_at.timestamp():.0f}"
    school = getattr(getattr(deadline, deadline.SUBJECT), "school_id", None)
    private = deadline.is_private
    queue_all(
        drafted(
            key=f"{at}:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=words.subject,
            body=words.body,
            path=words.path,
            now=now,
            urgent=deadline.is_urgent,
            school=school,
            private=private,
        )
        for person, words in said
        for channel in deadline.channels
        if (person, channel) in reached
    )
