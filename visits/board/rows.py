"""The rows of the board: a pure function from facts and the time to what each row says."""

import datetime as dt
from collections.abc import Iterable
from typing import TypedDict

from homevisits.clock import local
from homevisits.look.times import when_text
from homevisits.people.phones import written
from homevisits.trusts.roles import RoleName
from visits.board.acts import Act, act
from visits.board.counting import Counted, counted
from visits.board.facts import Facts, Goes, going_home
from visits.board.scope import Viewer
from visits.board.track import Stop, stops
from visits.numbers import holds_one, readers
from visits.states import State

SOON = dt.timedelta(minutes=15)
OK, DUE_SOON, LATE, ALARM = "ok", "due-soon", "late", "alarm"
ORDER = {ALARM: 0, LATE: 1, DUE_SOON: 2, OK: 3}
TRAVEL = {
    "drives": ("car", "Drives"),
    "passenger": ("car", "Passenger"),
    "walks": ("footprints", "On foot"),
    "public": ("bus", "Public transport"),
}
# What an alarm is called on its pill: a word, and an icon beside it.
ALARM_WORDS = {
    "overdue": ("siren", "Late"),
    "possibly_out": ("circle-question-mark", "Left, or not?"),
    "missed_check_in": ("phone-missed", "No check-in"),
    "wait_over": ("door-closed", "Waited too long"),
    "unheard": ("house", "No word"),
    "help": ("siren", "Asks for help"),
    "left_unsafe": ("octagon-alert", "Left for safety"),
    "child_alone": ("baby", "Child alone"),
    "duress": ("siren", "Silent alarm"),
    "fault": ("siren", "Timer fault"),
}
PILLS = {
    LATE: ("late", "siren", "Late"),
    DUE_SOON: ("soon", "clock-alert", "Due soon"),
    OK: ("ok", "circle-check", "On time"),
}


class Person(TypedDict):
    """One name in a row, with what to know about that person."""

    name: str
    note: str


class Row(TypedDict):
    """What one row says."""

    ref: str
    status: str
    due: dt.datetime
    alarm_at: dt.datetime | None
    pill: tuple[str, str, str]
    what: str
    since: str
    people: list[Person]
    alone: bool
    phone: str
    phone_shown: str
    travel: tuple[str, str]
    where: str
    about: str
    school: str
    stops: list[Stop]
    act: Act


class Stat(TypedDict, total=False):
    """One number over the rows."""

    value: str | int
    label: str
    kind: str
    end: bool


def rows(visits: Iterable[Facts], viewer: Viewer, now: dt.datetime) -> list[Row]:
    """The board's rows, the most urgent first."""
    made = [row(facts, viewer, now) for facts in visits if is_in_sight(facts)]
    return sorted(made, key=lambda one: (ORDER[one["status"]], one["due"], one["ref"]))


def is_in_sight(facts: Facts) -> bool:
    """Whether a visit has a row: logged, out, somebody going straight home, or under a silent alarm."""
    is_watched = facts.state in (State.LOGGED, State.IN_PROGRESS) or bool(going_home(facts))
    return is_watched or any(alarm.kind == "duress" for alarm in facts.alarms)


def row(facts: Facts, viewer: Viewer, now: dt.datetime) -> Row:
    count = counted(facts)
    status = status_of(count, now)
    who = whom_to_ring(facts, count)
    phone = who.phone if who and reads_number(facts, who, viewer) else ""
    return Row(
        ref=facts.ref,
        status=status,
        due=count.at,
        alarm_at=count.alarm_at if status == LATE else None,
        pill=_pill(facts, count, status),
        what=count.what,
        since=_since(facts, now),
        people=[Person(name=goes.name, note=_note(facts, goes)) for goes in facts.party],
        alone=len(facts.party) == 1,
        phone=phone,
        phone_shown=written(phone) if phone else "",
        travel=_travel(facts, who),
        where=_where(facts),
        about=about(facts),
        school=facts.school,
        stops=stops(facts, count, late=status in (LATE, ALARM)),
        act=act(facts, count, status, who, viewer, now),
    )


def reads_number(facts: Facts, who: Goes, viewer: Viewer) -> bool:
    """Whether this person sees the number: those who go, who ring, and whom the policy names (TC-160, TC-161)."""
    part = viewer.part(
        school_id=facts.school_id, party=[goes.staff_id for goes in facts.party], callers=facts.callers
    )
    roles = readers(facts.readers, facts.readers_ewo, is_ewo=who.part == "EWO")
    if part in {"party", "caller"} or holds_one(viewer.held, roles, facts.school_id):
        return True
    return part == "office" and RoleName.OFFICE in roles


