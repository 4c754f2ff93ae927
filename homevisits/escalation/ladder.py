"""How an alarm climbs its ladder: who is told at which rung, and when the engine looks again."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from django.db import OperationalError, transaction

from homevisits.batches import later
from homevisits.clock import local
from homevisits.escalation import calls
from homevisits.escalation.models import Alarm, Rung, Words
from homevisits.notices.channels.text import NO_ACCOUNT
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import Reach, reach
from homevisits.people.models import Staff

MINUTE = dt.timedelta(minutes=1)
NAMED = 4
LONGEST = 300
# The last rung tells by these too, whatever its policy names: in the product needs no provider.
LAST_WAYS = (Notice.Channel.IN_APP, Notice.Channel.EMAIL)
GAPS: dict[str, str] = {
    Notice.Channel.EMAIL: "No e-mail",
    Notice.Channel.TEXT: "No text",
    Notice.Channel.PUSH: "No push",
    Notice.Channel.CALL: "No call",
}
# Reasons that are nobody's in particular.
ABOUT_ALL = {NO_ACCOUNT, calls.NOBODY}

logger = logging.getLogger(__name__)


class EmptyLadder(Exception):
    """An alarm has no rungs at all, so nobody would ever hear of it."""


def climb(alarm: Alarm, *, now: dt.datetime, hurry: bool = False) -> int:
    """Tell every rung that is due, once and in order. Says how many were told.

    The alarm is a locked, open row. Rungs count from its first due time, however late the engine
    is; a rung that nobody can answer is skipped and the next one told at once; the last repeats
    until a person resolves the alarm. `hurry` tells the next rung before its time.
    """
    ladder = alarm.rungs(now=now)
    if not ladder:
        raise EmptyLadder(str(alarm.uuid))
    higher = [rung for rung in ladder if rung.number > alarm.rung]
    told = _up(alarm, higher, now=now, hurry=hurry) if higher else _again(alarm, ladder[-1], now=now)
    later(type(alarm).keep_climbed, [alarm])
    return told


def _up(alarm: Alarm, higher: Sequence[Rung], *, now: dt.datetime, hurry: bool) -> int:
    """Tell the rungs above that are due; past the last one, its first repeat is next."""
    told = 0
    for rung in higher:
        due_at = alarm.due_at + rung.after
        if due_at > now and not hurry:
            alarm.next_at = due_at
            return told
        was_told = tell(alarm, rung, f"{rung.number}:0", due_at=due_at, now=now)
        told, hurry = told + was_told, not was_told
        alarm.rung, alarm.round = rung.number, 0
        alarm.next_at = _next(min(due_at, now), _every(alarm), now)
    return told


def _again(alarm: Alarm, last: Rung, *, now: dt.datetime) -> int:
    """Tell the last rung once more if its time has come; missed repeats are not made up for."""
    due_at = alarm.next_at or now
    if due_at > now:
        return 0
    alarm.round += 1
    alarm.next_at = _next(due_at, _every(alarm), now)
    return int(tell(alarm, last, f"{last.number}:{alarm.round}", due_at=due_at, now=now))


def _every(alarm: Alarm) -> dt.timedelta:
    """How often the last rung repeats: no setting turns that off."""
    return max(alarm.repeat_every(), MINUTE)


def _next(start: dt.datetime, every: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """The first time after now on the grid that begins at start."""
    return start + ((now - start) // every + 1) * every


def tell(alarm: Alarm, rung: Rung, mark: str, *, due_at: dt.datetime, now: dt.datetime) -> bool:
    """Queue a rung's notices and write it down; False when nobody can answer at this rung."""
    if not rung.people:
        _complain(alarm, rung)
        sentence = f"Nobody can answer at step {rung.number}, {rung.label}: skipped."
        alarm.note("rung_skipped", sentence, by=None, now=now, rung=rung.number)
        return False
    words = _said_late(alarm.words(rung, now=now), now - due_at)
    told = send_words(alarm, rung.people, ways(rung), words, mark, now=now)
    if not told.pairs:
        _complain(alarm, rung)
        sentence = f"Nobody could be told at step {rung.number}, {rung.label}: skipped. {gaps(told)}"
        alarm.note("rung_skipped", sentence[:LONGEST], by=None, now=now, rung=rung.number)
        return False
    sentence = f"Step {rung.number}, {rung.label}: told {names(rung.people)}. {gaps(told)}".strip()
    people = [p.pk for p in rung.people]
    alarm.note("rung_told", sentence[:LONGEST], by=None, now=now, rung=rung.number, people=people)
    return True


def ways(rung: Rung) -> tuple[str, ...]:
    """How a rung tells; the last one always in the product too, so that no choice of ways ends a ladder in silence."""
    return tuple(dict.fromkeys([*rung.channels, *(LAST_WAYS if rung.is_last else ())]))


def _complain(alarm: Alarm, rung: Rung) -> None:
    """With nobody at all left to tell, whoever runs the system reads it."""
    if rung.is_last:
        logger.critical("nobody could be told at the last step of alarm %s", alarm.uuid)


