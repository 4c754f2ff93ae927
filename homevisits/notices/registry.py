"""Who wants to know when a notice cannot be delivered, or a text came in: upper floors put themselves here."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import OperationalError, transaction

from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff

logger = logging.getLogger(__name__)

OnFailed = Callable[[Notice, dt.datetime], None]


@dataclass(frozen=True)
class Inbound:
    """A text that came from the telephone of `people`: of one, or of several who share it.

    `key` is the provider's own, so that it counts once.
    """

    key: uuid.UUID
    people: tuple[Staff, ...]
    text: str
    sent_at: dt.datetime


# Gives back who is answered, and with what; None when the text is not this floor's business.
OnText = Callable[[Inbound, dt.datetime], tuple[Staff, str] | None]


@dataclass(frozen=True)
class Phones:
    """What an upper floor knows of the telephones that people carry just now, beside their own mobiles.

    `carriers(trust, number)`: who has it; `numbers(people)`: by id, which one somebody has;
    `schools(trust)`: where somebody is out, so that a stranger's text is first of all theirs to read;
    `out(trust)`: who is out, by id, and is told of no such text while anybody else is there.
    """

    carriers: Callable[[int, str], Iterable[Staff]]
    numbers: Callable[[Sequence[Staff]], Mapping[int, str]]
    schools: Callable[[int], Iterable[int]]
    out: Callable[[int], Iterable[int]]


# Writes into the story of what a call was about what came of it.
OnCalled = Callable[[Call, dt.datetime], None]

# Gives the mark that every message about an alarm begins with, such as that it is a drill; "" for none.
MarkOf = Callable[[uuid.UUID], str]

FAILED_HOOKS: list[OnFailed] = []
TEXT_HOOKS: list[OnText] = []
PHONES: list[Phones] = []
CALLED_HOOKS: list[OnCalled] = []
MARK_HOOKS: list[MarkOf] = []


def on_failed(hook: OnFailed) -> None:
    """Have `hook(notice, now)` called, in a transaction, when a notice does not get through.

    It may be called more than once for a notice: when tries have failed for a while, and when
    the sender gives up.
    """
    if hook not in FAILED_HOOKS:
        FAILED_HOOKS.append(hook)


def on_text(hook: OnText) -> None:
    """Have `hook(inbound, now)` asked, in a transaction, about each text of somebody here.

    The first answer that is not None is texted back, and no later hook is asked. A hook that fails
    is asked again: it must do nothing twice for the same `key`.
    """
    if hook not in TEXT_HOOKS:
        TEXT_HOOKS.append(hook)


def on_called(hook: OnCalled) -> None:
    """Have `hook(call, now)` called, in a transaction, when it is known what came of a call."""
    if hook not in CALLED_HOOKS:
        CALLED_HOOKS.append(hook)


def on_marked(hook: MarkOf) -> None:
    """Have `hook(alarm)` asked for the mark of an alarm before a message about it is worded here."""
    if hook not in MARK_HOOKS:
        MARK_HOOKS.append(hook)


def marked(notice: Notice, words: str) -> str:
    """Words of a message that follows from a notice, behind the mark of its alarm. Without one they go all the same."""
    mark = ""
    try:
        with transaction.atomic():
            mark = next(filter(None, (hook(notice.alarm) for hook in MARK_HOOKS if notice.alarm)), "")
    except Exception:
        logger.exception("the mark of notice %s is not known", notice.uuid)
    return f"{mark}: {words}" if mark else words


def tell_failed(notice: Notice, now: dt.datetime) -> bool:
    """Call every hook; False when one could not get its locks and has to be asked again.

    One that fails otherwise must not keep the failure itself from being written down.
    """
    heard = True
    for hook in FAILED_HOOKS:
        try:
            with transaction.atomic():
                hook(notice, now)
        except OperationalError:
            logger.warning("a hook could not be asked about notice %s", notice.uuid)
            heard = False
        except Exception:
            logger.exception("a hook failed over notice %s", notice.uuid)
    return heard


def tell_called(call: Call, now: dt.datetime) -> bool:
    """Call every hook; False when one could not get its locks and has to be asked again.

    One that fails otherwise must not keep what came of the call from being written down.
    """
    heard = True
    for hook in CALLED_HOOKS:
        try:
            with transaction.atomic():
                hook(call, now)
        except OperationalError:
            logger.warning("a hook could not be asked about call %s", call.uuid)
            heard = False
        except Exception:
            logger.exception("a hook failed over call %s", call.uuid)
    return heard
