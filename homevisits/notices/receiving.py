"""Texts that staff send us: each counted once, kept sealed, asked of whoever can act on it, and answered."""

import datetime as dt
import logging

from django.core.exceptions import ValidationError
from django.db import transaction

from homevisits.clock import AppNow, app_now
from homevisits.notices import notify
from homevisits.notices.accounts import ReceivedText, TextAccount
from homevisits.notices.channels.text import ANSWER
from homevisits.notices.delivery import NotDelivered
from homevisits.notices.models import Notice
from homevisits.notices.notify import Incoming
from homevisits.notices.outbox import queue
from homevisits.notices.registry import TEXT_HOOKS, Inbound
from homevisits.people.models import Staff
from homevisits.people.phones import tidy_phone
from homevisits.people.querysets import StaffQuerySet
from homevisits.sealing import seal, unseal
from homevisits.trusts.models import School
from homevisits.trusts.roles import LEADERS, RoleName

NOT_UNDERSTOOD = "We did not understand. Reply OK, HELP or a number of minutes. In danger ring 999."
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
    is_old = incoming.sent_at < account.set_at - ON_ITS_WAY
    known = bool(senders(account, incoming.number))
    state = ReceivedText.State.WAITING if known else ReceivedText.State.UNKNOWN
    row, is_new = ReceivedText.objects.get_or_create(
        account=account,
        provider_id=incoming.provider_id,
        defaults={
            "sealed": seal(f"{incoming.number}\n{incoming.text}"),
            "sent_at": incoming.sent_at,
            "received_at": now,
            "next_try_at": now,
            "state": ReceivedText.State.OLD if is_old else state,
        },
    )
    return row if is_new else None


def senders(account: TextAccount, number: str) -> list[Staff]:
    """The people of the trust who have this mobile: one, or several who share it."""
    try:
        kept = tidy_phone(number if number.startswith(("+", "0")) else f"+{number}")
    except ValidationError:  # a name instead of a number, as shops and banks have
        return []
    mine = Staff.objects.active().filter(trust_id=account.trust_id, mobile=kept)
    return list(mine.order_by("pk")) if kept else []


def fetch() -> int:
    """Ask Notify for texts, for each trust whose turn it is. Says how many were new."""
    new = 0
    for account in _claim():
        try:
            incoming = notify.received(account)
        except NotDelivered as failure:
            logger.warning("no texts fetched: %s", type(failure).__name__)
            later = AppNow() + AFTER_A_FAILURE
            TextAccount.objects.filter(pk=account.pk).update(ask_texts_at=later)
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
            waiting = ReceivedText.objects.waiting().select_related("account")
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
    """Ask the hooks, queue the reply: the same way for every reply, whatever it says."""
    number, _, words = unseal(text.sealed).partition("\n")
    people = senders(text.account, number)
    sender, reply = _asked(text, people, words, now)
    text.state, text.sender, text.answered_at = ReceivedText.State.ANSWERED, sender, now
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


def _asked(text: ReceivedText, people: list[Staff], words: str, now: dt.datetime) -> tuple[Staff | None, str]:
    """Who wrote it, and the answer. Where a mobile is shared, whoever of them a hook knows what to do for."""
    for person in people:
        inbound = Inbound(key=text.provider_id, sender=person, text=words, sent_at=text.sent_at)
        for hook in TEXT_HOOKS:
            if (reply := hook(inbound, now)) is not None:
                return person, reply
    return (people[0] if people else None), NOT_UNDERSTOOD


def _try_again(key: int) -> None:
    """Later, and ever later; a person is told in time."""
    with transaction.atomic():
        text = ReceivedText.objects.waiting().select_for_update().filter(pk=key).first()
        if text is None:
            return
        now = app_now()
        text.tries += 1
        text.next_try_at = now + dt.timedelta(seconds=PAUSES[min(text.tries, len(PAUSES)) - 1])
        text.save(update_fields=["tries", "next_try_at"])
        if text.tries >= TELLS_AFTER:
            _tell_office(text, now)


def _helpers(person: Staff, school: School | None) -> StaffQuerySet:
    """Office and leaders of somebody's school; of every school for somebody who has the whole trust."""
    roles = [RoleName.OFFICE, *LEADERS]
    if school is not None:
        return Staff.objects.holding(roles, school).exclude(pk=person.pk)
    theirs = Staff.objects.active().filter(trust_id=person.trust_id, roles__role__in=roles)
    return theirs.exclude(pk=person.pk).distinct()


def _tell_office(text: ReceivedText, now: dt.datetime) -> None:
    """Once: somebody wrote, and the product cannot act on it."""
    account = TextAccount.objects.get(pk=text.account_id)
    for person in senders(account, unseal(text.sealed).partition("\n")[0]):
        school = person.main_school
        for told in _helpers(person, school):
            queue(
                key=f"text:{text.pk}:lost:{person.pk}:{told.pk}",
                recipient=told,
                channel=Notice.Channel.IN_APP,
                subject=f"A text from {person.short_name} could not be acted on",
                body="Ring them now, and ask whether all is well. Nobody has answered their text.",
                path="/",
                now=now,
                urgent=True,
                school=school,
            )
