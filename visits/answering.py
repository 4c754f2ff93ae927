"""Who can answer now: each step of a school's ladder with its people, or that it is skipped; and until when."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from homevisits.batches import once
from homevisits.clock import from_local, local, london_day
from homevisits.people.models import Away, DeskDuty, Staff
from homevisits.people.permissions import DUTY_SETTERS
from homevisits.people.rota import NOON
from homevisits.trusts.calendar import term_of
from homevisits.trusts.choices import Ladder
from homevisits.trusts.models import Policy, School
from homevisits.trusts.roles import RoleName
from visits import climbing
from visits.models import Visit

# How long a number that was tried counts where a school has entered no terms.
WITHOUT_TERMS = dt.timedelta(days=120)

# Who is asked first to name a stand-in.
NEAREST = (RoleName.OFFICE, RoleName.HEADTEACHER)


@dataclass(frozen=True)
class Answering:
    """One step of the ladder as it would be climbed now."""

    number: int
    after: int
    label: str
    people: tuple[Staff, ...]
    is_last: bool

    @property
    def names(self) -> str:
        return ", ".join(person.short_name for person in self.people)


def answering(school: School, policy: Policy, now: dt.datetime) -> list[Answering]:
    """Every step of a school's safety ladder and who would be told, if somebody were missing now."""
    return [
        Answering(rung.number, int(rung.after.total_seconds() // 60), rung.label, rung.people, rung.is_last)
        for rung in climbing.ladder(policy, nobody_out(school, policy), [], now)
    ]


def nobody_out(school: School, policy: Policy) -> Visit:
    """A visit of a school that is never kept and that nobody goes on: the ladder asks a visit for both."""
    visit = Visit(school=school, policy=policy)
    visit.__dict__["party"] = []
    return visit


def first_people(visit: Visit, now: dt.datetime) -> list[Staff]:
    """Who would be told at the first step of this visit's ladder at an instant, if all who go were missing."""
    step = first_step(visit)
    return climbing.people_told(step, visit, visit.party, now) if step else []


def first_step(visit: Visit) -> Any:
    rules = visit.rules
    if rules is None:
        return None
    return once(("first step", rules.pk), lambda: rules.laddersteps.filter(ladder=Ladder.SAFETY).first())


def moments(visit: Visit, now: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """The instants from now until the return at which who answers may change: both ends among them.

    A desk that opens or closes, noon, somebody who comes or goes: between two of them nothing does.
    Only now, once the return is past.
    """
    school, until = visit.school, max(now, until)
    found = {now, until}
    for day in {london_day(now), london_day(until)}:
        found |= {from_local(day, at) for at in (school.office_opens_at, school.office_closes_at, NOON)}
    duties = DeskDuty.objects.filter(school=school, during__overlap=(now, until)).values_list(
        "during", flat=True
    )
    in_trust = Q(staff__trust_id=school.trust_id)
    aways = Away.objects.filter(in_trust, during__overlap=(now, until)).values_list("during", flat=True)
    for during in [*duties, *aways]:
        found |= {at for at in (during.lower, during.upper) if at}
    return sorted(at for at in found if now <= at <= until)


def who_can_mend(visit: Visit, now: dt.datetime) -> str:
    """Who may name a stand-in, by name, the nearest first: "M. Reid or J. Ali"."""
    setters = Staff.objects.holding(sorted(DUTY_SETTERS), visit.school).present(now)
    able = [person for person in setters.prefetch_related("roles") if not visit.includes(person)]
    nearest = sorted(able, key=lambda person: not person.has_role(*NEAREST))[:3]
    names = [person.short_name for person in nearest]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "The trust"


def is_tried(staff: Staff, school: School, now: dt.datetime) -> bool:
    """Whether somebody was reached on their work mobile this term."""
    tried = staff.mobile_tried_at if staff.mobile else None
    return bool(tried and tried >= term_began(school, now))


def term_began(school: School, now: dt.datetime) -> dt.datetime:
    """The first moment of this term, or of the last one in a holiday."""
    term = term_of(school, london_day(now))
    return from_local(term.starts_on, dt.time()) if term else now - WITHOUT_TERMS


def gaps(visit: Visit, now: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    """When nobody of the first step can answer, from now until the return."""
    for at in moments(visit, now, until):
        if not first_people(visit, at):
            yield at


def at_words(at: dt.datetime, now: dt.datetime) -> str:
    """ "16:30", or with its day when that is not today."""
    return f"{local(at):%H:%M}" if london_day(at) == london_day(now) else f"{local(at):%H:%M on %-d %B}"


def on_policy_page(policy: Policy, staff: Staff, now: dt.datetime) -> tuple[str, dict[str, Any]] | None:
    """On the page of a version in force: who its ladder would tell now, at a school of whoever looks."""
    school = policy.school or staff.main_school or School.objects.visible_to(staff).first()
    if school is None or policy.published_at is None or Policy.objects.in_force(school) != policy:
        return None
    return (
        "visits/board/_answering.html",
        {
            "school": school,
            "steps": answering(school, policy, now),
            "now": now,
            "link": staff_sees(staff, school),
        },
    )


def staff_sees(staff: Staff, school: School) -> bool:
    """Whether somebody may keep the rota of a school, so that the page leads there."""
    return School.objects.visible_to(staff).filter(pk=school.pk).exists()
