"""What people do with an alarm: raise it, take it, say what they know, resolve it.

Everything here locks the subject first and then the alarm, as the sweep does.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.db import models, transaction

from homevisits.escalation.ladder import climb, names, or_usual, reopen, send_words, step_of, wall
from homevisits.escalation.models import Alarm, Words
from homevisits.escalation.registry import find_alarm
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drop_for_alarm
from homevisits.people.models import Staff

# For an alarm whose ladder is broken.
USUAL_QUIET = dt.timedelta(minutes=5)
BROKEN = "a safety timer"


class Refused(Exception):
    """It may not happen; `sentence` says why, for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TakenAlready(Refused):
    """Somebody else is dealing with this alarm."""

    def __init__(self, owner: Staff, at: dt.datetime) -> None:
        super().__init__(f"{owner} is dealing with this since {wall(at)}.")
        self.owner, self.at = owner, at


class ResolvedAlready(Refused):
    """Somebody has resolved this alarm."""

    def __init__(self, by: Staff, at: dt.datetime) -> None:
        super().__init__(f"{by} resolved this at {wall(at)}.")
        self.by, self.at = by, at


class WordsNeeded(Refused):
    """A note or a resolution says nothing."""


def open_alarm_now(
    model: type[Alarm],
    subject: models.Model,
    *,
    kind: str,
    now: dt.datetime,
    due_at: dt.datetime | None = None,
    **fields: Any,
) -> Alarm:
    """Open an alarm that no deadline raised, and tell its first rung at once.

    In the caller's transaction, which holds the subject's lock and writes the event that says
    why. Rungs count from `due_at`, or from now.
    """
    alarm = model(
        **{model.SUBJECT: subject},
        kind=kind,
        due_at=due_at or now,
        opened_at=now,
        next_at=now,
        **fields,
    )
    alarm.save(force_insert=True)
    climb(alarm, now=now)
    return alarm


def own(*, alarm: Alarm, by: Staff, now: dt.datetime) -> Alarm:
    """Take an alarm: the first who asks is its owner until they go quiet.

    Raises TakenAlready for the second person, ResolvedAlready, or Refused.
    """
    with locked(alarm) as fresh:
        _may(fresh, by, now)
        if fresh.owner_id == by.pk:
            return fresh
        if fresh.owner is not None:
            raise TakenAlready(fresh.owner, fresh.owned_at or now)
        fresh.state, fresh.owner, fresh.owned_at = fresh.State.OWNED, by, now
        fresh.next_at = now + _quiet_after(fresh)
        fresh.save(update_fields=["state", "owner", "owned_at", "next_at"])
        fresh.note("owned", f"{by} is dealing with this.", by=by, now=now)
        return fresh


def take_over(*, alarm: Alarm, of: Staff, by: Staff, now: dt.datetime) -> Alarm:
    """Take an alarm from its owner, who handed it over: it is never without one. Left alone if they let go of it."""
    with locked(alarm) as fresh:
        _may(fresh, by, now)
        if fresh.owner_id != of.pk:
            return fresh
        fresh.owner, fresh.owned_at, fresh.next_at = by, now, now + _quiet_after(fresh)
        fresh.save(update_fields=["owner", "owned_at", "next_at"])
        fresh.note("owned", f"{by} took this over from {of}.", by=by, now=now)
        return fresh


def let_go(*, alarm: Alarm, by: Staff, now: dt.datetime) -> Alarm:
    """Give an alarm back: it is open again, and climbs on from where it stands."""
    with locked(alarm) as fresh:
        _still_open(fresh)
        if fresh.owner_id != by.pk:
            raise Refused("Only the person who is dealing with this alarm can let go of it.")
        reopen(fresh, by=by, now=now, why=f"{by} has let go of this.")
        return fresh


def note(*, alarm: Alarm, by: Staff, text: str, now: dt.datetime) -> Alarm:
    """Write down what somebody knows or did. From the owner it is a sign that they are at it."""
    with locked(alarm) as fresh:
        _still_open(fresh)
        _refuse(fresh, by, now)
        if not text.strip():
            raise WordsNeeded("Enter what you know or did.")
        fresh.note("noted", text.strip()[:300], by=by, now=now)
        _renew(fresh, by, now)
        return fresh


def renew(*, alarm: Alarm, by: Staff, now: dt.datetime) -> Alarm:
    """The owner did something about the subject elsewhere: they have not gone quiet."""
    with locked(alarm) as fresh:
        _renew(fresh, by, now)
        return fresh


def resolve(*, alarm: Alarm, by: Staff, outcome: str, resolution: str, now: dt.datetime) -> Alarm:
    """End an alarm with its outcome and what was found; stand down everybody who was told.

    The same person again gets the alarm back unchanged. Raises WordsNeeded, ResolvedAlready
    for another person, or Refused.
    """
    with locked(alarm) as fresh:
        if fresh.resolved_by_id == by.pk:
            return fresh
        _may(fresh, by, now)
        if sentence := fresh.resolve_refusal(by, now=now):
            raise Refused(sentence)
        if outcome not in dict(fresh.outcomes):
            raise WordsNeeded("Choose how it turned out.")
        if not resolution.strip():
            raise WordsNeeded("Enter what happened and how you know that everybody is safe.")
        _end(fresh, by=by, outcome=outcome, resolution=resolution.strip()[:500], now=now)
        stand_down(fresh, by=by, now=now)
        fresh.on_resolved(by=by, now=now)
        return fresh


