"""Takes one example visit from step to step, through the real transitions."""

import datetime as dt
import random
from typing import Any

from homevisits.clock import london_day
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.calendar import is_in_school_hours
from homevisits.trusts.choices import Unannounced
from visits import transitions
from visits.briefing import briefers, briefings
from visits.examples.crew import Crew
from visits.guidance import departure_checks
from visits.models import Visit
from visits.routes import deciders, is_exempt, missing, route, wants_contact
from visits.story import ContactAttempt

PURPOSES = (
    "Understand why mornings are hard and agree a plan with the family.",
    "Check in after a week away and bring the work that was missed.",
    "Meet the family at home, since meetings in school were not possible.",
    "Listen to what would help the pupil to come in every day.",
)
FACTS = (
    "The pupil was dressed and had eaten. The living room was tidy.",
    "The mother showed the hospital letter of Monday. The pupil sat with us.",
    "The bus pass ran out on the first of the month. The walk takes forty minutes.",
)
OPINIONS = ("The family wants to work with us.", "The plan is realistic if the bus pass comes this week.")


class Walker:
    """Takes one visit from step to step; every step has its own time."""

    def __init__(
        self, crew: Crew, pupil: Pupil, leaves: dt.datetime, rng: random.Random, **plan: Any
    ) -> None:
        self.crew, self.pupil, self.leaves, self.rng = crew, pupil, leaves, rng
        self.lead, self.mate = plan.get("pair", (crew.teacher, crew.colleague))
        self.minutes: tuple[int, int, int] = plan.get("minutes", (10, 40, 55))
        self.asked: dt.datetime = plan.get("asked", leaves - dt.timedelta(hours=20))
        self.visit: Visit = self._draft()

    def _at(self, minutes: int) -> dt.datetime:
        return self.leaves + dt.timedelta(minutes=minutes)

    def _draft(self) -> Visit:
        crew, home = self.crew, self.pupil.household
        visit = transitions.start_draft(by=self.lead, school=crew.school, now=self.asked, pupils=[self.pupil])
        start, end, back = self.minutes
        link = self.pupil.contact_links.select_related("contact").first()
        whom = str(link.contact) if link else "the parent"
        values = {
            **self._reason(visit),
            "household": home,
            "address": home.address if home else "",
            "postcode": home.postcode if home else "",
            "depart_at": self.leaves,
            "start_at": self._at(start),
            "end_at": self._at(end),
            "return_at": self._at(back),
            "to_see_text": whom,
            "told": "call",
            "told_whom": whom,
            "told_at": self.asked,
            "told_by": self.lead,
            "parent_agreed": True,
            **self._hours(),
            **self._people(),
        }
        party = [{"staff": self.lead, "is_lead": True}, {"staff": self.mate}]
        return transitions.keep_draft(visit=visit, by=self.lead, now=self.asked, values=values, party=party)

    def _hours(self) -> dict[str, Any]:
        """What a policy asks besides when the demo's hour is not one of school."""
        start, end, _ = self.minutes
        if is_in_school_hours(self.crew.school, self._at(start), self._at(end)):
            return {}
        return {
            "ooh_necessary": "The parent works in school hours.",
            "ooh_no_alternative": "Calls and letters brought no meeting.",
            "responsible_contact": self.crew.dsl,
        }

    def _people(self) -> dict[str, Any]:
        """What is asked about who goes: whether two make it worse, and who interprets."""
        return {
            "two_may_escalate": False,
            "no_interpreter_reason": "The aunt next door interprets, as the family asked.",
        }

    def _reason(self, visit: Visit) -> dict[str, Any]:
        reasons = [r for r in visit.rules.reasons.all() if _is_plain(r)] if visit.rules else []
        reason = self.rng.choice(reasons)
        self._attempts(visit, reason)
        return {
            "reason_code": reason.code,
            "reason_kind": reason.kinds[0] if reason.kinds else "",
            "reason_explained": "Agreed with the family at the last meeting."
            if reason.needs_explanation
            else "",
            "purpose": self.rng.choice(PURPOSES),
            "why_necessary": "Two meetings in school were offered and did not take place.",
        }

    def _attempts(self, visit: Visit, reason: Any) -> None:
        channels = ("call", "text", "call")
        for n in range(max(reason.min_attempts, 0)):
            transitions.note_attempt(
                visit=visit,
                pupil=self.pupil,
                by=self.lead,
                now=self.asked,
                at=self.asked - dt.timedelta(hours=n + 1),
                channel=channels[n % 3],
                result=ContactAttempt.Result.NO_ANSWER,
            )

    def ask(self) -> "Walker":
        self.visit = transitions.submit(
            visit=self.visit, by=self.lead, now=self.asked + dt.timedelta(minutes=4)
        )
        return self

    def assess(self, now: dt.datetime) -> None:
        fresh = Visit.objects.get(pk=self.visit.pk)
        roles = list(fresh.rules.risk_assessor_roles) if fresh.rules else []
        assessors = Staff.objects.holding(roles, self.crew.school) if roles else None
        by = self.lead if is_exempt(fresh) or assessors is None else assessors.first()
        self.visit = transitions.assess_risk(
            visit=fresh,
            by=by,
            now=now,
            level="low",
            text="Known family. Two go, by day, on a main road.",
            lone="Own car, daylight, check-in call agreed.",
        )

    def authorise(self) -> "Walker":
        """Every decision of the route, a little later, by somebody who may."""
        self.ask()
        now = self.asked + dt.timedelta(minutes=35)
        self.assess(now)
        while needs := missing(fresh := Visit.objects.get(pk=self.visit.pk)):
            decider = deciders(needs[0], fresh, now).order_by("pk").first()
            if decider is None:
                raise LookupError(f"nobody can decide on {needs[0]}")
            self.visit = transitions.answer(
                visit=fresh,
                by=decider,
                now=now,
                reply="yes",
                reason="Needed now, and best for the pupil.",
                kinds=[n.kind for n in route(fresh)],
                necessary=True,
                best_interests=True,
                safeguarding=True,
            )
        return self

    def prepare(self, now: dt.datetime) -> None:
        """Brief those who go, each of whom reads it; the EWO sees to the safeguarding arrangements."""
        fresh = Visit.objects.get(pk=self.visit.pk)
        for one in briefings(fresh):
            by = briefers(fresh, one.staff).order_by("pk")[0]
            words = "A quiet street. Nothing is known that would make it difficult."
            transitions.brief(visit=fresh, by=by, now=now, staff=[one.staff], words=words)
            transitions.acknowledge_briefing(visit=fresh, by=one.staff, now=now)
        if is_exempt(fresh) and fresh.rules and fresh.rules.confirm_safeguarding:
            transitions.confirm_safeguarding(visit=fresh, by=self.crew.ewo, now=now)

    def log(self) -> "Walker":
        self.authorise()
        logged = max(self._at(-15), self.asked + dt.timedelta(minutes=36))
        self.prepare(logged)
        people: dict[int, dict[str, Any]] = {}
        for attendee in Visit.objects.get(pk=self.visit.pk).party:
            car = attendee.staff.vehicles.first() if attendee.staff and attendee.is_lead else None
            people[attendee.pk] = {
                "phone": attendee.phone or "+447700900321",
                "travel": "drives" if car else "passenger",
                "vehicle": car,
            }
        values = {"checkin_colleague": self.crew.office}
        self.visit = transitions.log(
            visit=self.visit,
            by=self.crew.office,
            now=logged,
            values=values,
            people=people,
        )
        if wants_contact(self.visit):
            transitions.acknowledge_contact(visit=self.visit, by=self.crew.dsl, now=logged)
        return self

    def depart(self) -> "Walker":
        self.log()
        ticked = [item.pk for item in departure_checks(self.visit)]
        self.visit = transitions.depart(visit=self.visit, by=self.lead, now=self._at(1), checks=ticked)
        return self

    def arrive(self) -> "Walker":
        start = self.minutes[0]
        transitions.say_arrived(visit=self.visit, by=self.lead, now=self._at(start + 1))
        transitions.say_entered(
            visit=self.visit,
            by=self.lead,
            now=self._at(start + 3),
            invited_by=self.visit.told_whom or "mother",
        )
        return self

    def check_in(self) -> "Walker":
        start = self.minutes[0]
        self.visit = transitions.check_in(
            visit=self.visit, by=self.lead, now=self._at(start + 10), together=True
        )
        return self

    def come_back(self) -> "Walker":
        self.depart()
        self.arrive()
        self.check_in()
        transitions.say_left(visit=self.visit, by=self.lead, now=self._at(self.minutes[1]))
        for attendee in Visit.objects.get(pk=self.visit.pk).party:
            self.visit = transitions.say_back(
                visit=self.visit,
                by=self.crew.office,
                now=self._at(self.minutes[2] - 5),
                attendee=attendee,
                identity="Saw them at the desk",
            )
        return self

    def record(self) -> "Walker":
        self.come_back()
        now = self._at(self.minutes[2] + 60)
        files = list(self.visit.rules.file_choices) if self.visit.rules else []
        agrees = self.rng.random() < 0.6
        due = london_day(now) + dt.timedelta(days=self.rng.randrange(5, 25))
        transitions.keep_record(
            visit=self.visit,
            by=self.lead,
            now=now,
            outcome="completed",
            outcome_text="",
            people=[(self.visit.told_whom or "Parent", "parent"), (str(self.pupil), "pupil")],
            actions=[("Ring on Monday about the mornings", str(self.lead), due)] if agrees else [],
            values={
                "place": self.visit.address,
                "pupil_seen": "in_home",
                "pupil_spoken": "with_adult",
                "discussed": "Mornings, friends, and who can help on the way in.",
                "facts": self.rng.choice(FACTS),
                "opinions": self.rng.choice(OPINIONS),
                "pupil_words": "“I like maths but the corridor is loud.”",
                "nothing_agreed": not agrees,
                "concern": "no",
                "id_shown": True,
                "went_upstairs": False,
                "in_bedroom": False,
                "file_destination": files[0] if files else "",
            },
        )
        self.visit = transitions.record(visit=self.visit, by=self.lead, now=now + dt.timedelta(minutes=20))
        return self


def _is_plain(reason: Any) -> bool:
    """A reason for which parents are told and nobody special has to go."""
    return (
        reason.unannounced != Unannounced.YES
        and reason.dsl in {"none", "asked"}
        and not (reason.needs_concern or reason.doorstep_only or reason.is_transport or reason.is_series)
        and reason.min_attempts <= 3
    )