def status_of(count: Counted, now: dt.datetime) -> str:
    """Where a visit stands: worked out from the clock at each reading, so right even if the timers are dead."""
    if count.alarm:
        return ALARM
    if count.at < now:
        return LATE
    return DUE_SOON if count.at - now <= SOON else OK


def whom_to_ring(facts: Facts, count: Counted) -> Goes | None:
    """The person the timer is about; else the lead, else somebody with a telephone, of those still out."""
    still_out = [goes for goes in facts.party if not goes.is_back]
    home = going_home(facts)
    about_one = [
        goes
        for goes in facts.party
        if goes.pk == count.attendee_id and (goes in still_out or goes.pk in home)
    ]
    reachable = sorted(still_out, key=lambda goes: (not goes.phone, not goes.is_lead, goes.pk))
    return next(iter([*about_one, *reachable]), None)


def _pill(facts: Facts, count: Counted, status: str) -> tuple[str, str, str]:
    if count.alarm:
        return ("late", *ALARM_WORDS.get(count.alarm, ALARM_WORDS["overdue"]))
    if facts.state == State.LOGGED and status == OK:
        return ("info", "calendar-clock", "To leave")
    return PILLS[status]


def _since(facts: Facts, now: dt.datetime) -> str:
    """Since when they are out; for those at school when they mean to leave."""
    if facts.departed_at:
        return f"out since {local(facts.departed_at):%H:%M}"
    day_and_time = when_text(facts.depart_at, now).removeprefix("today ")
    return f"leaves {day_and_time}" if facts.depart_at > now else f"to leave at {day_and_time}"


def _note(facts: Facts, goes: Goes) -> str:
    said = "back" if goes.is_back else "says they are back" if goes.claims_back else ""
    if goes.pk in going_home(facts):
        said = "says they are home" if goes.is_home else "going straight home"
    return ", ".join(filter(None, [goes.part, said]))


def _travel(facts: Facts, who: Goes | None) -> tuple[str, str]:
    """Icon and words: the car of the party, whoever drives it; else how they travel."""
    car = next((goes.car for goes in facts.party if goes.car), "")
    if car:
        return ("car", car)
    return TRAVEL.get(who.travel if who else "", ("circle-question-mark", "Travel not stated"))


def _where(facts: Facts) -> str:
    """The address with the first half of its postcode, as people at a desk read it."""
    return ", ".join(filter(None, [facts.address, facts.postcode.split(" ")[0]]))


def about(facts: Facts) -> str:
    """How many pupils and what to know of the place; no names, and not why."""
    pupils = f"{facts.pupils} pupil" + ("" if facts.pupils == 1 else "s")
    joint = any(goes.staff_id is None for goes in facts.party)
    notes = [local(said.at) for said in facts.said if said.kind == "note"]
    marks = [
        f"note to the office {max(notes):%H:%M}" if notes else "",
        f"warning: {', '.join(facts.warnings)}" if facts.warnings else "",
        "shared entrance" if facts.is_shared else "",
        "first visit" if facts.is_first else "",
        "joint visit" if joint else "",
    ]
    return " · ".join(filter(None, [pupils, *marks]))


def stats(made: list[Row], visits: Iterable[Facts], now: dt.datetime) -> list[Stat]:
    """The strip of counts over the rows."""
    listed = list(visits)
    out = [facts for facts in listed if facts.state == State.IN_PROGRESS]
    people = sum(not goes.is_back for facts in out for goes in facts.party)
    soon = sum(one["status"] == DUE_SOON for one in made)
    late = sum(one["status"] in (LATE, ALARM) for one in made)
    strip: list[Stat] = [
        {"value": len(out), "label": "visit out" if len(out) == 1 else "visits out"},
        {"value": people, "label": "person out" if people == 1 else "people out"},
        {"value": soon, "label": "due in 15 minutes", "kind": "soon" if soon else ""},
        {"value": late, "label": "late", "kind": "late" if late else ""},
    ]
    leaving = [f for f in listed if f.state == State.LOGGED and f.depart_at >= now]
    if leaving:
        first = min(leaving, key=lambda facts: facts.depart_at)
        value = when_text(first.depart_at, now).removeprefix("today ")
        strip.append({"value": value, "label": f"next to leave: {first.ref}", "end": True})
    return strip
