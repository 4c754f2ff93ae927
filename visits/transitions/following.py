"""After a visit that reached nobody: the next step is named, and a check by the police decided on."""

import datetime as dt

from homevisits.people.models import Staff
from visits import telling
from visits.following import NextStep
from visits.models import Visit
from visits.next_step import proposed, since, welfare_deciders
from visits.safety import Due
from visits.transitions.door import Refused, Stale, happened, opened, rearm
from visits.transitions.secret import hears
from visits.transitions.starting import ask_again

Choice = NextStep.Choice


@hears("words")
def name_next_step(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    choice: str,
    words: str = "",
    card_left: bool = False,
    start_at: dt.datetime | None = None,
) -> Visit | None:
    """Say what follows (SH-071, SH-098, AF-045); gives back the draft of a second visit. Raises Refused.

    `start_at`: when the second visit begins, where that is settled. A check by the police is proposed to the safeguarding team and the head, who decide.
    """
    if choice != Choice.AGAIN and not words.strip():
        raise Refused("Say why, or what is done.")
    if start_at and start_at <= now:
        raise Refused("Enter a time that lies ahead.")
    with opened(visit, by=by, action="next_step", now=now) as fresh:
        if since(fresh) is None:
            raise Refused("The visit took place, so there is no next step to name here.")
        step = NextStep.objects.create(
            visit=fresh, choice=choice, words=words.strip()[:500], card_left=card_left, by=by, at=now
        )
        card = ", a card was left" if card_left else ""
        happened(fresh, "next_step", f"Next step: {str(step).lower()}{card}", by=by, now=now, reason=words)
        if choice == Choice.WELFARE:
            _propose(fresh, by, now)
        rearm(fresh, now=now, met=[Due.NEXT_STEP])
        return ask_again(visit=fresh, by=by, now=now, start_at=start_at) if choice == Choice.AGAIN else None


def _propose(visit: Visit, by: Staff, now: dt.datetime) -> None:
    telling.tell(
        [person for person in welfare_deciders(visit) if person != by],
        visit,
        what="welfare",
        subject=f"{visit.ref}: decide whether the police look in",
        body="It is proposed that they look in on the family. Open it, read why, and decide.",
        path=f"/visits/{visit.ref}/next/",
        now=now,
        urgent=True,
    )


@hears("answer")
def decide_welfare(
    *, visit: Visit, by: Staff, now: dt.datetime, is_agreed: bool, answer: str, reference: str = ""
) -> NextStep:
    """Decide on a proposed check by the police; a person rings them, and the decision is kept (AF-039, AF-045)."""
    if not answer.strip():
        raise Refused("Say why, or what the police said.")
    with opened(visit, by=by, action="welfare", now=now) as fresh:
        step = proposed(fresh)
        if step is None:
            raise Stale("Somebody has decided on this already. Look at it again.")
        step.is_agreed, step.answered_by, step.answered_at = is_agreed, by, now
        step.answer, step.reference = answer.strip()[:500], reference.strip()
        step.save(update_fields=["is_agreed", "answered_by", "answered_at", "answer", "reference"])
        said = "The police are asked to look in" if is_agreed else "The police are not asked to look in"
        happened(fresh, "welfare", said, by=by, now=now, reason=answer)
        telling.tell(
            [person for person in [step.by, *telling.askers(fresh)] if person != by],
            fresh,
            what="welfare_decided",
            subject=f"{fresh.ref}: decided whether the police look in",
            body="Open it to read what was decided.",
            path=f"/visits/{fresh.ref}/next/",
            now=now,
        )
        rearm(fresh, now=now, met=[Due.NEXT_STEP])
    return step
