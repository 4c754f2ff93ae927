"""Briefing: somebody whom the policy names makes visitors aware of its points, and each says that they have read it."""

import datetime as dt
from collections.abc import Sequence

from homevisits.people.models import Staff
from homevisits.trusts.roles import RoleName
from visits import telling
from visits.briefing import Briefed, briefings, may_brief, of_visitor
from visits.models import Briefing, Visit
from visits.states import State
from visits.transitions.door import Refused, happened, is_still, opened
from visits.transitions.secret import hears

BEFORE = (State.REQUESTED, State.AUTHORISED, State.LOGGED)


@hears("words")
def brief(*, visit: Visit, by: Staff, now: dt.datetime, staff: Sequence[Staff], words: str) -> Visit:
    """Confirm that these visitors are made aware of every point, with words about this family.

    Said again with other words, or after the risks were assessed anew, it is read again (TC-053,
    TC-130, TC-141). Raises Refused for somebody whom this person does not brief.
    """
    with opened(visit, by=by, action="brief", now=now) as fresh:
        is_still(fresh, *BEFORE)
        theirs = {one.staff.pk: one for one in briefings(fresh)}
        chosen = [theirs[person.pk] for person in staff if person.pk in theirs]
        if not chosen:
            raise Refused("Choose whom you brief.")
        for one in chosen:
            _confirm(fresh, one, by=by, now=now, words=words.strip())
        names = ", ".join(one.staff.short_name for one in chosen)
        happened(fresh, "briefed", f"Briefed {names}", by=by, now=now)
        telling.tell(
            [one.staff for one in chosen],
            fresh,
            what="briefed",
            subject=f"{fresh.ref}: read your briefing",
            body="You were briefed for a home visit. Open it, read it, and confirm it before you leave.",
            path=f"/visits/{fresh.ref}/briefing/",
            now=now,
        )
    return fresh


def _confirm(visit: Visit, one: Briefed, *, by: Staff, now: dt.datetime, words: str) -> None:
    """Write the confirmations that are missing, and put new words in the place of old ones."""
    if not may_brief(by, visit, one.staff):
        raise Refused(f"You do not brief {one.staff.short_name}. Nobody briefs themself.")
    if one.anew and not words:
        raise Refused("Say what they should know about this family and home.")
    rules = visit.rules
    assert rules is not None  # without a policy nobody is asked to be briefed
    if one.standing and one.standing_row is None:
        Briefing.objects.create(policy=rules, staff=one.staff, confirmed_by=by, confirmed_at=now)
    if one.anew and (one.is_outdated or one.visit_row is None or one.words != words):
        said = {"words": words, "confirmed_by": by, "confirmed_at": now, "acknowledged_at": None}
        Briefing.objects.update_or_create(policy=rules, staff=one.staff, visit=visit, defaults=said)


def acknowledge_briefing(*, visit: Visit, by: Staff, now: dt.datetime) -> Visit:
    """I have read it and know the points. Raises Refused while somebody has still to brief this person."""
    with opened(visit, by=by, action="acknowledge_briefing", now=now) as fresh:
        is_still(fresh, *BEFORE)
        own = of_visitor(fresh, by)
        if own is None or not own.is_confirmed:
            raise Refused("You are not briefed yet. Ask for your briefing first.")
        unread = [row for row in own.rows if row.acknowledged_at is None]
        for row in unread:
            row.acknowledged_at = now
            row.save(update_fields=["acknowledged_at"])
        if unread:
            happened(fresh, "briefing_read", "Confirmed the briefing", by=by, now=now)
    return fresh


def ask_for_background(*, visit: Visit, by: Staff, now: dt.datetime) -> list[Staff]:
    """Ask the EWO for background and circumstances (TC-062); gives back who was asked."""
    with opened(visit, by=by, action="ask_background", now=now) as fresh:
        is_still(fresh, State.DRAFT, *BEFORE)
        people = [ewo for ewo in Staff.objects.holding([RoleName.EWO], fresh.school) if ewo.pk != by.pk]
        if not people:
            raise Refused("Nobody of your trust has the part of the EWO. Ask the head for the background.")
        telling.tell(
            people,
            fresh,
            what="background",
            subject=f"{fresh.ref}: what do you know that visitors should know?",
            body="Somebody asks you for background before a home visit. Open it and write what you know.",
            path=f"/visits/{fresh.ref}/background/",
            now=now,
        )
        happened(fresh, "asked_background", "Asked the EWO for background", by=by, now=now)
    return people


@hears("words")
def give_background(*, visit: Visit, by: Staff, now: dt.datetime, words: str) -> Visit:
    """The EWO's answer: it stands in the briefing of everybody who goes, and is read again by who had read it."""
    if not words.strip():
        raise Refused("Say what the visitors should know, or that you know nothing.")
    with opened(visit, by=by, action="give_background", now=now) as fresh:
        is_still(fresh, *BEFORE)
        happened(fresh, "background", "Gave background", by=by, now=now, reason=words.strip())
        for row in fresh.briefings.exclude(staff=by):
            row.words = f"{row.words}\n\n{by.short_name}: {words.strip()}".strip()
            row.acknowledged_at = None
            row.save(update_fields=["words", "acknowledged_at"])
        people = [a.staff for a in fresh.party if a.staff]
        telling.tell(
            [
                p
                for p in dict.fromkeys([fresh.requested_by, *people, *telling.briefers_of(fresh)])
                if p.pk != by.pk
            ],
            fresh,
            what="background_given",
            subject=f"{fresh.ref}: the EWO wrote what visitors should know",
            body="Open the briefing to read it.",
            path=f"/visits/{fresh.ref}/briefing/",
            now=now,
        )
    return fresh
