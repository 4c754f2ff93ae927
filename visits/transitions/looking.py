"""At the door: look round, go in or stay outside, and break off at once when it is not safe."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction

from homevisits.people.models import Staff
from homevisits.trusts.roles import SAFEGUARDING_TEAM
from visits import gates, inviting, telling
from visits.doorstep import is_over
from visits.gates.tuition import wants_adult
from visits.infection import entry_objection, may_enter_for_life, overlay_of
from visits.models import ArrivalLook, Outcome, Visit, VisitRecord
from visits.preparing import HazardKind
from visits.safety import Due
from visits.states import State
from visits.story import Moment
from visits.transitions.claims import claim
from visits.transitions.door import Refused, happened, is_still, keep, opened, rearm
from visits.transitions.going import is_known, said, say_left, say_outcome
from visits.transitions.secret import hears

Kind = Moment.Kind


@hears("note")
def look_round(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    choice: str,
    seen: Collection[str] = (),
    note: str = "",
    key: uuid.UUID | None = None,
) -> Visit:
    """The dynamic risk assessment on arrival (CS-062 to CS-066, CS-084): what is seen, and whether to go in.

    Taken once for each key. Somebody who looks round has arrived.
    """
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        key = key or uuid.uuid4()
        if ArrivalLook.objects.filter(key=key).exists():
            return fresh
        ArrivalLook.objects.create(
            visit=fresh, by=by, at=now, seen=list(seen), note=note[:300], choice=choice, key=key
        )
        if fresh.arrived_at is None:
            said(fresh, Kind.ARRIVED, by=by, now=now)
            fresh.arrived_at = now
            keep(fresh, "arrived_at")
        words = ", ".join(str(HazardKind(kind).label).lower() for kind in seen) or "nothing of note"
        sentence = f"Looked round: {words}. {ArrivalLook.Choice(choice).label}"
        happened(fresh, "looked", sentence, by=by, now=now, reason=note[:300])
        rearm(fresh, now=now, met=[Due.ARRIVAL])
    return fresh


@hears("invited_by", "breach", "life_at_risk")
def say_entered(
    *,
    visit: Visit,
    by: Staff,
    now: dt.datetime,
    invited_by: str = "",
    breach: str = "",
    life_at_risk: str = "",
    **more: Any,
) -> Visit:
    """Inside, at the invitation of an adult who may invite (PS-071 to PS-075, TC-229), after a look round.

    Against a rule only with a reason, which is kept as a breach and told at once; under an infection
    because a life is at risk, which the DSL is told at once (PS-146).
    """
    with opened(visit, by=by, action="say", now=now) as fresh:
        is_still(fresh, State.IN_PROGRESS)
        if is_known(more.get("key")):
            return fresh
        if wants_adult(fresh) and not (invited_by.strip() or life_at_risk.strip()):
            raise Refused(
                "A lesson needs an adult in the home. Stay outside, and say how it went: parent not there."
            )
        why = breach.strip() or (life_at_risk.strip() if may_enter_for_life(fresh) else "")
        against = _against(fresh, invited_by, life_at_risk, claim(now) or now)
        if against and not why:
            raise Refused(against)
        if said(fresh, Kind.ENTERED, by=by, now=now, note=why[:300], **more):
            fresh.arrived_at, fresh.entered_at = fresh.arrived_at or now, fresh.entered_at or now
            fresh.invited_by = invited_by[:120]
            keep(fresh, "arrived_at", "entered_at", "invited_by")
            broke = bool(breach.strip() and (against or not invited_by.strip()))
            happened(
                fresh, "entered", "Went in", by=by, now=now, breach=broke, life_at_risk=bool(life_at_risk)
            )
            _keep_why(fresh, life_at_risk, by=by, now=now)
            _tell_entry(fresh, broke=broke, for_life=bool(life_at_risk.strip()), now=now)
            rearm(fresh, now=now, met=[Due.ARRIVAL, Due.WAIT])
    return fresh


def _against(visit: Visit, invited_by: str, life_at_risk: str, now: dt.datetime) -> str:
    """The rule that going in would break, as a sentence that says what to do; "" when none does."""
    outside = entry_objection(visit)
    if outside and not (life_at_risk.strip() and overlay_of(visit) and may_enter_for_life(visit)):
        return outside
    if life_at_risk.strip():
        return ""
    if over := is_over(visit, now):
        return over
    blocked = gates.blocking("enter", visit, now)
    return inviting.objection(visit, invited_by) or (blocked[0].sentence if blocked else "")


def _keep_why(visit: Visit, life_at_risk: str, *, by: Staff, now: dt.datetime) -> None:
    """Why a life was at risk stands in the record from the first minute."""
    if not life_at_risk.strip():
        return
    record, _ = VisitRecord.objects.get_or_create(
        visit=visit, defaults={"started_at": now, "written_by": by, "place": visit.address}
    )
    record.life_at_risk = life_at_risk[:300]
    record.save(update_fields=["life_at_risk"])


def _tell_entry(visit: Visit, *, broke: bool, for_life: bool, now: dt.datetime) -> None:
    if not (broke or for_life):
        return
    team = telling.holding(visit, SAFEGUARDING_TEAM)
    telling.tell(
        [*team, *telling.told_of_changes(visit), *(telling.office(visit, now) if for_life else [])],
        visit,
        what="entered_all_the_same",
        subject=f"{visit.ref}: they went in"
        + (", a life may be at risk" if for_life else " where your policy says to stay outside"),
        body="Open the visit to read why, and ring them.",
        now=now,
        urgent=True,
    )


def break_off(*, visit: Visit, by: Staff, now: dt.datetime, key: uuid.UUID | None = None) -> Visit:
    """Not safe: the visit ends at once, without a word asked for (TC-164, CS-067, CS-068)."""
    key = key or uuid.uuid4()
    with transaction.atomic():
        say_outcome(visit=visit, by=by, now=now, outcome=Outcome.UNSAFE, key=key)
        return say_left(visit=visit, by=by, now=now, key=uuid.uuid5(key, "left"))
