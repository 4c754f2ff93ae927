"""What a visitor's PIN and words may mean besides what they say: help is asked for without showing it.

Whatever is typed, the same statements run and the same row is written: one that the engine turns
into a silent alarm within a second, or one that is settled already. Nothing that the visitor gets
back, then or later, and no time that it takes, tells the one from the other (PS-129, TC-169).
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial, wraps
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from homevisits.people import pins
from homevisits.people.models import Staff
from homevisits.people.pins import Given
from homevisits.trusts.choices import Strength
from visits import homeward, telling
from visits.codeword import is_heard
from visits.models import Attendee, Visit
from visits.safety import WORDS, Due, VisitAlarm, VisitDeadline
from visits.states import WATCHED, State
from visits.story import Moment
from visits.transitions.door import Refused, keep_place, opened

logger = logging.getLogger(__name__)
TRIES = 3
HEARD_IN = {*WATCHED, State.RETURNED_SAFE}


class PinNeeded(Refused):
    """A PIN belongs to this word, and none was given."""

    def __init__(self) -> None:
        super().__init__("Enter your PIN. Nothing is recorded yet.")


class PinWrong(Refused):
    """The PIN that was given is neither of this person's."""

    def __init__(self) -> None:
        super().__init__("That is not your PIN. Nothing is recorded yet: try again, or ring the office.")


def wants_pin(visit: Visit, by: Staff) -> bool:
    """Whether a word of this visitor's needs their PIN: the policy asks, and they have set one."""
    asks = visit.rules is not None and visit.rules.pin_rule != Strength.OFF
    return asks and visit.includes(by) and pins.has_pins(by)


def must_give_pin(visit: Visit, *, by: Staff, now: dt.datetime, pin: str, key: uuid.UUID | None) -> None:
    """Take the PIN of a visitor's word; what it means outlives a word that is refused.

    Raises PinNeeded or PinWrong. A message that was taken before needs no PIN again, but one that comes
    with it is checked all the same. Nobody is ever locked out: the third wrong PIN in a row asks for
    help as the second PIN does.
    """
    if not wants_pin(visit, by):
        return
    was_taken = is_taken(key)
    if not pin.strip():
        if was_taken:
            return
        raise PinNeeded
    try:
        given = pins.given(by, pin)
    except InvalidToken:
        _say_unchecked(visit, by, now)
        return
    if was_taken and given is Given.WRONG:
        return
    with opened(visit, by=by, action="say", now=now) as fresh:
        own = _own(fresh, by)
        if given is Given.WRONG:
            _count_wrong(fresh, own, now=now, message=_digest(key, pin))
        else:
            own.wrong_pins, own.wrong_key = 0, None
            keep_place(own, "wrong_pins", "wrong_key")
            _leave_word(fresh, own, Due.WORD_PIN, is_real=given is Given.DURESS, now=now)
    if given is Given.WRONG:
        raise PinWrong


def _say_unchecked(visit: Visit, by: Staff, now: dt.datetime) -> None:
    """A lost key must not stop a check-in: the word is taken without a PIN, and the office is told at once."""
    logger.error("the PINs of a member of staff cannot be opened: see FIELD_KEY and FIELD_KEY_FALLBACKS")
    with opened(visit, by=by, action="say", now=now) as fresh:
        telling.tell(
            [*telling.desk(fresh, now), *telling.told_of_changes(fresh)],
            fresh,
            what="pin_unchecked",
            subject=f"{fresh.ref}: a PIN could not be checked",
            body="The installation’s key does not open the PINs. Take no word from a phone as it stands: ring, and "
            "tell whoever runs the system.",
            now=now,
            urgent=True,
        )


