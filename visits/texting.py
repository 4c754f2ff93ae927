"""What a text from somebody who is out means for their visit: fine, help, more time, back, or a note."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography.fernet import InvalidToken

from homevisits.clock import local
from homevisits.notices.registry import Inbound
from homevisits.notices.wording import words_of
from homevisits.people import pins
from homevisits.people.models import Staff
from homevisits.people.pins import Given
from visits import homeward, timing, transitions
from visits.models import Attendee, Visit
from visits.states import State
from visits.story import Moment
from visits.transitions import PinNeeded, PinWrong, Refused
from visits.transitions.secret import listen, must_give_pin, wants_pin
from visits.understanding import Meaning, Says, understood

# A text may wait for a network, or for Notify. What is older than this says how things were, not how they are.
LATE = dt.timedelta(minutes=10)
# Whose telephones are out, and whose visit is meant first.
CARRIED = {State.IN_PROGRESS: 0, State.LOGGED: 1, State.RETURNED_SAFE: 2}
LAST = 3  # recorded already, and still on the way home
WHEN_LATE = (
    "came {minutes} minutes late and was not counted. The office has it. Text again how things are now."
)
NOT_ALL_WELL = "your note to the office. This is not a check-in: text OK if all is well, HELP if not."


@dataclass(frozen=True)
class Spoken:
    """One text of one person about one visit, as it is taken."""

    text: Inbound
    person: Staff
    visit: Visit
    meaning: Meaning
    now: dt.datetime
    key: uuid.UUID

    @property
    def more(self) -> dict[str, Any]:
        """Who says it, and that it came as a text; it counts once, by the provider's own key."""
        return {
            "visit": self.visit,
            "by": self.person,
            "now": self.now,
            "key": self.key,
            "via": Moment.Via.TEXT,
            "said_at": self.text.sent_at,
        }

    @property
    def is_late(self) -> bool:
        """Whether it was written before the visit that it would count for, or too long ago."""
        before = self.visit.departed_at if self.visit.state == State.IN_PROGRESS else None
        return self.now - self.text.sent_at > LATE or bool(before and self.text.sent_at < before)

    def taken(self, what: str) -> str:
        """When the server had it: of a text that comes twice, the first time."""
        first = Moment.objects.filter(key=self.key).first()
        return (
            f"{self.visit.ref}: {what}. Recorded at {local(first.recorded_at if first else self.now):%H:%M}."
        )


def answer(text: Inbound, now: dt.datetime) -> tuple[Staff, str] | None:
    """Take a text of the staff; gives back who is answered with what, the same whatever else it may mean.

    None: nobody who has this phone goes on a visit now. Of two visits the one that is due back first is
    meant. A call for help counts for everybody who may have sent it.
    """
    going = _going(text.people)
    if not going or not text.text.strip():
        return None
    meaning = understood(text.text, with_pin=any(wants_pin(visit, person) for person, visit in going))
    if meaning.says == Says.HELP:
        return _cried(text, going, meaning, now)
    spoken = Spoken(text, *_whose(going, meaning.pin), meaning, now, text.key)
    return spoken.person, _answered(spoken)


def _cried(
    text: Inbound, going: list[tuple[Staff, Visit]], meaning: Meaning, now: dt.datetime
) -> tuple[Staff, str] | None:
    """Help for every visit that it may be about. None where no visit takes it: then people are told all the same."""
    replies = []
    for person, visit in {visit.pk: (person, visit) for person, visit in reversed(going)}.values():
        key = text.key if (person, visit) == going[0] else uuid.uuid5(text.key, visit.ref)
        try:
            replies.append((person, _help(Spoken(text, person, visit, meaning, now, key))))
        except Refused:
            continue
    return replies[-1] if replies else None


def _going(people: Sequence[Staff]) -> list[tuple[Staff, Visit]]:
    """Who of these is on which visit: those who are out first, then who is logged or just back."""
    found = [(person, visit) for person in people if (visit := _visit_of(person))]
    return sorted(found, key=lambda pair: (CARRIED.get(State(pair[1].state), LAST), pair[0].pk))


