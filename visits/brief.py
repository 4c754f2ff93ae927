"""Everything that somebody who decides reads about one request, in words, on one page."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from homevisits.clock import local
from homevisits.look.times import when_text
from homevisits.people.holding import dbs_of, dbs_reaches, held
from homevisits.people.looking import warnings_of
from homevisits.people.models import Clearance, HouseholdWarning, Staff
from homevisits.trusts.choices import Ladder, Strength
from visits import answers, gates, lessons, mending, paper
from visits.cleared import Asked, asked_of
from visits.daylight import sun_of
from visits.gates.checks import Check
from visits.hours import distance
from visits.models import Attendee, Visit
from visits.routes import Need, decidable, deciders_on, is_exempt, rota_of, route, standing
from visits.safety import VisitDeadline
from visits.states import State
from visits.story import ContactAttempt, Decision

Kind = Decision.Kind


@dataclass
class Brief:
    """One request as one person reads it at one instant. Reading the warnings is noted."""

    visit: Visit
    staff: Staff
    now: dt.datetime

    @cached_property
    def needs(self) -> list[Need]:
        """The decisions that this person may take now and nobody has taken yet."""
        if self.visit.state != State.REQUESTED:
            return []
        have = standing(self.visit)
        open_ones = [need for need in route(self.visit) if need.kind not in have]
        return decidable(open_ones, self.visit, self.staff, self.now)

    @cached_property
    def lessons_waiting(self) -> int:
        """How many other lessons of the same series wait for a decision."""
        return lessons.others_waiting(self.visit).count() if self.needs else 0

    @property
    def title(self) -> str:
        return str(self.visit.reason or "Home visit")

    @property
    def asked(self) -> str:
        """ "HV-9QTR · asked by D. Mensah at 10:41 · policy SG23, version 4"."""
        visit, rules = self.visit, self.visit.rules
        at = when_text(visit.submitted_at, self.now).removeprefix("today ") if visit.submitted_at else ""
        policy = f"policy {rules.policy_number}, version {rules.number}".replace(" ,", ",") if rules else ""
        return " · ".join(
            filter(None, [visit.ref, f"asked by {visit.requested_by.short_name} at {at}", policy])
        )

    @cached_property
    def pupils(self) -> list[dict[str, Any]]:
        """Name, year, and what is known at school: a concern held, a social worker, a medical note."""
        return [{"pupil": pupil, "year": paper.year(pupil.year_group)} for pupil in self.visit.pupils.all()]

    @cached_property
    def party(self) -> list[dict[str, Any]]:
        """Who goes, and which checks and training hold on the day."""
        asked = asked_of(self.visit, [a.staff for a in self.visit.party if a.staff], self.now)
        return [self._goes(attendee, asked) for attendee in self.visit.party]

    def _goes(self, attendee: Attendee, asked: Asked | None) -> dict[str, Any]:
        staff = attendee.staff
        check = dbs_of(staff, asked.on) if staff and asked else None
        return {
            "attendee": attendee,
            "part": staff.title if staff else attendee.organisation or "from outside",
            "dbs": check,
            "dbs_reaches": bool(asked and dbs_reaches(check, asked.rules.dbs_level)),
            "is_staff": staff is not None,
            "trained": self._trained(staff, asked) if staff and asked else [],
        }

    def _trained(self, staff: Staff, asked: Asked) -> list[str]:
        """Training that holds on the day, as the policy renews it."""
        counts = held(staff, asked.rules.trainingrules.all(), asked.on)
        return list(dict.fromkeys(str(one) for one in counts if one.kind != Clearance.Kind.DBS))

    @property
    def times(self) -> str:
        """ "11:30 to 12:00, leaves 11:20, back 12:20"."""
        v = self.visit
        if not (v.start_at and v.end_at and v.depart_at and v.return_at):
            return "No times yet"
        day = when_text(v.start_at, self.now)
        return f"{day} to {local(v.end_at):%H:%M}; leaves {local(v.depart_at):%H:%M}, back {local(v.return_at):%H:%M}"

    @property
    def hours(self) -> str:
        v = self.visit
        return distance(v.school, v.start_at, v.end_at) if v.start_at and v.end_at else ""

    @property
    def sunset(self) -> str:
        """ "Sunset 15:52", where the policy looks at daylight (SH-056)."""
        rules, sun = self.visit.rules, sun_of(self.visit)
        return str(sun) if sun and rules and rules.daylight_rule != Strength.OFF else ""

    @property
    def worse(self) -> str:
        """Whether two people could make it worse, and why (PS-125)."""
        return answers.worse(self.visit)

    @property
    def parents(self) -> str:
        return paper.parents_told(self.visit, for_office=False)

    @property
    def whom(self) -> str:
        return paper.whom(self.visit)

    @cached_property
    def attempts(self) -> list[ContactAttempt]:
        """Calls and messages to these families before the request, as long as the policy lets them count."""
        rules = self.visit.rules
        since = self.visit.created_at - dt.timedelta(days=rules.attempts_within_days if rules else 0)
        found = ContactAttempt.objects.filter(pupil__in=self.visit.pupils.all(), at__gte=since)
        return list(found.select_related("by", "pupil").order_by("-at")[:8])

    @cached_property
    def earlier(self) -> list[Visit]:
        """Earlier visits to this home that this person may see, the latest first."""
        if self.visit.household_id is None:
            return []
        there = Visit.objects.visible_to(self.staff).filter(
            household=self.visit.household_id, arrived_at__isnull=False
        )
        return list(there.exclude(pk=self.visit.pk).order_by("-arrived_at")[:20])

    @cached_property
    def elsewhere(self) -> list[str]:
        """Other schools of the trust that visited this home: ask them; nothing else is told."""
        if self.visit.household_id is None:
            return []
        there = Visit.objects.filter(household=self.visit.household_id, arrived_at__isnull=False)
        known = [visit.school_id for visit in [*self.earlier, self.visit]]
        names = (
            there.exclude(school__in=known).order_by("school__name").values_list("school__name", flat=True)
        )
        return list(dict.fromkeys(names))

    @property
    def history(self) -> str:
        """ "2 visits, the last on 3 Oct"."""
        if not self.earlier:
            return "No visit before"
        count, last = len(self.earlier), self.earlier[0].arrived_at
        return (
            f"{count} visit{'' if count == 1 else 's'}, the last on {local(last):%-d %b %Y}" if last else ""
        )

    @cached_property
    def warnings(self) -> list[HouseholdWarning]:
        """The warnings about this home that stand; looking at them is noted."""
        home = self.visit.household
        found = warnings_of(home, by=self.staff) if home else []
        return [warning for warning in found if warning.ended_at is None]

    @cached_property
    def decisions(self) -> list[Decision]:
        """What others have decided already."""
        return [*standing(self.visit).values()]

    @property
    def exempt(self) -> bool:
        return is_exempt(self.visit)

    @cached_property
    def checks(self) -> list[Check]:
        """The gate, without the decisions that are this person's to take on this very page."""
        mine = {f"decision_{need.kind}" for need in self.needs}
        return [check for check in gates.checks("authorise", self.visit, self.now) if check.code not in mine]

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        """The gate as lines; decisions of others stop nobody here from taking theirs."""
        made = mending.lines(self.checks, self.visit, self.staff, self.now)
        return [
            self._of_others(one) if one["code"].startswith("decision_") and not one["met"] else one
            for one in made
        ]

    def _of_others(self, one: dict[str, Any]) -> dict[str, Any]:
        if one["code"] == f"decision_{Kind.DSL_INPUT}":
            asked = self.dsl_asked
            sentence = f"The DSL was asked at {asked} and has not answered yet." if asked else one["sentence"]
            return {
                **one,
                "sentence": sentence,
                "fix_form": "" if asked else "ask-dsl",
                "fix_label": "Ask the DSL",
            }
        detail = "You can decide now; the visit goes ahead once they have agreed too." if self.needs else ""
        return {**one, "blocks": False, "detail": detail}

    @cached_property
    def dsl_asked(self) -> str:
        """When somebody asked the DSL about the request as it was sent last."""
        since = self.visit.submitted_at or self.now
        asked = self.visit.events.filter(kind="asked_dsl", recorded_at__gte=since).order_by("-number").first()
        return when_text(asked.recorded_at, self.now).removeprefix("today ") if asked else ""

    @property
    def blocked(self) -> list[Check]:
        """What stops a yes: whatever blocks besides other people's decisions."""
        return [check for check in self.checks if check.blocks and not check.code.startswith("decision_")]

    @cached_property
    def reachable(self) -> list[tuple[Staff, list[Need]]]:
        """Everybody who could say it by telephone now, with the decisions that are theirs."""
        have = standing(self.visit)
        needs = [need for need in route(self.visit) if need.kind not in have]
        rota = rota_of(needs, self.visit, self.now)
        able = {need: deciders_on(rota, need, self.visit) for need in needs}
        people = list(Staff.objects.filter(pk__in=set().union(*able.values())))
        found: dict[Staff, list[Need]] = {}
        for need, ids in able.items():
            for person in (p for p in people if p.pk in ids):
                found.setdefault(person, []).append(need)
        return list(found.items())

    @property
    def next_asked(self) -> str:
        """Who is asked next, and when, if nobody answers: the next step of the request's ladder."""
        due = (
            self.visit.deadlines.filter(kind__startswith="decision_", state=VisitDeadline.State.LIVE)
            .order_by("due_at")
            .first()
        )
        rules = self.visit.rules
        if due is None or rules is None:
            return ""
        steps = list(rules.laddersteps.filter(ladder=Ladder.DECISION))
        step = steps[int(due.kind.removeprefix("decision_")) - 1]
        at = when_text(due.due_at, self.now).removeprefix("today ")
        who = " and ".join(rules.role_label(role) for role in step.roles)
        return f"If nobody answers by {at}, a reminder goes to: {who}." if who else ""
