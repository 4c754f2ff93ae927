"""The one door for concerns: raise, receive."""

import datetime as dt

from django.db import transaction

from homevisits.escalation import alarms
from homevisits.escalation.deadlines import Wanted, arm
from homevisits.notices.outbox import queue
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.choices import Channel
from homevisits.trusts.roles import SAFEGUARDING_TEAM
from safeguarding import chasing
from safeguarding.models import Concern, ConcernDeadline
from visits.models import Visit
from visits.transitions.secret import hears

UNREAD = "unread"


class Refused(Exception):
    """The concern cannot be raised or received like this; the text is a sentence for the person."""


@hears("facts", "opinion", "services_called")
def raise_concern(
    *,
    pupil: Pupil,
    by: Staff,
    now: dt.datetime,
    facts: str,
    opinion: str = "",
    visit: Visit | None = None,
    is_serious: bool = False,
    services_called: str = "",
    happened_at: dt.datetime | None = None,
) -> tuple[Concern, list[Staff]]:
    """Send a concern to the DSL (deputy if away) at once; gives back who was told (TC-222, TC-223, PS-090).

    Unread by the policy's minutes it climbs the concern ladder.
    """
    if not facts.strip():
        raise Refused("Write what you saw and heard.")
    with transaction.atomic():
        concern = Concern.objects.create(
            school=pupil.school,
            pupil=pupil,
            visit=visit,
            author=by,
            facts=facts,
            opinion=opinion,
            is_serious=is_serious,
            services_called=services_called[:300],
            happened_at=happened_at or now,
            raised_at=now,
        )
        chasing.note(concern, "raised", "Raised a concern", by=by, now=now, serious=is_serious)
        people = chasing.readers(concern.school, by, now)
        _tell(concern, people, now)
        due = now + dt.timedelta(minutes=chasing.policy_of(concern).concern_read_minutes)
        wanted = Wanted(kind=UNREAD, due_at=due, is_safety=True)
        arm(ConcernDeadline, concern, [wanted], now=now)
    return concern, people


def _tell(concern: Concern, people: list[Staff], now: dt.datetime) -> None:
    """A reference and a link; nothing of the child, nothing of the words."""
    subject = "A safeguarding concern waits for you" + (" (serious)" if concern.is_serious else "")
    for person in people:
        for channel in (Channel.IN_APP, Channel.EMAIL):
            queue(
                key=f"concern:{concern.uuid}:{person.pk}:{channel}",
                recipient=person,
                channel=channel,
                subject=subject,
                body="Open it, read it, and mark it as received.",
                path=concern.get_absolute_url(),
                now=now,
                urgent=True,
                school=concern.school,
                private=True,
            )


def receive(*, concern: Concern, by: Staff, now: dt.datetime) -> Concern:
    """The DSL team has read it: the chase stops, and the author sees who and when."""
    with transaction.atomic():
        fresh = Concern.objects.select_for_update(of=("self",)).select_related("school").get(pk=concern.pk)
        if by.pk == fresh.author_id:
            raise Refused("You wrote this concern: somebody else of the DSL team has to receive it.")
        if not by.has_role(*SAFEGUARDING_TEAM, school=fresh.school):
            raise Refused("Only the DSL team can receive a concern.")
        if fresh.is_received:
            return fresh
        fresh.received_at, fresh.received_by = now, by
        fresh.save(update_fields=["received_at", "received_by"])
        chasing.note(fresh, "received", "Received by the DSL team", by=by, now=now)
        arm(ConcernDeadline, fresh, [], now=now, met={UNREAD})
        for alarm in fresh.alarms.exclude(state="resolved"):
            alarms.resolve(alarm=alarm, by=by, outcome="late", resolution="The concern was read.", now=now)
    return fresh