def _visit_of(person: Staff) -> Visit | None:
    """The visit that a text of theirs is about."""
    mine = Visit.objects.filter(attendees__staff=person, state__in=list(CARRIED))
    found = sorted(
        mine.select_related("school", "policy"),
        key=lambda v: (CARRIED[State(v.state)], v.return_at or v.created_at, v.pk),
    )
    return found[0] if found else homeward.awaited_of(person)


def _whose(going: list[tuple[Staff, Visit]], pin: str) -> tuple[Staff, Visit]:
    """Of several who share a phone, the one whose PIN it is; else the first."""
    if pin and len(going) > 1:
        for person, visit in going:
            if wants_pin(visit, person) and pins.given(person, pin) is not Given.WRONG:
                return person, visit
    return going[0]


def _answered(spoken: Spoken) -> str:
    """Act on it, and hear the code word in all of it. What cannot be recorded is said, and what to do instead."""
    ref, act = spoken.visit.ref, _late if spoken.is_late else SAY[spoken.meaning.says]
    try:
        # In the one transaction of this text: what is heard, and a PIN, stand also where the rest is refused.
        listen(spoken.visit, by=spoken.person, now=spoken.now, text=spoken.text.text)
        return act(spoken)
    except PinNeeded:
        return f"{ref}: not recorded. Text the same word with your PIN after it."
    except PinWrong:
        return f"{ref}: not recorded. That is not your PIN: try again, or ring the office."
    except Refused as no:
        return f"{ref}: not recorded. {no.sentence} Ring the office: {_desk(spoken.visit)}."


def _late(spoken: Spoken) -> str:
    """What was so then may not be so now: the office reads it, and nothing is met by it. A PIN is heard all the same."""
    at = local(spoken.text.sent_at)
    minutes = (spoken.now - spoken.text.sent_at) // dt.timedelta(minutes=1)
    rest = spoken.meaning.rest
    if spoken.meaning.says == Says.NOTE and not _is_with_pin(spoken):
        rest = spoken.text.text  # a time, or the number of a bus
    elif spoken.meaning.pin:
        _give_pin(spoken)
    said = f"Text of {at:%H:%M}, {minutes} minutes late: {rest or spoken.meaning.says}"
    transitions.say_note(text=said, **spoken.more)
    return f"{spoken.visit.ref}: your text of {at:%H:%M} {WHEN_LATE.format(minutes=minutes)}"


def _give_pin(spoken: Spoken) -> None:
    must_give_pin(spoken.visit, by=spoken.person, now=spoken.now, pin=spoken.meaning.pin, key=spoken.key)


def _fine(spoken: Spoken) -> str:
    transitions.check_in(pin=spoken.meaning.pin, **spoken.more)
    fresh = Visit.objects.select_related("policy").get(pk=spoken.visit.pk)
    said = Moment.objects.filter(key=spoken.key).first()
    if said and (call := timing.call_left_by(fresh, said)):
        then, at = f"{local(said.true_at):%H:%M}", f"{local(call):%H:%M}"
        return spoken.taken(
            f"you were fine at {then}. That is no answer to the check-in at {at}: text OK again"
        )
    return spoken.taken("you are fine")


def _back(spoken: Spoken) -> str:
    transitions.say_back(pin=spoken.meaning.pin, **spoken.more)
    return spoken.taken("you are back")


def _home(spoken: Spoken) -> str:
    """Home, and never "back at school": only for somebody who is known to go straight there."""
    about = replace(spoken, visit=homeward.awaited_of(spoken.person) or spoken.visit)
    transitions.say_home(pin=spoken.meaning.pin, **about.more)
    return about.taken("you are home safe")


def _help(spoken: Spoken) -> str:
    transitions.ask_for_help(**spoken.more)
    if len(words_of(spoken.meaning.rest)) > 1:
        transitions.say_note(text=spoken.meaning.rest, **spoken.more | {"key": _second(spoken)})
    return f"{spoken.taken('you need help')} In danger ring 999."


