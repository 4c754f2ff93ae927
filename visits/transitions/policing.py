"""What a person decided about the police, written down. The system never rings them."""

import datetime as dt

from homevisits.escalation import alarms
from homevisits.people.models import Staff
from homevisits.trusts.choices import PoliceNumber
from visits import telling
from visits.following import PoliceDecision
from visits.models import Visit, VisitAlarm
from visits.police import deciders
from visits.responding import either
from visits.transitions.door import Refused, happened, opened, rearm

Answer = PoliceDecision.Answer


def decide_police(
    *,
    visit: Visit,
    alarm: VisitAlarm,
    by: Staff,
    now: dt.datetime,
    answer: str,
    at: dt.datetime,
    decider: Staff,
    number: str = "",
    reference: str = "",
    officer: str = "",
    words: str = "",
) -> PoliceDecision:
    """Write down that the police were called, were not and why, or rang back (TC-120 to TC-122). Raises Refused.

    `by` writes, `decider` decided; from the owner of the alarm it is a sign that they are at it. "Not now"
    is for those alone whom the policy names: it silences what they are asked. Ringing waits for nobody.
    """
    if at > now:
        raise Refused("Enter a time that has passed.")
    if answer == Answer.NOT_YET and not words.strip():
        raise Refused("Say why the police are not called now.")
    with opened(visit, by=by, action="respond", now=now) as fresh:
        if fresh.includes(decider):
            raise Refused(f"{decider} is on this visit. Choose who decided.")
        own = fresh.alarms.get(pk=alarm.pk)
        own.visit = fresh
        is_named = _is_named(own, decider, answer, words, now)
        row = PoliceDecision.objects.create(
            visit=fresh,
            alarm=own,
            answer=answer,
            at=at,
            number=number if answer != Answer.NOT_YET else "",
            reference=reference.strip(),
            officer=officer.strip(),
            words=words.strip()[:500],
            decider=decider,
            by=by,
            recorded_at=now,
        )
        happened(
            fresh,
            "police",
            _sentence(row, is_named=is_named),
            by=by,
            now=now,
            said_at=at,
            decider=decider.pk,
            **alarm.mark,
        )
        if answer == Answer.CALLED:
            _tell(fresh, by, now, private=alarm.is_silent)
        rearm(fresh, now=now)
    alarms.renew(alarm=alarm, by=by, now=now)
    return row


def _is_named(alarm: VisitAlarm, decider: Staff, answer: str, words: str, now: dt.datetime) -> bool:
    """Whether the policy names this person to decide; what nobody else may decide, or only with words, is refused."""
    named = deciders(alarm, now)
    if decider in named or answer == Answer.CALLED_BACK:
        return True
    if answer == Answer.NOT_YET:
        raise Refused(
            f"Your policy has this decided by {either(named)}: ask them, and choose who it was. "
            "If you cannot reach them and fear for somebody, ring 999."
        )
    if not words.strip():
        raise Refused(
            f"Your policy has this decided by {either(named)}. Write what the police said, and why "
            f"{decider.short_name} did not wait."
        )
    return False


def _sentence(row: PoliceDecision, *, is_named: bool) -> str:
    """What stands in the story, without the words."""
    who = row.decider.short_name
    if row.answer == Answer.NOT_YET:
        return f"The police are not called now: {who} decided"
    number = PoliceNumber(row.number).value if row.number else "the police"
    rang = "Rang" if row.answer == Answer.CALLED else "Heard from the police after ringing"
    decided = f"{who} decided" if is_named else f"{who} decided, not whom the policy names"
    return f"{rang} {number}: {decided}" + (f", reference {row.reference}" if row.reference else "")


def _tell(visit: Visit, by: Staff, now: dt.datetime, *, private: bool) -> None:
    """The head (CEO for the EWO) and the office know that the police are on it."""
    people = [*telling.office(visit, now), *telling.told_of_changes(visit)]
    telling.tell(
        [person for person in people if person != by],
        visit,
        what="police",
        subject=f"{visit.ref}: the police were called",
        body="Open the visit to see when, by whom and the reference.",
        now=now,
        urgent=True,
        private=private,
    )
