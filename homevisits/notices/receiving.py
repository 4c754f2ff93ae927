"""Texts that staff send us: each counted once, kept sealed, asked of whoever can act on it, and answered."""

import datetime as dt
import logging

from cryptography.fernet import InvalidToken
from django.core.exceptions import ValidationError
from django.db import transaction

from homevisits.clock import AppNow, app_now
from homevisits.notices import notify
from homevisits.notices.accounts import ReceivedText, TextAccount
from homevisits.notices.channels.text import ANSWER
from homevisits.notices.delivery import Silent
from homevisits.notices.models import Notice
from homevisits.notices.notify import Incoming
from homevisits.notices.outbox import queue
from homevisits.notices.registry import PHONES, TEXT_HOOKS, Inbound
from homevisits.notices.unplaced import tell_lost, tell_unplaced
from homevisits.notices.wording import asks_for_help
from homevisits.people.models import Staff
from homevisits.people.phones import tidy_phone
from homevisits.sealing import seal, unseal

NOT_OUT = "You are not logged as out, so nothing was recorded."
RUNG = "The office has been asked to ring you."
DANGER = "In danger ring 999."
EVERY = dt.timedelta(seconds=10)
AFTER_A_FAILURE = dt.timedelta(seconds=30)
# A text that was on its way while the account was set up counts; what is older is history.
ON_ITS_WAY = dt.timedelta(minutes=10)
PAUSES = (2, 5, 10, 20, 30, 60)
# Somebody may be waiting for an answer: after so many tries a person is told.
TELLS_AFTER = 3
AT_A_TIME = 20

logger = logging.getLogger(__name__)


def take_in(account: TextAccount, incoming: Incoming, *, now: dt.datetime) -> ReceivedText | None:
    """Keep a text; None when it is known already. It is answered afterwards, by `answer`."""
    is_old = incoming.sent_at < account.first_set_at - ON_ITS_WAY
    row, is_new = ReceivedText.objects.get_or_create(
        account=account,
        provider_id=incoming.provider_id,
        defaults={
            "sealed": seal(f"{incoming.number}\n{incoming.text}"),
            "sent_at": incoming.sent_at,
            "received_at": now,
            "next_try_at": now,
            "state": ReceivedText.State.OLD if is_old else ReceivedText.State.WAITING,
        },
    )
    return row if is_new else None


def senders(account: TextAccount, number: str) -> list[Staff]:
    """The people of the trust who have this telephone: whoever was logged with it now, then whose mobile it is."""
    kept = _kept(number)
    if not kept:
        return []
    carrying = [person for phones in PHONES for person in phones.carriers(account.trust_id, kept)]
    mine = Staff.objects.active().filter(trust_id=account.trust_id, mobile=kept).order_by("pk")
    return list({person.pk: person for person in [*carrying, *mine]}.values())


def _kept(number: str) -> str:
    """A number as we keep it; nothing for a name instead of one, as shops and banks have."""
    try:
        return tidy_phone(number if number.startswith(("+", "0")) else f"+{number}")
    except ValidationError:
        return ""


def fetch() -> int:
    """Ask Notify for texts, for each trust whose turn it is. Says how many were new."""
    new = 0
    for account in _claim():
        try:
            incoming = notify.received(account)
        except (
            Exception
        ) as failure:  # also a key that cannot be opened: the other trusts are asked all the same
            logger.warning("no texts fetched: %s", type(failure).__name__)
            later = AppNow() + AFTER_A_FAILURE
            TextAccount.objects.filter(pk=account.pk).update(ask_texts_at=later)
            if isinstance(failure, Silent):
                break  # it hangs for every trust: those that were not asked come next time
            continue
        ids = [each.provider_id for each in incoming]
        known = set(account.texts.filter(provider_id__in=ids).values_list("provider_id", flat=True))
        for each in reversed([one for one in incoming if one.provider_id not in known]):
            new += take_in(account, each, now=app_now()) is not None
    return new


