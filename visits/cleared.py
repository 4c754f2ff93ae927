"""What somebody still misses to go on a visit: checks, training, papers read. Reads; never writes."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import prefetch_related_objects

from homevisits.clock import london_day
from homevisits.people.having_read import POLICY_ITSELF, lone_papers, read_by, to_read
from homevisits.people.holding import (
    dbs_of,
    dbs_reaches,
    holds,
    holds_titled,
    is_reached,
    level_of,
    newest_dbs,
    school_training_of,
)
from homevisits.people.models import Staff
from homevisits.people.regular import visits_in_term
from homevisits.trusts.choices import DbsLevel, Strength, TrainingFor
from homevisits.trusts.models import LinkedPolicy, Policy, TrainingRule
from visits.models import Visit
from visits.routes import cites


@dataclass(frozen=True)
class Gap:
    """One thing that one person misses: a sentence that says what to do, and a few words for a hint."""

    staff: Staff
    code: str
    sentence: str
    short: str
    clauses: tuple[str, ...]
    fix: str
    strength: str


@dataclass
class Asked:
    """What the policy and the school ask of people on one visit, read once for all of them."""

    visit: Visit
    rules: Policy
    people: Sequence[Staff]
    on: dt.date

    @cached_property
    def rows(self) -> list[TrainingRule]:
        """The policy's rules about training that fit the reason (TC-180, TC-182, TC-187)."""
        return [rule for rule in self.rules.trainingrules.all() if fits(rule, self.visit)]

    @cached_property
    def papers(self) -> list[LinkedPolicy]:
        """What is read beside the policy; the lone-working paper by whoever goes alone (CS-023, CS-024)."""
        papers, phases = self.rules.linkedpolicys.all(), {self.visit.school.phase}
        listed = to_read(papers, phases)
        alone = lone_papers(papers, phases) if self.visit.is_lone else []
        return [*listed, *(paper for paper in alone if paper not in listed)]

    @cached_property
    def read(self) -> set[tuple[int, int, str]]:
        return read_by([staff.pk for staff in self.people], [self.rules])

    @cached_property
    def school_training(self) -> list[str]:
        return [str(row) for row in school_training_of(self.visit.school)]

    @cached_property
    def visits(self) -> dict[int, int]:
        return visits_in_term([staff.pk for staff in self.people], self.on)


def day_of(visit: Visit, now: dt.datetime) -> dt.date:
    """The day on which checks and training have to hold: the day of the visit."""
    return london_day(visit.start_at or now)


def fits(rule: TrainingRule, visit: Visit) -> bool:
    """Whether a rule about training is about this visit's reason; one without flags is about every visit."""
    if rule.strength == Strength.OFF:
        return False
    reason = visit.reason
    wanted = [rule.for_attendance and reason and reason.is_attendance]
    wanted.append(rule.for_welfare and reason and reason.is_welfare)
    return any(wanted) or not (rule.for_attendance or rule.for_welfare)


def asked_of(visit: Visit, people: Iterable[Staff], now: dt.datetime) -> Asked | None:
    """What is asked of these people on this visit; None while no policy is in force."""
    listed = list(people)
    if visit.rules is None:
        return None
    prefetch_related_objects(listed, "clearances")
    return Asked(visit, visit.rules, listed, day_of(visit, now))


def gaps(asked: Asked) -> Iterator[Gap]:
    """Everything that each person misses, one line a person and thing."""
    for staff in asked.people:
        for look in LOOKS:
            yield from look(asked, staff)


