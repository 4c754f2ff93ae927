"""Who wants to know when a notice cannot be delivered, or a text came in: upper floors put themselves here."""

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError, transaction

from homevisits.notices.calls import Call
from homevisits.notices.models import Notice
from homevisits.people.models import Staff

logger = logging.getLogger(__name__)

OnFailed = Callable[[Notice, dt.datetime], None]


@dataclass(frozen=True)
class Inbound:
    """A text that somebody of the staff sent us. `key` is the provider's own, so that it counts once."""

    key: uuid.UUID
    sender: Staff
    text: str
    sent_at: dt.datetime


# Gives back what is texted in reply; None when the text is not this floor's business.
OnText = Callable[[Inbound, dt.datetime], str | None]

# Writes into the story of what a call was about what came of it.
OnCalled = Callable[[Call, dt.datetime], None]

FAILED_HOOKS: list[OnFailed] = []
TEXT_HOOKS: list[OnText] = []
CALLED_HOOKS: list[OnCalled] = []


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
