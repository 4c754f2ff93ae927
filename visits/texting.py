"""What a text from somebody who is out means for their visit: fine, help, more time, back, or a note."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

from homevisits.clock import local
from homevisits.notices.registry import Inbound
from homevisits.people.models import Staff
from visits import timing, transitions
from visits.models import Visit
from visits.states import State
from visits.story import Moment
from visits.transitions import PinNeeded, PinWrong, Refused
from visits.transitions.secret import wants_pin

Say = Callable[[Visit, Inbound, dt.datetime, str], str]

PIN = r"(?:[ ,.]+(?P<rest>[0-9]{4,6}))?"
ENDS = r"[ .!]*$"


def answer(text: Inbound, now: dt.datetime) -> str | None:
    """Take a text of the staff; gives back the reply, the same whatever else it may mean. None: nothing was in it.

    It counts once, by the provider's own key. Of two visits the one that is due back first is meant.
    """
    words = " ".join(text.text.split())
    if not words:
        return None
    visit = _visit_of(text.sender)
    if visit is None:
        return "You are on no visit that is logged or out. In danger ring 999."
    say, rest = _understood(words)
    try:
        return say(visit, text, now, rest)
    except PinNeeded:
        return f"{visit.ref}: not recorded. Text the same word with your PIN after it."
    except PinWrong:
        return f"{visit.ref}: not recorded. That is not your PIN: try again, or ring the office."
    except Refused as no:
        return f"{visit.ref}: not recorded. {no.sentence} Ring the office: {_desk(visit)}."


def _visit_of(sender: Staff) -> Visit | None:
    """The visit that a text is about: one that the sender is out on, else one that is logged or just back."""
    mine = Visit.objects.filter(
        attendees__staff=sender, state__in=[State.IN_PROGRESS, State.LOGGED, State.RETURNED_SAFE]
    ).select_related("school", "policy")
    order = [State.IN_PROGRESS, State.LOGGED, State.RETURNED_SAFE]
    found = sorted(mine, key=lambda v: (order.index(State(v.state)), v.return_at or v.created_at, v.pk))
    return found[0] if found else None


def _understood(words: str) -> tuple[Say, str]:
    """What a text says, and what belongs to it: a PIN, a number of minutes, or the words of a note."""
    for pattern, say in MEANINGS:
        if match := re.match(pattern + ENDS, words, re.IGNORECASE):
            return say, match.groupdict().get("rest") or ""
    return _note, words


def _more(text: Inbound) -> dict[str, Any]:
    return {"by": text.sender, "key": text.key, "via": Moment.Via.TEXT, "said_at": text.sent_at}


def _fine(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    fresh = transitions.check_in(visit=visit, now=now, pin=rest, **_more(text))
    said = Moment.objects.filter(key=text.key).first()
    if said and (call := timing.call_left_by(fresh, said)):
        then, at = f"{local(said.true_at):%H:%M}", f"{local(call):%H:%M}"
        return _taken(
            visit,
            text,
            f"you were fine at {then}. That is no answer to the check-in at {at}: text OK again",
            now,
        )
    return _taken(visit, text, "you are fine", now)


def _back(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    transitions.say_back(visit=visit, now=now, pin=rest, **_more(text))
    return _taken(visit, text, "you are back", now)


def _help(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    more = _more(text)
    transitions.ask_for_help(visit=visit, now=now, **more)
    if rest:
        note = more | {"key": uuid.uuid5(text.key, "note")}
        transitions.say_note(visit=visit, now=now, text=rest, **note)
    return f"{_taken(visit, text, 'you need help', now)} In danger ring 999."


def _time(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    transitions.extend(visit=visit, now=now, minutes=int(rest), reason="By text message", **_more(text))
    fresh = Visit.objects.get(pk=visit.pk)
    due = f" Back by {local(fresh.return_at):%H:%M}." if fresh.return_at else ""
    return f"{_taken(visit, text, f'{int(rest)} more minutes', now)}{due}"


def _note(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    transitions.say_note(visit=visit, now=now, text=rest, **_more(text))
    return _taken(visit, text, "your note", now)


def _pin(visit: Visit, text: Inbound, now: dt.datetime, rest: str) -> str:
    """A PIN alone, as somebody sends it who was asked for one: never kept as a note."""
    return (_fine if wants_pin(visit, text.sender) else _note)(visit, text, now, rest)


def _taken(visit: Visit, text: Inbound, what: str, now: dt.datetime) -> str:
    """When the server had it: of a text that comes twice, the first time."""
    first = Moment.objects.filter(key=text.key).first()
    return f"{visit.ref}: {what}. Recorded at {local(first.recorded_at if first else now):%H:%M}."


def _desk(visit: Visit) -> str:
    return visit.school.phone.as_national if visit.school.phone else visit.school.desk_name


MEANINGS: list[tuple[str, Say]] = [
    (r"(?:help|sos|emergency|999)\b[ ,.!:]*(?P<rest>.*?)", _help),
    (
        rf"(?:i am |i'm |im |we are |we're |all )?(?:ok|okay|fine|ok thanks|ok thank you|fine thanks){PIN}",
        _fine,
    ),
    (rf"(?:i am |i'm |im )?(?:back|back at school|back safe|home){PIN}", _back),
    (r"(?P<rest>[0-9]{4,6})", _pin),
    (r"\+?(?P<rest>[0-9]{1,3})(?: ?(?:m|min|mins|minutes?))?(?: more)?", _time),
]
