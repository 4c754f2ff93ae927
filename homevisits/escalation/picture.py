"""What an alarm's page shows of its ladder: who was told when, whether it arrived, and what comes next."""

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from homevisits.escalation.ladder import step_of
from homevisits.escalation.models import Alarm, Rung
from homevisits.notices.models import Notice
from homevisits.notices.pills import pill

logger = logging.getLogger(__name__)


@dataclass
class Told:
    """One person at one step: when, and each channel's state as (kind, icon, words)."""

    name: str
    at: dt.datetime
    ways: list[tuple[str, str, str]] = field(default_factory=list)
    read_at: dt.datetime | None = None


@dataclass
class Step:
    """One rung as the page draws it; `state` is told, skipped, next or later."""

    number: int
    label: str
    due_at: dt.datetime
    state: str
    people: list[str]
    told: list[Told]
    is_last: bool


@dataclass
class Picture:
    """Everything the page says about an alarm that its subject does not."""

    title: str
    text: str
    steps: list[Step]
    next_text: str
    next_at: dt.datetime | None


def picture(alarm: Alarm, now: dt.datetime) -> Picture:
    """The alarm as it stands. A ladder that cannot be worked out leaves a page that says so."""
    try:
        ladder = alarm.rungs(now=now)
        reached = next((r for r in reversed(ladder) if r.number <= max(alarm.rung, 1)), None)
        words = alarm.words(reached, now=now) if reached else None
    except Exception:
        logger.exception("the ladder of alarm %s cannot be shown", alarm.uuid)
        ladder, words = [], None
    return Picture(
        title=words.subject if words else alarm.marked("A safety timer could not be processed"),
        text=words.body if words else _without_steps(alarm),
        steps=list(_steps(alarm, ladder)),
        next_text=_next(alarm, ladder),
        next_at=alarm.next_at if alarm.is_open else None,
    )


def _without_steps(alarm: Alarm) -> str:
    if alarm.MARK:
        return "Its steps cannot be shown. Tell whoever runs this system."
    return "Its steps cannot be shown. Ring everybody who is out, and the head."


def _steps(alarm: Alarm, ladder: list[Rung]) -> Iterable[Step]:
    told = _told(alarm)
    upcoming = next((r.number for r in ladder if r.number > alarm.rung), None)
    for rung in ladder:
        yield Step(
            number=rung.number,
            label=rung.label,
            due_at=alarm.due_at + rung.after,
            state=_state(alarm, rung, upcoming, rung.number in told),
            people=[person.short_name for person in rung.people],
            told=list(told.get(rung.number, {}).values()),
            is_last=rung.is_last,
        )


def _state(alarm: Alarm, rung: Rung, upcoming: int | None, was_told: bool) -> str:
    if rung.number <= alarm.rung:
        return "told" if was_told else "skipped"
    return "next" if rung.number == upcoming and alarm.state == alarm.State.OPEN else "later"


def _told(alarm: Alarm) -> dict[int, dict[int, Told]]:
    """By step and person, from the notices; a repeat takes the place of the one before."""
    steps: dict[int, dict[int, Told]] = {}
    notices = Notice.objects.filter(alarm=alarm.uuid).select_related("recipient").order_by("created_at", "id")
    for notice in notices:
        if (number := step_of(notice)) is None:
            continue
        people = steps.setdefault(number, {})
        told = people.get(notice.recipient_id)
        if told is None or told.at != notice.created_at:
            told = people[notice.recipient_id] = Told(str(notice.recipient), notice.created_at)
        kind, icon, words = pill(notice)
        told.ways.append((kind, icon, f"{notice.get_channel_display()}: {words}"))
        told.read_at = told.read_at or notice.read_at
    return steps


def _next(alarm: Alarm, ladder: list[Rung]) -> str:
    """What the countdown counts down to."""
    if alarm.state == alarm.State.OWNED:
        return f"Open again if {alarm.owner} is quiet until"
    if not alarm.is_open:
        return ""
    upcoming = next((r for r in ladder if r.number > alarm.rung), None)
    return (
        f"Next: step {upcoming.number}, {upcoming.label}, told in" if upcoming else "Everybody told again in"
    )