def stand_down(alarm: Alarm, *, by: Staff, now: dt.datetime) -> None:
    """Tell everybody who was told, by the same channels, that it is over; drop what has not gone."""
    told = Notice.objects.filter(alarm=alarm.uuid).exclude(state=Notice.State.DROPPED)
    reached = told.filter(models.Q(state=Notice.State.SENT) | models.Q(attempts__gt=0))
    channels: dict[str, set[Staff]] = {}
    for one in reached.select_related("recipient").order_by():
        channels.setdefault(str(one.channel), set()).add(one.recipient)
    drop_for_alarm(alarm.uuid)
    words = _down_words(alarm, by, now)
    # Nobody is rung to hear that all is well: the page says it.
    channels.setdefault(Notice.Channel.IN_APP, set()).update(channels.pop(Notice.Channel.CALL, ()))
    for channel, people in sorted(channels.items()):
        send_words(alarm, sorted(people, key=lambda p: p.pk), [channel], words, "down", now=now)


def move_on(failed: Notice, now: dt.datetime) -> None:
    """A notice of the rung reached did not get through: the next rung is told at once."""
    alarm = find_alarm(failed.alarm) if failed.alarm else None
    if alarm is None or not alarm.is_open:
        return
    with locked(alarm) as fresh:
        if fresh.state != fresh.State.OPEN or step_of(failed) != fresh.rung:
            return
        if failed.channel == Notice.Channel.PUSH and _is_told_otherwise(failed):
            return
        if not any(rung.number > fresh.rung for rung in fresh.rungs(now=now)):
            return
        way = failed.get_channel_display().lower()
        sentence = f"{names([failed.recipient])} could not be reached by {way}: next step at once."
        fresh.note("not_reached", sentence, by=None, now=now, rung=fresh.rung)
        climb(fresh, now=now, hurry=True)


def _is_told_otherwise(failed: Notice) -> bool:
    """Whether the same words went to the same person by another way: an alert on a phone comes on top of them.

    A phone that was given away must not wake the next people each time.
    """
    mark = failed.key.rpartition(":")[0]
    others = Notice.objects.filter(alarm=failed.alarm, recipient=failed.recipient, key__startswith=f"{mark}:")
    ways = [Notice.Channel.EMAIL, Notice.Channel.TEXT, Notice.Channel.CALL]
    return others.filter(channel__in=ways).exclude(state=Notice.State.FAILED).exists()


@contextmanager
def locked(alarm: Alarm) -> Iterator[Alarm]:
    """A fresh row of the alarm in one transaction, its subject locked before it."""
    table = type(alarm)
    subjects = table._meta.get_field(table.SUBJECT).related_model
    with transaction.atomic():
        subject = subjects._base_manager.select_for_update().get(pk=getattr(alarm, f"{table.SUBJECT}_id"))  # type: ignore[union-attr]
        fresh = table._base_manager.select_for_update().get(pk=alarm.pk)
        setattr(fresh, table.SUBJECT, subject)
        yield fresh


def _may(alarm: Alarm, by: Staff, now: dt.datetime) -> None:
    _still_open(alarm)
    _refuse(alarm, by, now)


def _still_open(alarm: Alarm) -> None:
    if not alarm.is_open and alarm.resolved_by and alarm.resolved_at:
        raise ResolvedAlready(alarm.resolved_by, alarm.resolved_at)


def _refuse(alarm: Alarm, by: Staff, now: dt.datetime) -> None:
    if sentence := alarm.refusal(by, now=now):
        raise Refused(sentence)


def _renew(alarm: Alarm, by: Staff, now: dt.datetime) -> None:
    if alarm.owner_id == by.pk and alarm.is_open:
        alarm.next_at = now + _quiet_after(alarm)
        alarm.save(update_fields=["next_at"])


def _quiet_after(alarm: Alarm) -> dt.timedelta:
    """How long its owner may stay silent, also where the policy that says so cannot be read."""
    return or_usual(alarm.quiet_after, USUAL_QUIET)


def _end(alarm: Alarm, *, by: Staff, outcome: str, resolution: str, now: dt.datetime) -> None:
    alarm.state, alarm.next_at = alarm.State.RESOLVED, None
    alarm.resolved_at, alarm.resolved_by = now, by
    alarm.outcome, alarm.resolution = outcome, resolution
    alarm.save(update_fields=["state", "next_at", "resolved_at", "resolved_by", "outcome", "resolution"])
    sentence = f"Resolved: {alarm.get_outcome_display()}. {resolution}"
    alarm.note("resolved", sentence[:300], by=by, now=now, outcome=outcome)


def _down_words(alarm: Alarm, by: Staff, now: dt.datetime) -> Words:
    """The last rung's words, made into an all-clear. What was found stays on the page."""
    subject = or_usual(lambda: _said_last(alarm, now), alarm.marked(BROKEN))
    body = f"{by} resolved this at {wall(now)}: {alarm.get_outcome_display()}. You need do nothing more."
    said = Words(subject=f"Over: {subject}", body=body, path=alarm.get_absolute_url())
    return replace(said, subject=said.subject[:120])


def _said_last(alarm: Alarm, now: dt.datetime) -> str:
    """What the last notice of its ladder was about."""
    rungs = alarm.rungs(now=now)
    rung = next((r for r in rungs if r.number == alarm.rung), rungs[0] if rungs else None)
    return alarm.words(rung, now=now).subject if rung else alarm.marked(BROKEN)
