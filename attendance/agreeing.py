"""The one door for agreements: kept when a visit is recorded, reviewed by its owner."""

import datetime as dt

from django.db import transaction

from attendance import reviewing
from attendance.models import Agreement, AgreementDeadline
from homevisits.clock import from_local
from homevisits.escalation.deadlines import Wanted, arm
from homevisits.notices.outbox import queue
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel
from visits.models import Visit

REVIEW = "review"
MORNING = dt.time(8, 30)


class Refused(Exception):
    """The review cannot be kept like this; the text is a sentence for the person."""


def keep_agreed(visit: Visit, by: Staff, now: dt.datetime) -> None:
    """Keep every action of a recorded visit for each pupil, with an owner and a review date.

    TC-212 to TC-214: in the pupil's attendance record, shared with the roles that the policy
    names. Called in the transaction that records the visit.
    """
    actions = list(visit.written.actions.all())
    owner = visit.lead.staff if visit.lead and visit.lead.staff else by
    for pupil in visit.pupils.all():
        for action in actions:
            agreement, is_new = Agreement.objects.get_or_create(
                pupil=pupil,
                action=action,
                defaults={"visit": visit, "owner": owner, "review_on": action.due_on, "made_at": now},
            )
            if is_new:
                reviewing.note(agreement, "made", "Agreed on a visit", by=by, now=now)
                _arm(agreement, now)
    if actions:
        _share(visit, now)


def _arm(agreement: Agreement, now: dt.datetime) -> None:
    due = from_local(agreement.review_on, MORNING)
    wanted = [Wanted(kind=REVIEW, due_at=due, is_safety=False, nudges=3, nudge_minutes=2880)]
    arm(
        AgreementDeadline,
        agreement,
        wanted if agreement.state == Agreement.State.RUNNING else [],
        now=now,
        met={REVIEW},
    )


def _share(visit: Visit, now: dt.datetime) -> None:
    """Tell those with whom agreements are shared (TC-214)."""
    roles = list(visit.policy.agreements_shared_with) if visit.policy else []
    for person in Staff.objects.holding(roles, visit.school):
        for channel in (Channel.IN_APP, Channel.EMAIL):
            queue(
                key=f"{visit.ref}:agreed:{person.pk}:{channel}",
                recipient=person,
                channel=channel,
                subject=f"{visit.ref}: something was agreed",
                body="A visit was recorded with an agreement.",
                path="/attendance/agreements/",
                now=now,
                school=visit.school,
            )


def review(
    *,
    agreement: Agreement,
    by: Staff,
    now: dt.datetime,
    state: str,
    note: str = "",
    review_on: dt.date | None = None,
) -> Agreement:
    """Say whether it was kept; still running needs a new date that lies ahead."""
    with transaction.atomic():
        fresh = (
            Agreement.objects.select_for_update(of=("self",))
            .select_related("visit__school", "pupil")
            .get(pk=agreement.pk)
        )
        if by.pk != fresh.owner_id and not by.has_role(*reviewing.KEEPERS, school=fresh.visit.school):
            raise Refused("Only its owner or those who work on attendance can review an agreement.")
        if state == Agreement.State.RUNNING and review_on is None:
            raise Refused("Choose the day of the next review.")
        fresh.state, fresh.note = state, note[:300]
        fresh.reviewed_at, fresh.reviewed_by = now, by
        fresh.review_on = review_on or fresh.review_on
        fresh.save(update_fields=["state", "note", "reviewed_at", "reviewed_by", "review_on"])
        reviewing.note(fresh, "reviewed", f"Reviewed: {fresh.get_state_display().lower()}", by=by, now=now)
        _arm(fresh, now)
    return fresh