def hears[**P, R](*names: str, pin: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have the code word heard in these arguments of a transition before it is asked whether it may be made.

    Every transition through which a visitor may write names its free text so: there is no other way in.
    `pin`: a visitor's word takes their PIN too, where the policy asks for it; without the right one PinNeeded
    or PinWrong is raised, and what was written is heard all the same.
    """

    def heard(act: Callable[P, R]) -> Callable[P, R]:
        def words(said: Mapping[str, Any]) -> str:
            return "\n".join(_texts([said.get(name) for name in names])).strip()

        def takes_pin(said: Mapping[str, Any]) -> bool:
            return pin and wants_pin(said["visit"], said["by"])

        def hear(said: Mapping[str, Any]) -> None:
            if text := words(said):
                _hear(said, text)
            if takes_pin(said):
                given, key = said.get("pin", ""), said.get("key")
                must_give_pin(said["visit"], by=said["by"], now=said["now"], pin=given, key=key)

        @wraps(act)
        def say(*args: P.args, **more: P.kwargs) -> R:
            if not (words(more) or takes_pin(more)):
                return act(*args, **more)
            return _both(partial(hear, more), partial(act, *args, **more))

        say.hears = names  # type: ignore[attr-defined]
        return say

    return heard


def _both[R](first: Callable[[], None], act: Callable[[], R]) -> R:
    """Hear and then act, committed together; what was heard stands also where the act is refused or fails.

    In two transactions the sweep that a real word wakes could hold the visit between them, and the reply
    would come later than an ordinary one.
    """
    with transaction.atomic():
        try:
            first()
            with transaction.atomic():
                return act()
        except Exception as no:
            raised = no
    raise raised


def _hear(said: Mapping[str, Any], text: str) -> None:
    for visit in _visits(said, said["by"]):
        listen(visit, by=said["by"], now=said["now"], text=text)


def _visits(said: Mapping[str, Any], by: Staff) -> list[Visit]:
    """The visit that is written about; where it is about none, those on which the writer is."""
    if said.get("visit") is not None:
        return [said["visit"]]
    out = list(Visit.objects.filter(attendees__staff=by, state__in=HEARD_IN))
    homewards = homeward.awaited_of(by)
    return out if homewards is None or homewards in out else [*out, homewards]


def _texts(values: Any) -> Iterator[str]:
    """Every text in what was given, however deep it lies."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        yield from _texts(list(values.values()))
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value)


def listen(visit: Visit, *, by: Staff, now: dt.datetime, text: str) -> None:
    """Hear the code word in what a visitor writes while out; nothing follows for anybody but the office.

    A word that is refused is heard all the same, and so is one under the key of a message taken before.
    """
    if not text.strip() or not visit.includes(by):
        return
    with opened(visit, by=by, action="say", now=now) as fresh:
        own = _own(fresh, by)
        if fresh.state in HEARD_IN or own in homeward.awaited(fresh):
            _leave_word(fresh, own, Due.WORD_NOTE, is_real=is_heard(fresh, text), now=now)


def known_otherwise(leaving: QuerySet[Attendee]) -> QuerySet[Attendee]:
    """Those of them who have been out on their visit, or are waited for: whom nothing but their words is known of
    may be taken off, whatever the words meant."""
    waited_for = VisitDeadline.objects.exclude(kind__in=WORDS).exclude(attendee=None).values("attendee")
    alarmed = VisitAlarm.objects.loud().exclude(attendee=None).values("attendee")
    return leaving.filter(Q(moments__isnull=False) | Q(pk__in=waited_for) | Q(pk__in=alarmed)).distinct()


def take_off(leaving: QuerySet[Attendee]) -> None:
    """Off the party; what their words meant stands without them."""
    kept = [attendee.pk for attendee in leaving]
    VisitDeadline.objects.filter(attendee__in=kept).update(attendee=None)
    VisitAlarm.objects.filter(attendee__in=kept).update(attendee=None)
    Attendee.objects.filter(pk__in=kept).delete()


def is_taken(key: uuid.UUID | None) -> bool:
    """Whether this very message has been taken already."""
    return key is not None and Moment.objects.filter(key=key).exists()


def _own(visit: Visit, by: Staff) -> Attendee:
    return next(a for a in visit.party if a.staff_id == by.pk)


def _digest(key: uuid.UUID | None, pin: str) -> uuid.UUID | None:
    """What tells a message with its PIN from every other; nothing of the PIN can be read from it."""
    if key is None:
        return None
    return uuid.UUID(bytes=salted_hmac("wrong pin", f"{key}:{pin}", algorithm="sha256").digest()[:16])


def _count_wrong(visit: Visit, own: Attendee, *, now: dt.datetime, message: uuid.UUID | None) -> None:
    """One more wrong PIN; the same message sent again by a poor connection is not another."""
    if message is not None and own.wrong_key == message:
        return
    own.wrong_pins, own.wrong_key = own.wrong_pins + 1, message
    keep_place(own, "wrong_pins", "wrong_key")
    _leave_word(visit, own, Due.WORD_TRIES, is_real=own.wrong_pins >= TRIES, now=now)


def _leave_word(visit: Visit, own: Attendee, kind: str, *, is_real: bool, now: dt.datetime) -> None:
    """One row, whatever it means: due now, or settled already."""
    states = VisitDeadline.State
    row = VisitDeadline(
        visit=visit,
        attendee=own,
        raised_by=own.staff,
        kind=kind,
        is_safety=True,
        due_at=now,
        next_at=now,
        created_at=now,
        state=states.LIVE if is_real else states.CLEARED,
        settled_at=None if is_real else now,
    )
    VisitDeadline.objects.bulk_create([row], ignore_conflicts=True)
