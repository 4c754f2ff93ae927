"""Texts: through the trust's own account at GOV.UK Notify."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence

from django.conf import settings

from homevisits.clock import AppNow, local
from homevisits.notices import notify
from homevisits.notices.accounts import TextAccount, account_of
from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Notice
from homevisits.notices.registry import PHONES
from homevisits.people.models import Staff

# Above these in an hour the phone networks block a number, and the text after it too.
SAME_AN_HOUR = 20
ANY_AN_HOUR = 100
# What is about no alarm leaves the rest of them to alarms.
ANY_BUT_ALARMS = 70
HOUR = dt.timedelta(hours=1)
# Notify cuts off at 918 characters; what is longer than this costs five texts and is read by nobody.
LONGEST = 600
REPEAT = "Repeat: you may have had this already."
# What an answer to somebody's text is called in the log; the text itself is the words alone.
ANSWER = "Answer to a text"
NO_ACCOUNT = "no text account"
NO_NUMBER = "no mobile number"


def send(notice: Notice, *, is_repeat: bool) -> uuid.UUID | None:
    """Hand a text over."""
    person = notice.recipient
    account = account_of(person)
    if account is None:
        raise Undeliverable("The trust has no text account.")
    number, body = numbers([person]).get(person.pk, ""), written(notice, is_repeat=is_repeat)
    if not number:
        raise Undeliverable("There is no mobile number to text to.")
    _within_limits(notice, number, body)
    return notify.text(account, number=number, body=body, reference=notice.uuid)


def numbers(people: Sequence[Staff]) -> dict[int, str]:
    """Where each is texted to, by id: the telephone that they were logged with just now, else their own mobile."""
    own = {person.pk: str(person.mobile) for person in people if person.mobile}
    return own | {key: number for phones in PHONES for key, number in phones.numbers(people).items()}


def written(notice: Notice, *, is_repeat: bool) -> str:
    """The notice as a text: what it is about, the words, a link, when it was written."""
    link = f"{settings.SITE_URL}{notice.path}" if notice.path else ""
    words = " ".join(f"{_lead(notice)} {notice.body}".split())[:LONGEST]
    # The time makes each text its own: networks block a number that gets the same one again and again.
    parts = [words, link, f"Sent {local(notice.created_at):%H:%M}.", REPEAT if is_repeat else ""]
    return " ".join(part for part in parts if part)


def _lead(notice: Notice) -> str:
    """The subject as the first sentence; left out of it is what the words begin with anyhow."""
    subject = " ".join(notice.subject.split())
    if subject == ANSWER:
        return ""
    kind, colon, about = subject.rpartition(": ")
    if about and notice.body.startswith(about):
        return f"{kind}{colon}".rstrip()
    return f"{subject}."


def _within_limits(notice: Notice, number: str, body: str) -> None:
    """Raises Undeliverable where a network would block. Keeps a digest of the number and one of what is about to go."""
    to, wording = _digest(number), _digest(number) + _digest(body)
    lately = Notice.objects.filter(
        recipient__trust=notice.recipient.trust_id,
        wording__startswith=to,  # several people may share a telephone
        channel=Notice.Channel.TEXT,
        sent_at__gt=AppNow() - HOUR,
    ).exclude(pk=notice.pk)
    if lately.filter(wording=wording).count() >= SAME_AN_HOUR:
        raise Undeliverable(f"The same text went to this number {SAME_AN_HOUR} times within an hour.")
    most = ANY_AN_HOUR if notice.alarm else ANY_BUT_ALARMS
    if lately.count() >= most:
        raise Undeliverable(f"This number had {most} texts within an hour.")
    Notice.objects.filter(pk=notice.pk).update(wording=wording)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def missing(people: Sequence[Staff]) -> dict[int, str]:
    """Everybody of a trust without an account, and who has no mobile number."""
    trusts = {person.trust_id for person in people}
    known = numbers(people)
    able = set(TextAccount.objects.filter(trust__in=trusts).values_list("trust", flat=True))
    without = {p.pk: NO_ACCOUNT for p in people if p.trust_id not in able}
    return without | {p.pk: NO_NUMBER for p in people if p.pk not in without and p.pk not in known}