def _time(spoken: Spoken) -> str:
    """Taken, or asked for and not agreed to: the reply says which, and by when they are looked for."""
    said = spoken.more | {"minutes": spoken.meaning.minutes, "pin": spoken.meaning.pin}
    transitions.want_time(reason="By text message", **said)
    fresh, words = Visit.objects.get(pk=spoken.visit.pk), f"{spoken.meaning.minutes} more minutes"
    until = f" {local(fresh.return_at):%H:%M}." if fresh.return_at else ""
    if _is_only_asked(fresh, spoken):
        asked = spoken.taken(f"you asked for {words}")
        return f"{asked} Nobody has agreed yet: back by{until}" if until else asked
    return f"{spoken.taken(words)}{until and f' Back by{until}'}"


def _is_only_asked(visit: Visit, spoken: Spoken) -> bool:
    """Whether a person has to agree to what this text asks for, and has not."""
    at = Moment.objects.filter(key=spoken.key).values("recorded_at")
    wishes = visit.time_requests.filter(asked_by=spoken.person, asked_at__in=at)
    return wishes.exclude(is_agreed=True).exists()


def _note(spoken: Spoken) -> str:
    """Words to the office. Where their PIN stands among them it is taken as one, and never kept in a note."""
    if not _is_with_pin(spoken):
        return _noted(spoken, spoken.text.text)
    transitions.check_in(pin=spoken.meaning.pin, **spoken.more)
    transitions.say_note(text=spoken.meaning.rest, **spoken.more | {"key": _second(spoken)})
    return spoken.taken("you are fine, with a note to the office")


def _is_with_pin(spoken: Spoken) -> bool:
    """Whether one of the writer's PINs stands in their words, and not some other number."""
    pin = spoken.meaning.pin
    if not pin or not wants_pin(spoken.visit, spoken.person):
        return False
    try:
        return pins.given(spoken.person, pin) is not Given.WRONG
    except InvalidToken:
        return True  # a lost key: taken without a PIN, and the office is told


def _noted(spoken: Spoken, words: str) -> str:
    transitions.say_note(text=words, **spoken.more)
    return spoken.taken(NOT_ALL_WELL.removesuffix("."))


def _second(spoken: Spoken) -> uuid.UUID:
    """The key of what a text says besides."""
    return uuid.uuid5(spoken.key, "note")


SAY: Mapping[Says, Callable[[Spoken], str]] = {
    Says.FINE: _fine,
    Says.BACK: _back,
    Says.HOME: _home,
    Says.MORE_TIME: _time,
    Says.NOTE: _note,
}


def _desk(visit: Visit) -> str:
    return visit.school.phone.as_national if visit.school.phone else visit.school.desk_name


# --- Which telephones are out -----------------------------------------------------------------------


def carriers(trust: int, number: str) -> Iterable[Staff]:
    """The staff of a trust who were logged with this telephone for a visit that is not over."""
    return Staff.objects.active().filter(
        pk__in=_carried().filter(phone=number).values("staff"), trust_id=trust
    )


def numbers(people: Sequence[Staff]) -> Mapping[int, str]:
    """The telephone that each of these was logged with, by id; the visit that they are out on comes last."""
    rows = _carried().filter(staff__in=people).exclude(phone="").select_related("visit")
    ordered = sorted(rows, key=lambda row: -CARRIED[State(row.visit.state)])
    return {row.staff_id: str(row.phone) for row in ordered if row.staff_id}


def schools(trust: int) -> Iterable[int]:
    """The schools of a trust from which somebody is out or about to go."""
    watched = Visit.objects.filter(school__trust=trust, state__in=(State.LOGGED, State.IN_PROGRESS))
    return watched.order_by().values_list("school", flat=True).distinct()


def out(trust: int) -> Iterable[int]:
    """The staff of a trust who are out, or about to go: nobody beside them may hear that somebody asks for help."""
    watched = Attendee.objects.filter(visit__state__in=(State.LOGGED, State.IN_PROGRESS))
    return watched.filter(staff__trust=trust).order_by().values_list("staff", flat=True)


def _carried() -> Any:
    return Attendee.objects.filter(visit__state__in=list(CARRIED))
