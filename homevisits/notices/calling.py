"""Calls by a person: who is asked to ring whom, by when, and what came of it.

`ask_somebody` is what VOICE_BACKEND names by default. Another backend takes the same arguments, has
the recipient rung by a machine, and later reports by `receipts.hear`.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from homevisits.clock import AppNow, app_now, local
from homevisits.notices.calls import Call
from homevisits.notices.delivery import Undeliverable
from homevisits.notices.models import Notice
from homevisits.notices.outbox import drafted, queue_all
from homevisits.notices.reach import reach
from homevisits.notices.registry import marked, tell_called, tell_failed
from homevisits.people.duty import on_duty
from homevisits.people.models import Staff
from homevisits.people.phones import written

# Nobody who is asked to ring is waited for any longer: the call has failed, and the ladder moves on.
WITHIN = dt.timedelta(minutes=3)
ASKED = "asked"
TOLD_BY = (Notice.Channel.IN_APP, Notice.Channel.PUSH, Notice.Channel.TEXT)


class Refused(Exception):
    """It cannot be written down; `sentence` says why, for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def ask_somebody(notice: Notice, *, is_repeat: bool) -> None:
    """Make the call a task of a named person, and tell them in the product, by push and by text.

    Raises Undeliverable where nobody is there to ring.
    """
    now = app_now()
    caller = notice.caller or _on_duty(notice, now)
    if caller is None:
        raise Undeliverable("Nobody is on duty who could ring.")
    with transaction.atomic():
        Call.objects.get_or_create(
            notice=notice, defaults={"caller": caller, "asked_at": now, "due_at": now + WITHIN}
        )
        Notice.objects.filter(pk=notice.pk).update(provider_status=ASKED)
        _tell(notice, caller, now)


def _on_duty(notice: Notice, now: dt.datetime) -> Staff | None:
    """Somebody on duty at the notice's school, for a notice whose writer named nobody."""
    if notice.school is None:
        return None
    return on_duty(notice.school, now).exclude(pk=notice.recipient_id).order_by("pk").first()


def _tell(notice: Notice, caller: Staff, now: dt.datetime) -> None:
    person = notice.recipient
    until = f"{local(now + WITHIN):%H:%M}"
    # A lock screen shows the subject: whom to ring stands in the words.
    subject = marked(notice, f"Ring somebody now. {notice.subject}")[:120]
    body = (
        f"Ring {person.short_name}, {written(str(person.mobile))}, and say before {until} on the page"
        " whether you spoke to them. Voicemail is no answer."
    )
    queue_all(
        drafted(
            key=f"{notice.alarm}:call:{notice.pk}:{channel}",
            recipient=caller,
            channel=channel,
            subject=subject,
            body=body,
            path=notice.path,
            now=now,
            urgent=True,
            alarm=notice.alarm,
            school=notice.school_id,
            private=notice.is_private,
        )
        for _, channel in reach([caller], TOLD_BY).pairs
    )


def report(*, call: Call, by: Staff | None, outcome: str, now: dt.datetime) -> bool:
    """Write down what came of a call; False when it has to be tried again.

    Anything but having spoken to them fails the notice, so that the ladder moves on: told first to
    the hooks, which lock subject and alarm. Raises Refused for the person who was to be rung, and
    when somebody else has written down what came of it.
    """
    notice = call.notice
    if by is not None and by.pk == notice.recipient_id:
        raise Refused("You are the one to be rung: somebody else writes down whether they reached you.")
    call.outcome, call.made_by, call.made_at = outcome, by, now
    with transaction.atomic():
        spoke = outcome == Call.Outcome.SPOKE
        if not (tell_called(call, now) and (spoke or tell_failed(notice, now))):
            transaction.set_rollback(True)
            return False
        mine = Call.objects.to_make().filter(pk=call.pk)
        if not mine.update(outcome=outcome, made_at=now, made_by=by):
            raise Refused("What came of this call is written down already.")
        fields = (
            {"delivered_at": now, "provider_status": Call.Outcome.SPOKE}
            if spoke
            else {"state": Notice.State.FAILED, "failure": said(call), "provider_status": outcome}
        )
        Notice.objects.filter(pk=notice.pk).exclude(state=Notice.State.DROPPED).update(**fields)
    return True


def said(call: Call) -> str:
    """What came of a call, in a sentence: "R. Reader rang J. Head at 10:42: no answer."."""
    whom = call.notice.recipient.short_name
    if call.outcome == Call.Outcome.NOT_MADE:
        return f"{call.caller.short_name} was asked to ring {whom} and did not say that they had."
    who = (call.made_by or call.caller).short_name
    came = "spoke to them" if call.outcome == Call.Outcome.SPOKE else "no answer"
    at = f" at {local(call.made_at):%H:%M}" if call.made_at else ""
    return f"{who} rang {whom}{at}: {came}."


def end_overdue() -> int:
    """Calls that nobody made in time have failed. Says how many."""
    due = Call.objects.to_make().filter(due_at__lte=AppNow())
    ended = 0
    for call in due.select_related("notice__recipient", "caller")[:20]:
        try:
            ended += report(call=call, by=None, outcome=Call.Outcome.NOT_MADE, now=app_now())
        except Refused:
            continue  # somebody was a moment faster
    return ended


def being_rung(alarm: uuid.UUID) -> set[int]:
    """Whom somebody, or a machine, is ringing about an alarm now: by id."""
    ours = Notice.objects.filter(alarm=alarm, channel=Notice.Channel.CALL)
    by_machine = ours.filter(call=None, state=Notice.State.SENT, delivered_at=None)
    under_way = ours.waiting() | ours.filter(call__outcome="") | by_machine
    return set(under_way.values_list("recipient", flat=True))


def spoken_to(alarm: uuid.UUID) -> set[int]:
    """Who was spoken to about an alarm: by id."""
    ours = Notice.objects.filter(alarm=alarm, channel=Notice.Channel.CALL)
    return set(ours.exclude(delivered_at=None).values_list("recipient", flat=True))


def to_make(alarm: uuid.UUID, staff: Staff) -> QuerySet[Call]:
    """The calls about an alarm that still have to be made, as this person may see them."""
    mine = Call.objects.visible_to(staff).to_make().filter(notice__alarm=alarm)
    return mine.select_related("caller", "notice__recipient")


def asked_of(staff: Staff) -> QuerySet[Call]:
    """The calls that this person is asked to make now."""
    mine = Call.objects.visible_to(staff).to_make().filter(caller=staff)
    return mine.select_related("caller", "notice__recipient")


def announced(alarms: Collection[uuid.UUID], staff: Staff) -> dict[str, list[str]]:
    """Who is asked to ring whom, in sentences by alarm, for a screen that others see too: nothing private."""
    found: dict[str, list[str]] = {}
    shown = Call.objects.visible_to(staff).to_make().filter(notice__is_private=False)
    if alarms:
        calls = shown.filter(notice__alarm__in=alarms).select_related("caller", "notice__recipient")
        for call in calls:
            who = "You are" if call.caller_id == staff.pk else f"{call.caller.short_name} is"
            sentence = (
                f"{who} asked to ring {call.notice.recipient.short_name} before {local(call.due_at):%H:%M}."
            )
            found.setdefault(str(call.notice.alarm), []).append(sentence)
    return found
