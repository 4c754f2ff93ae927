"""The open alarms at the top of the board: what, since when, who is at it, and what comes next."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import TypedDict

from homevisits.clock import local
from homevisits.people.models import Staff
from homevisits.trusts.choices import Ladder
from visits import climbing, reported
from visits.board.scope import Viewer
from visits.models import Visit, VisitAlarm
from visits.story import Moment, VisitEvent
from visits.together import seated

RANG = {Moment.Kind.NO_ANSWER, Moment.Kind.FINE, Moment.Kind.HELP}
TOLD = ["rung_told", "rung_skipped", "noted"]


class Banner(TypedDict):
    """One open alarm, as the board says it."""

    uuid: str
    ref: str
    step: int
    title: str
    text: str
    silent: bool
    owned: bool
    mine: bool
    may_take: bool
    next_text: str
    next_at: dt.datetime | None
    lines: list[str]
    url: str


def open_alarms(visits: Collection[int], staff: Staff) -> list[VisitAlarm]:
    """The open alarms about some visits that a person may know of, the oldest first, with all that a banner needs."""
    found = list(
        VisitAlarm.objects.unresolved()
        .shown_to(staff)
        .filter(visit__in=visits)
        .select_related("visit__school", "visit__policy", "owner", "attendee__staff", "deadline")
        .prefetch_related(
            "visit__policy__laddersteps", "attendee__staff__roles", "visit__moments__attendee__staff"
        )
        .order_by("opened_at", "pk")
    )
    seated([alarm.visit for alarm in found])
    return found


def told(alarms: Sequence[VisitAlarm]) -> dict[str, str]:
    """The last thing that the ladder did or somebody noted, by alarm."""
    events = VisitEvent.objects.filter(visit__in={a.visit_id for a in alarms}, kind__in=TOLD)
    rows = events.order_by("number").values_list("detail__alarm", "sentence") if alarms else []
    return dict(rows)


def banners(
    alarms: Iterable[VisitAlarm], last: dict[str, str], viewer: Viewer, calls: dict[str, list[str]]
) -> list[Banner]:
    """What the board says of each open alarm; `calls` has who is asked to ring whom, by alarm."""
    return [
        banner(alarm, last.get(str(alarm.uuid), ""), viewer, calls.get(str(alarm.uuid), []))
        for alarm in alarms
    ]


def banner(alarm: VisitAlarm, last: str, viewer: Viewer, calls: list[str]) -> Banner:
    visit = alarm.visit
    part = viewer.part(school_id=visit.school_id, party=[a.staff_id for a in visit.party], callers=())
    next_text, next_at = coming(alarm)
    return Banner(
        uuid=str(alarm.uuid),
        ref=visit.ref,
        step=alarm.rung,
        title=climbing.SENTENCES[alarm.kind].format(about=alarm.about).rstrip("?.")
        + ("?" if alarm.kind == "possibly_out" else "."),
        text=_since(alarm),
        silent=alarm.is_silent,
        owned=alarm.owner_id is not None,
        mine=alarm.owner_id == viewer.staff_id,
        may_take=part in {"office", "leader"},
        next_text=next_text,
        next_at=next_at,
        lines=[*(_doubts(alarm) if alarm.is_silent else _lines(visit)), *calls, *([last] if last else [])],
        url=alarm.get_absolute_url(),
    )


def _since(alarm: VisitAlarm) -> str:
    planned = alarm.visit.return_at if alarm.kind == VisitAlarm.Kind.OVERDUE else alarm.due_at
    due = f"Due {local(planned or alarm.due_at):%H:%M}, alarm since {local(alarm.opened_at):%H:%M}."
    if alarm.is_silent:
        due = f"Since {local(alarm.opened_at):%H:%M}."
    if alarm.kind == VisitAlarm.Kind.HELP:
        due = f"Asked at {local(alarm.opened_at):%H:%M}."
    if alarm.kind in reported.KINDS:
        due = f"Said at {local(alarm.opened_at):%H:%M}."
    if alarm.owner and alarm.owned_at:
        return f"{due} {alarm.owner.short_name} is dealing with this since {local(alarm.owned_at):%H:%M}."
    return f"{due} Nobody has taken this yet."


def coming(alarm: VisitAlarm) -> tuple[str, dt.datetime | None]:
    """What happens next if nobody does anything, and when: the next rung, a repeat, or open again."""
    if alarm.owner:
        return f"Open again unless {alarm.owner.short_name} is heard of in", alarm.next_at
    steps = [step for step in climbing.policy_of(alarm).laddersteps.all() if step.ladder == Ladder.SAFETY]
    higher = steps[alarm.rung :]
    if higher:
        return f"Next: {climbing.label(higher[0], alarm)} told in", alarm.next_at
    return "Everybody is told again in", alarm.next_at


def _doubts(alarm: VisitAlarm) -> list[str]:
    """Under a silent alarm nothing that the party says is believed, coming back least of all."""
    back = [(a.short_name, a.back_at or a.claimed_back_at) for a in alarm.visit.party]
    said = [f"{name} said back at {local(at):%H:%M}: do not believe it." for name, at in back if at]
    return ["Open the alarm before anybody rings.", *said]


def _lines(visit: Visit) -> list[str]:
    """The last call, and who says they are back: for whoever takes the alarm."""
    moments = [said for said in visit.moments.all() if said.kind in RANG and not said.is_feigned]
    lines = []
    if moments:
        last = max(moments, key=lambda moment: moment.recorded_at)
        who = f" ({last.attendee.short_name})" if last.attendee else ""
        words = {"no_answer": "Rang, no answer", "fine": "Last heard of as fine", "help": "Asked for help"}[
            last.kind
        ]
        lines.append(f"{words}{who} at {local(last.recorded_at):%H:%M}.")
    claims = [a.short_name for a in visit.party if a.claimed_back_at and not a.back_at]
    return lines + [f"{name} says they are back: somebody has to make sure." for name in claims]
