"""Texts that belong to no visit: from somebody who is on none, from a stranger, or not to be acted on. People are told."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.urls import reverse

from homevisits.notices.accounts import ReceivedText
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.notices.registry import PHONES
from homevisits.people.models import Staff
from homevisits.people.querysets import StaffQuerySet
from homevisits.sealing import read
from homevisits.trusts.roles import LEADERS, RoleName

HELPERS = [RoleName.OFFICE, *LEADERS]
QUIETLY = (Notice.Channel.IN_APP,)
# So long one stranger who cries again is told in the product alone.
PAUSE = dt.timedelta(minutes=5)
LOUDLY = (Notice.Channel.IN_APP, Notice.Channel.EMAIL, Notice.Channel.TEXT, Notice.Channel.PUSH)


def tell_unplaced(text: ReceivedText, people: Sequence[Staff], *, is_help: bool, now: dt.datetime) -> None:
    """Tell those who can ring back, by every way where it asks for help.

    A stranger may be one of ours with a borrowed telephone; of staff who are on no visit only a call
    for help is told, not every "thanks".
    """
    if not people:
        subject = "Somebody asks for help by text" if is_help else "A text from a number of nobody here"
        ways = LOUDLY if is_help and not _cried_just_now(text, now) else QUIETLY
        _tell(text, subject, helpers(text, []), ways, now)
    elif is_help:
        _tell(text, f"{people[0].short_name} asks for help by text", helpers(text, people), LOUDLY, now)


def _cried_just_now(text: ReceivedText, now: dt.datetime) -> bool:
    """Whether people were told loudly of this stranger's number within minutes: a flood takes no texts from alarms."""
    loud = Notice.objects.filter(
        channel__in=LOUDLY[1:],
        key__startswith="text:",
        key__contains=":unplaced:",
        created_at__gt=now - PAUSE,
    )
    told = {int(key.split(":")[1]) for key in loud.values_list("key", flat=True)} - {text.pk}
    others = ReceivedText.objects.filter(pk__in=told, account=text.account_id)
    return any(number_of(other) == number_of(text) for other in others)


def number_of(text: ReceivedText) -> str:
    """The number that a text came from."""
    return read(text.sealed).partition("\n")[0]


def tell_lost(text: ReceivedText, people: Sequence[Staff], *, now: dt.datetime) -> None:
    """Once: somebody wrote, and the product cannot act on it."""
    whose = people[0].short_name if people else "somebody"
    _tell(text, f"A text from {whose} could not be acted on", helpers(text, people), LOUDLY, now)


def _tell(
    text: ReceivedText, subject: str, told: Iterable[Staff], channels: Sequence[str], now: dt.datetime
) -> None:
    queue_all(
        drafted(
            key=f"text:{text.pk}:unplaced:{person.pk}:{channel}",
            recipient=person,
            channel=channel,
            subject=subject,
            body="Ring that number now, and ask whether all is well. Open this to see it.",
            path=reverse("received_text", args=[text.pk]),
            now=now,
            urgent=True,
        )
        for person, channel in reach(told, channels).pairs
    )


def helpers(text: ReceivedText, people: Sequence[Staff]) -> StaffQuerySet:
    """Office and leaders of the writer's school; of a stranger's, those of the schools from which somebody is out.

    Nobody who is out: the text may be about them, and be read beside them. Where that is nobody: everybody of
    the trust with such a part.
    """
    trust = text.account.trust_id
    where = [school.pk for person in people if (school := person.main_school)]
    where = where or [key for phones in PHONES for key in phones.schools(trust)]
    others = Staff.objects.active().filter(trust_id=trust).exclude(pk__in=[p.pk for p in people])
    able = others.filter(roles__role__in=HELPERS).distinct()
    near = others.filter(
        Q(roles__school__in=where) | Q(roles__school=None), roles__role__in=HELPERS
    ).distinct()
    out = {key for phones in PHONES for key in phones.out(trust)}
    choices = [near if where else able.none(), able]
    free = [chosen.exclude(pk__in=out) for chosen in choices]
    return next((chosen for chosen in [*free, *choices] if chosen.exists()), able)
