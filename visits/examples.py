"""Example visits in every state, each walked there by the people who may, through the real transitions."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from django.core.management.base import OutputWrapper

from homevisits.clock import app_now, from_local, london_day
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.calendar import is_school_day
from homevisits.trusts.models import School
from homevisits.trusts.policies import Unannounced
from homevisits.trusts.roles import RoleName
from visits import transitions
from visits.codeword import set_code_word
from visits.guidance import departure_checks
from visits.models import Visit
from visits.routes import deciders, is_exempt, missing, route
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
DAYS_BACK = 21


@dataclass(frozen=True)
class Crew:
    """Who works at a school, so that each step is taken by somebody who may."""

    school: School
    teacher: Staff
    colleague: Staff
    office: Staff
    dsl: Staff
    ewo: Staff


def crew_of(school: School) -> Crew:
    def one(role: str, skip: int = 0) -> Staff:
        return Staff.objects.holding([role], school).order_by("pk")[skip]

    return Crew(
        school,
        one(RoleName.VISITOR),
        one(RoleName.VISITOR, 1),
        one(RoleName.OFFICE),
        one(RoleName.DSL),
        one(RoleName.EWO),
    )


class Walker:
    """Takes one visit from step to step; every step has its own time."""

    def __init__(
        self, crew: Crew, pupil: Pupil, leaves: dt.datetime, rng: random.Random, **plan: Any
    ) -> None:
        self.crew, self.pupil, self.leaves, self.rng = crew, pupil, leaves, rng
        self.lead: Staff = plan.get("lead", crew.teacher)
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
            "ooh_necessary": "The parent works in school hours.",
            "ooh_no_alternative": "Calls and letters brought no meeting.",
            "responsible_contact": crew.dsl,
        }
        party = [{"staff": self.lead, "is_lead": True}, {"staff": crew.colleague}]
        return transitions.keep_draft(visit=visit, by=self.lead, now=self.asked, values=values, party=party)

    def _reason(self, visit: Visit) -> dict[str, Any]:
        reasons = [r for r in visit.rules.reasons.all() if _is_plain(r)] if visit.rules else []
        reason = self.rng.choice(reasons)
        self._attempts(visit, reason)
        return {
            "reason_code": reason.code,
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
            )
        return self

    def log(self) -> "Walker":
        self.authorise()
        people: dict[int, dict[str, Any]] = {}
        for attendee in Visit.objects.get(pk=self.visit.pk).party:
            car = attendee.staff.vehicles.first() if attendee.staff and attendee.is_lead else None
            people[attendee.pk] = {
                "phone": attendee.phone or "+447700900321",
                "travel": "drives" if car else "passenger",
                "vehicle": car,
            }
        values = {"checkin_colleague": self.crew.office, "responsible_contact": self.crew.dsl}
        self.visit = transitions.log(
            visit=self.visit,
            by=self.crew.office,
            now=max(self._at(-15), self.asked + dt.timedelta(minutes=36)),
            values=values,
            people=people,
        )
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
        and not reason.needs_concern
        and reason.min_attempts <= 3
    )


def load(stdout: OutputWrapper) -> None:
    """Visits of the last weeks and today at every school; the live ones at each trust's first."""
    now = app_now()
    seen: set[int] = set()
    for school in School.objects.order_by("pk"):
        rng = random.Random(school.slug)  # noqa: S311  (the same examples at every run)
        crew = crew_of(school)
        set_code_word(
            school=school,
            word="Did you find the blue folder?",
            by=crew.office,
            now=now - dt.timedelta(days=40),
        )
        pupils = list(Pupil.objects.filter(school=school).select_related("household").order_by("pk"))
        rng.shuffle(pupils)
        _past(crew, pupils[:9], now, rng)
        _waiting(crew, pupils[9:14], now, rng)
        if school.trust_id not in seen:
            _live(crew, pupils[14:18], now, rng)
        seen.add(school.trust_id)
    stdout.write(f"  {Visit.objects.count()} visits")


def _school_days_back(school: School, now: dt.datetime) -> list[dt.date]:
    today = london_day(now)
    days = [today - dt.timedelta(days=n) for n in range(2, DAYS_BACK + 1)]
    return [day for day in days if is_school_day(school, day)]


def _past(crew: Crew, pupils: list[Pupil], now: dt.datetime, rng: random.Random) -> None:
    """Recorded ones, one whose record is owed, one declined, one cancelled for safety."""
    days = sorted(_school_days_back(crew.school, now)[: len(pupils)])
    for number, (pupil, day) in enumerate(zip(pupils, days, strict=False)):
        leaves = from_local(day, dt.time(10, 15 * (number % 4)))
        lead = crew.ewo if number == 3 else crew.teacher
        walker = Walker(crew, pupil, leaves, rng, lead=lead)
        if number == 1:
            _decline(walker.ask())
        elif number == 2:
            _cancel(walker.log())
        elif number == len(days) - 1:
            walker.come_back()
        else:
            walker.record()


def _decline(walker: Walker) -> None:
    visit = Visit.objects.get(pk=walker.visit.pk)
    now = walker.asked + dt.timedelta(hours=1)
    decider = deciders(missing(visit)[0], visit, now)[0]
    transitions.answer(
        visit=visit,
        by=decider,
        now=now,
        reply="no",
        reason="The family can come in on Friday. Meet them here.",
    )


def _cancel(walker: Walker) -> None:
    transitions.cancel(
        visit=walker.visit,
        by=walker.lead,
        now=walker.leaves - dt.timedelta(minutes=10),
        for_safety=True,
        reason="The father rang, angry, and said that nobody should come. We meet at school instead.",
    )


def _waiting(crew: Crew, pupils: list[Pupil], now: dt.datetime, rng: random.Random) -> None:
    """A draft, two requests (one for soon), one authorised, one logged for later today."""
    soon = now + dt.timedelta(minutes=75)
    tomorrow = now + dt.timedelta(days=1, hours=1)
    asked = now - dt.timedelta(minutes=12)
    Walker(crew, pupils[0], tomorrow, rng, asked=asked)
    first = Walker(crew, pupils[1], soon, rng, asked=asked).ask()
    first.assess(asked + dt.timedelta(minutes=6))
    Walker(crew, pupils[2], tomorrow, rng, asked=asked).ask()
    earlier = now - dt.timedelta(hours=3)
    Walker(crew, pupils[3], now + dt.timedelta(hours=2), rng, asked=earlier).authorise()
    Walker(crew, pupils[4], now + dt.timedelta(minutes=25), rng, asked=earlier).log()


def _live(crew: Crew, pupils: list[Pupil], now: dt.datetime, rng: random.Random) -> None:
    """One out and fine, one about to need its check-in call, one overdue two minutes from now."""
    asked = now - dt.timedelta(hours=6)
    fine = Walker(crew, pupils[0], now - dt.timedelta(minutes=24), rng, asked=asked, minutes=(10, 55, 75))
    fine.depart().arrive().check_in()
    Walker(crew, pupils[1], now - dt.timedelta(minutes=15), rng, asked=asked, minutes=(9, 50, 70)).depart()
    grace = fine.visit.rules.overdue_grace_minutes if fine.visit.rules else 15
    late_by = 62 + grace - 2
    late = Walker(
        crew, pupils[2], now - dt.timedelta(minutes=late_by), rng, asked=asked, minutes=(10, 45, 62)
    )
    late.depart().arrive().check_in()