def gaps(told: Reach) -> str:
    """Who is not reached by a way of the step, and why, in sentences; "" when all are."""
    return " ".join(
        f"{GAPS[channel]}: {reason}."
        if reason in ABOUT_ALL
        else f"{GAPS[channel]} to {names(people)}: {reason}."
        for channel, reasons in told.missing.items()
        for reason, people in reasons.items()
    )


def _said_late(words: Words, late: dt.timedelta) -> Words:
    if late < MINUTE:
        return words
    minutes = late // MINUTE
    plural = "minute" if minutes == 1 else "minutes"
    return replace(words, body=f"{words.body}\n\nThis notice is {minutes} {plural} late.")


def send_words(
    alarm: Alarm,
    people: Iterable[Staff],
    channels: Iterable[str],
    words: Words,
    mark: str,
    *,
    now: dt.datetime,
) -> Reach:
    """Queue urgent notices about an alarm; `mark` makes their keys: "step:round", "down", "step:open:...".

    Gives back who is told how, and who is not reached by one of the channels: nothing is queued
    that cannot go.
    """
    hidden_from = alarm.kept_from()
    seen = [person for person in people if person.pk not in hidden_from]
    told = reach(seen, channels, silent=alarm.kept_numbers())
    callers = calls.shared_out(alarm, told, now=now)
    school = getattr(getattr(alarm, alarm.SUBJECT), "school_id", None)
    queue_all(
        drafted(
            key=f"{alarm.uuid}:{mark}:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=words.subject,
            body=words.body,
            path=words.path,
            now=now,
            urgent=True,
            alarm=alarm.uuid,
            school=school,
            private=alarm.is_private,
            caller=callers.get(person.pk) if channel == Notice.Channel.CALL else None,
        )
        for person, channel in told.pairs
    )
    return told


def step_of(notice: Notice) -> int | None:
    """The number of the rung that a notice belongs to; None for one that belongs to none."""
    step = notice.key.removeprefix(f"{notice.alarm}:").partition(":")[0]
    return int(step) if step.isdigit() else None


def reopen(alarm: Alarm, *, by: Staff | None, now: dt.datetime, why: str) -> int:
    """Take the alarm from its owner, tell those who know of it, and climb on. Says how many rungs.

    `why` is a sentence: "M. Reid took this at 10:42 and has been quiet since.". Where only the last
    owner would hear it, the next rung is told at once. With a broken ladder the next sweep makes it a fault.
    """
    last = alarm.owner_id
    alarm.state, alarm.owner, alarm.owned_at = alarm.State.OPEN, None, None
    alarm.next_at = now
    alarm.save(update_fields=["state", "owner", "owned_at", "next_at"])
    alarm.note("reopened", why, by=by, now=now)
    ladder = or_usual(lambda: alarm.rungs(now=now), list[Rung]())
    if not ladder:
        return 0
    told: set[int] = set()
    for rung in [r for r in ladder if r.number == alarm.rung and r.people]:
        words = alarm.words(rung, now=now)
        again = replace(words, subject=f"Open again: {words.subject}", body=f"{why}\n\n{words.body}")
        mark = f"{rung.number}:open:{now.timestamp():.0f}"
        told |= {p.pk for p, _ in send_words(alarm, rung.people, ways(rung), again, mark, now=now).pairs}
    alarm.next_at = now + _every(alarm)
    return climb(alarm, now=now, hurry=not told - {last})


def or_usual[T](hook: Callable[[], T], usual: T) -> T:
    """What a hook gives, or what is usual where it breaks: what broke a ladder must keep nobody from answering."""
    try:
        with transaction.atomic():
            return hook()
    except OperationalError:
        raise  # busy or cut off: nothing is broken
    except Exception:
        logger.exception("a hook of an alarm is broken")
        return usual


def tell_owner(alarm: Alarm, why: str, *, now: dt.datetime) -> None:
    """Something came again: whoever is dealing with the alarm hears `why`, in the product and by every way of its step.

    One that nobody has taken climbs on by itself.
    """
    if alarm.owner is None:
        return
    ladder = alarm.rungs(now=now)
    if not ladder:
        raise EmptyLadder(str(alarm.uuid))
    rung = next((r for r in ladder if r.number == alarm.rung), ladder[-1])
    words = alarm.words(rung, now=now)
    again = replace(words, subject=f"Again: {words.subject}", body=f"{why}\n\n{words.body}")
    by = tuple(dict.fromkeys([*rung.channels, *LAST_WAYS]))
    send_words(alarm, [alarm.owner], by, again, f"again:{now.timestamp():.6f}", now=now)


def names(people: Sequence[Staff]) -> str:
    """People in words, for a line of the story: "M. Reid, J. Ali and 3 others"."""
    listed = [person.short_name for person in people[:NAMED]]
    rest = len(people) - len(listed)
    if rest:
        return f"{', '.join(listed)} and {rest} other{'s' if rest > 1 else ''}"
    return " and ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))


def wall(at: dt.datetime) -> str:
    """The time of day at school, for a sentence."""
    return f"{local(at):%H:%M}"