def dbs(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """A DBS check of the policy's level, in date on the day (TC-227)."""
    rules = asked.rules
    if rules.dbs_rule == Strength.OFF or dbs_reaches(best := dbs_of(staff, asked.on), rules.dbs_level):
        return
    name, newest = staff.short_name, newest_dbs(staff.clearances.all())
    if best is not None:
        wanted = DbsLevel(rules.dbs_level).label.lower()
        what = (
            f"{name}'s DBS check is {DbsLevel(level_of(best)).label.lower()}; your policy asks for {wanted}."
        )
        short = f"DBS check is not {wanted}"
    elif newest and newest.expires_on and newest.expires_on <= asked.on:
        what = f"{name}'s DBS check has ended on {newest.expires_on:%-d %B %Y}."
        short = "DBS check has ended"
    else:
        what, short = f"{name}'s DBS check is not on file.", "No DBS check on file"
    yield Gap(
        staff, "dbs", f"{what} Ask the office to add it, or choose another person.", short,
        cites(rules, "dbs_rule", "dbs_level"), f"staff/{staff.pk}", rules.dbs_rule,
    )  # fmt: skip


def training(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """The policy's training that everybody holds who goes for such a reason (TC-180, TC-182)."""
    for rule in asked.rows:
        if rule.about == TrainingFor.EACH and not holds(staff, rule, asked.on):
            yield Gap(
                staff, "training", f"{staff.short_name} has no training in force: {rule.label}. "
                "Record it on their page, or choose another person.", f"No training: {rule.label}",
                tuple(rule.clauses), f"staff/{staff.pk}", rule.strength,
            )  # fmt: skip


def school_training(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """What the head of this school asks for besides, before anybody goes (TC-181)."""
    for title in asked.school_training:
        if not holds_titled(staff, title, asked.on):
            yield Gap(
                staff, "school_training", f"{staff.short_name} has not had the training that your school asks "
                f"for: {title}. Record it on their page, or choose another person.", f"No training: {title}",
                ("TC-181",), f"staff/{staff.pk}", Strength.BLOCK,
            )  # fmt: skip


def phone_tried(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """Somebody has rung the mobile that they carry, and reached them."""
    rules = asked.rules
    if rules.phone_verified_rule == Strength.OFF or is_reached(staff):
        return
    yield Gap(
        staff, "phone_tried", f"Nobody has rung {staff.short_name}'s mobile and reached them. "
        "Ring it, and note that on their page.", "Mobile not tried out",
        cites(rules, "phone_verified_rule"), f"staff/{staff.pk}", rules.phone_verified_rule,
    )  # fmt: skip


def policy_read(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """This version and the papers beside it, read by whoever goes (PS-044, SH-060, CS-023, CS-024)."""
    rules = asked.rules
    if rules.policy_read_rule == Strength.OFF:
        return
    unread = unread_by(asked, staff)
    if unread:
        yield Gap(
            staff, "policy_read", f"{staff.short_name} has not confirmed having read {_and(unread)}. "
            "They do that under Policy; it takes a few minutes.", "Has not read the policy",
            cites(rules, "policy_read_rule"), f"read/{staff.pk}", rules.policy_read_rule,
        )  # fmt: skip


def unread_by(asked: Asked, staff: Staff) -> list[str]:
    """What somebody has not confirmed, in words."""
    wanted = {POLICY_ITSELF: "the home-visit policy"} | {p.title: p.title for p in asked.papers}
    return [words for paper, words in wanted.items() if (staff.pk, asked.rules.pk, paper) not in asked.read]


def job_description(asked: Asked, staff: Staff) -> Iterator[Gap]:
    """Whoever visits regularly has it in their job description (TC-185)."""
    rules = asked.rules
    if rules.job_description_rule == Strength.OFF:
        return
    described = staff.job_description_on is not None and staff.job_description_on <= asked.on
    count = asked.visits.get(staff.pk, 0)
    if not described and count >= rules.regular_visits:
        yield Gap(
            staff, "job_description", f"{staff.short_name} has gone on {count} visits this term, and their job "
            "description does not say so. Ask the head to have it changed, and note that on their page.",
            "Job description does not say that they visit", cites(rules, "job_description_rule"),
            f"staff/{staff.pk}", rules.job_description_rule,
        )  # fmt: skip


LOOKS: tuple[Callable[[Asked, Staff], Iterator[Gap]], ...] = (
    dbs,
    training,
    school_training,
    phone_tried,
    policy_read,
    job_description,
)


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
