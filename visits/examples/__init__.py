"""Example visits in every state, each walked there by the people who may, through the real transitions."""

import datetime as dt
import random

from django.core.management.base import OutputWrapper

from homevisits.clock import app_now, from_local, london_day
from homevisits.people.models import Pupil
from homevisits.trusts.calendar import is_school_day
from homevisits.trusts.models import School
from visits import transitions
from visits.codeword import set_code_word
from visits.drilling.running import plan_all
from visits.examples.crew import Crew, crew_of
from visits.examples.walker import Walker
from visits.models import Visit
from visits.routes import deciders, missing

DAYS_BACK = 21


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
    plan_all(now)
    stdout.write(f"  {Visit.objects.count()} visits")


def _school_days_back(school: School, now: dt.datetime) -> list[dt.date]:
    today = london_day(now)
    days = [today - dt.timedelta(days=n) for n in range(2, DAYS_BACK + 1)]
    return [day for day in days if is_school_day(school, day)]


def _past(crew: Crew, pupils: list[Pupil], now: dt.datetime, rng: random.Random) -> None:
    """Recorded ones, one whose record is owed, one declined, one cancelled for safety."""
    days = sorted(_school_days_back(crew.school, now)[: len(pupils)])
    pairs = [
        (crew.teacher, crew.colleague),
        (crew.senco, crew.mentor),
        (crew.attendance, crew.support),
        (crew.ewo, crew.colleague),
    ]
    for number, (pupil, day) in enumerate(zip(pupils, days, strict=False)):
        leaves = from_local(day, dt.time(10, 15 * (number % 4)))
        pair = pairs[number] if number < len(pairs) else (crew.teacher, crew.colleague)
        walker = Walker(crew, pupil, leaves, rng, pair=pair)
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
    by_attendance, by_senco = (crew.attendance, crew.mentor), (crew.senco, crew.deputy)
    Walker(crew, pupils[3], now + dt.timedelta(hours=2), rng, asked=earlier, pair=by_attendance).authorise()
    Walker(crew, pupils[4], now + dt.timedelta(minutes=25), rng, asked=earlier, pair=by_senco).log()


def _live(crew: Crew, pupils: list[Pupil], now: dt.datetime, rng: random.Random) -> None:
    """One out and fine, one about to need its check-in call, one overdue two minutes from now."""
    asked = now - dt.timedelta(hours=6)
    fine = Walker(crew, pupils[0], now - dt.timedelta(minutes=24), rng, asked=asked, minutes=(10, 55, 75))
    fine.depart().arrive().check_in()
    called = Walker(
        crew,
        pupils[1],
        now - dt.timedelta(minutes=15),
        rng,
        asked=asked,
        minutes=(9, 50, 70),
        pair=(crew.ewo, crew.mentor),
    )
    called.depart()
    grace = fine.visit.rules.overdue_grace_minutes if fine.visit.rules else 15
    late_by = 62 + grace - 2
    late = Walker(
        crew,
        pupils[2],
        now - dt.timedelta(minutes=late_by),
        rng,
        asked=asked,
        minutes=(10, 45, 62),
        pair=(crew.attendance, crew.support),
    )
    late.depart().arrive().check_in()
