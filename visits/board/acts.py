"""What to do next about a visit, in a sentence, and the button for it if it is this person's to press."""

import datetime as dt
from typing import TypedDict

from homevisits.clock import local
from visits.board.counting import Counted
from visits.board.facts import Facts, Goes
from visits.board.scope import Viewer
from visits.reported import UNSAFE
from visits.safety import Due, VisitAlarm
from visits.states import State
from visits.story import Moment

ALL = {1: "Fine", 2: "Both fine"}
CALLS = {"office", "leader", "caller"}
CLOSES = {"office", "leader"}
URGENT = {"alarm", "late"}


class Button(TypedDict):
    """A link, or (`posts`) a form with one button."""

    text: str
    url: str
    icon: str
    kind: str
    posts: bool


class Act(TypedDict):
    """What a row says to do."""

    say: str
    button: Button | None


def act(facts: Facts, count: Counted, status: str, who: Goes | None, viewer: Viewer, now: dt.datetime) -> Act:
    """The next thing to do about a visit."""
    part = viewer.part(
        school_id=facts.school_id, party=[g.staff_id for g in facts.party], callers=facts.callers
    )
    if part == "party":
        return Act(
            say="You are on this visit",
            button=_button("Your phone page", f"/visits/{facts.ref}/out/", "smartphone"),
        )
    if count.alarm == VisitAlarm.Kind.DURESS:
        return Act(say=_quiet(facts), button=_button("Open the alarm", count.alarm_url, "siren", kind="late"))
    if count.kind == Due.HOME_SAFE and who:
        return _homeward(facts, count, status, who, part)
    kind = "late" if status in URGENT else "brand" if status == "due-soon" else "line"
    call = _call(facts, who, kind) if part in CALLS else None
    if status in URGENT:
        return Act(say=_urgent(facts, count, who), button=call)
    if facts.state == State.LOGGED:
        return _leaving(facts, part, now)
    return _out(facts, count, call, part)


def _homeward(facts: Facts, count: Counted, status: str, who: Goes, part: str) -> Act:
    """Somebody on the way straight home: waited for, or rung there."""
    home = _button(f"{who.name} is home", f"/visits/{facts.ref}/home/{who.pk}/", "house")
    button = home if part in CLOSES else None
    if who.is_home:
        return Act(say=f"Says they are home: ring {who.name} and make sure", button=button)
    if status in URGENT:
        return Act(say=f"Ring {who.name} at home now", button=button)
    return Act(say=f"Going straight home, due {_at(count.at)}", button=button)


def _quiet(facts: Facts) -> str:
    """Under a silent alarm nobody rings before they have read what to do."""
    back = any(goes.is_back or goes.claims_back for goes in facts.party)
    return "Said back: do not believe it. Open the alarm" if back else "Do not ring yet: open the alarm"


def _urgent(facts: Facts, count: Counted, who: Goes | None) -> str:
    name = who.name if who else "the school"
    if any(goes.claims_back for goes in facts.party):
        return f"Says they are back: ring {name} and make sure"
    if count.kind == Due.DEPARTURE:
        return f"Left, or not going? Ring {name}"
    if count.alarm == VisitAlarm.Kind.WAIT_OVER:
        return f"Time to leave the door: ring {name}"
    if count.alarm == VisitAlarm.Kind.LEFT_UNSAFE:
        return f"Are they in a safe place? Ring {name}"
    if count.alarm == VisitAlarm.Kind.CHILD_ALONE:
        return f"They stay outside until told: ring {name}"
    return f"Ring {name} now"


def _leaving(facts: Facts, part: str, now: dt.datetime) -> Act:
    """Before they leave: the office may say so for them, once it is near the time."""
    is_near = now >= facts.depart_at - dt.timedelta(minutes=facts.early_minutes)
    left = _button("They have left", f"/visits/{facts.ref}/desk/left/", "door-open", posts=True)
    return Act(say=f"Leaves at {_at(facts.depart_at)}", button=left if part == "office" and is_near else None)


def _out(facts: Facts, count: Counted, call: Button | None, part: str) -> Act:
    """While all is well: arrive, check in, come back."""
    back = _button("Mark back safe", f"/visits/{facts.ref}/back/", "check") if part in CLOSES else None
    calls = [due.at for due in facts.dues if due.kind == Due.CHECK_IN]
    if facts.left_at:
        return Act(say=_on_the_way(facts, facts.left_at), button=back)
    if not facts.arrived_at and not (
        calls and count.kind == Due.CHECK_IN and call and call["kind"] != "line"
    ):
        arrived = _button("Mark arrived", f"/visits/{facts.ref}/desk/arrived/", "check", posts=True)
        return Act(say=f"Arrives about {_at(facts.start_at)}", button=arrived if part in CALLS else None)
    if calls:
        return Act(say=f"Check-in call at {_at(min(calls))}", button=call)
    return Act(say=_fine(facts), button=back)


def _on_the_way(facts: Facts, left_at: dt.datetime) -> str:
    if facts.outcome == UNSAFE:
        return f"Left for safety at {_at(left_at)}, not back yet"
    return f"On the way back since {_at(left_at)}"


def _fine(facts: Facts) -> str:
    """ "Both fine at 10:39"; one person's word covers that person alone."""
    last = next((said for said in reversed(facts.said) if said.kind == Moment.Kind.FINE), None)
    if last is None:
        return f"Arrived at {_at(facts.arrived_at or facts.start_at)}"
    names = {goes.pk: goes.name for goes in facts.party}
    alone = len(facts.party) == 1 or last.for_all or _each_is_fine(facts)
    whom = (
        ALL.get(len(facts.party), "All fine") if alone else f"{names.get(last.attendee_id or 0, 'One')} fine"
    )
    return f"{whom} at {_at(last.at)}"


def _each_is_fine(facts: Facts) -> bool:
    fine = {said.attendee_id for said in facts.said if said.kind == Moment.Kind.FINE}
    return all(goes.pk in fine for goes in facts.party)


def _call(facts: Facts, who: Goes | None, kind: str) -> Button | None:
    if who is None:
        return None
    return _button("Start call", f"/visits/{facts.ref}/call/{who.pk}/", "phone", kind=kind)


def _button(text: str, url: str, icon: str, *, kind: str = "line", posts: bool = False) -> Button:
    return Button(text=text, url=url, icon=icon, kind=kind, posts=posts)


def _at(at: dt.datetime) -> str:
    return f"{local(at):%H:%M}"