def _claim() -> list[TextAccount]:
    with transaction.atomic():
        due = TextAccount.objects.filter(ask_texts_at__lte=AppNow())
        accounts = list(due.order_by("ask_texts_at").select_for_update(skip_locked=True)[:AT_A_TIME])
        keys = [account.pk for account in accounts]
        TextAccount.objects.filter(pk__in=keys).update(ask_texts_at=AppNow() + EVERY)
    return accounts


def answer_waiting() -> int:
    """Answer every text whose time has come. Says how many were answered."""
    due = ReceivedText.objects.waiting().filter(next_try_at__lte=AppNow()).order_by("received_at", "pk")
    return sum(answer(key) for key in list(due.values_list("pk", flat=True)[:AT_A_TIME]))


def answer(key: int) -> bool:
    """Have one text acted on and answered; whether it was. One that cannot be is tried again later.

    Nothing of it reaches a log, whatever goes wrong: an error might quote it.
    """
    try:
        with transaction.atomic():
            waiting = ReceivedText.objects.waiting().select_related("account__trust")
            text = waiting.select_for_update(skip_locked=True, of=("self",)).filter(pk=key).first()
            if text is None:
                return False
            _answer(text, app_now())
    except Exception as failure:
        logger.error("text %s could not be acted on: %s", key, type(failure).__name__)
        _try_again(key)
        return False
    return True


def _answer(text: ReceivedText, now: dt.datetime) -> None:
    """Ask the hooks, queue the reply: the same way for every reply, whatever it says.

    What no hook takes is told to people where it asks for help, or comes from a stranger.
    """
    number, _, words = unseal(text.sealed).partition("\n")
    people = senders(text.account, number)
    sender, reply = _asked(text, people, words, now) or (None, "")
    if sender is None and _kept(number):
        tell_unplaced(text, people, is_help=asks_for_help(words), now=now)
        sender, reply = (people[0], _not_out(words)) if people else (None, "")
    text.state = ReceivedText.State.ANSWERED if sender else ReceivedText.State.UNKNOWN
    text.sender, text.answered_at = sender, now
    text.save(update_fields=["state", "sender", "answered_at"])
    if sender is not None:
        queue(
            key=f"text:{text.pk}:answer",
            recipient=sender,
            channel=Notice.Channel.TEXT,
            subject=ANSWER,
            body=reply,
            now=now,
            urgent=True,
            school=sender.main_school,
        )


def _asked(text: ReceivedText, people: list[Staff], words: str, now: dt.datetime) -> tuple[Staff, str] | None:
    """Who wrote it, and the answer, by the first hook whose business it is."""
    if not people:
        return None
    inbound = Inbound(key=text.provider_id, people=tuple(people), text=words, sent_at=text.sent_at)
    replies = (hook(inbound, now) for hook in TEXT_HOOKS)
    return next((reply for reply in replies if reply is not None), None)


def _not_out(words: str) -> str:
    """What somebody reads who is on no visit."""
    return " ".join([NOT_OUT, *([RUNG] if asks_for_help(words) else []), DANGER])


def _try_again(key: int) -> None:
    """Later, and ever later; a person is told in time. Whatever fails here must not keep the next text waiting."""
    try:
        with transaction.atomic():
            text = ReceivedText.objects.waiting().select_for_update().filter(pk=key).first()
            if text is None:
                return
            text.tries += 1
            pause = dt.timedelta(seconds=PAUSES[min(text.tries, len(PAUSES)) - 1])
            text.next_try_at = app_now() + pause
            text.save(update_fields=["tries", "next_try_at"])
            if text.tries >= TELLS_AFTER:
                tell_lost(text, _known(text), now=app_now())
    except Exception as failure:
        logger.error("nobody could be told of text %s: %s", key, type(failure).__name__)


def _known(text: ReceivedText) -> list[Staff]:
    """Whose telephone a text came from; nobody where it cannot be opened."""
    try:
        return senders(text.account, unseal(text.sealed).partition("\n")[0])
    except InvalidToken:
        return []
