"""Example register marks: most pupils come, some do not, and two suggest a visit."""

import datetime as dt
import random

from django.core.management.base import OutputWrapper

from attendance.models import Mark
from attendance.proposing import propose
from homevisits.clock import app_now, london_day
from homevisits.people.models import Pupil
from homevisits.trusts.calendar import is_school_day
from homevisits.trusts.models import School

WEEKS = 8
PRESENT = {"am": "/", "pm": "\\"}


def marks(stdout: OutputWrapper) -> None:
    """Eight weeks of marks for every pupil."""
    today = london_day(app_now())
    for school in School.objects.order_by("pk"):
        days = [today - dt.timedelta(days=n) for n in range(WEEKS * 7, 0, -1)]
        days = [day for day in days if is_school_day(school, day)]
        rng = random.Random(f"marks {school.slug}")  # noqa: S311  (the same examples at every run)
        rows: list[Mark] = []
        for number, pupil in enumerate(Pupil.objects.filter(school=school).order_by("pk")):
            rows += _of_pupil(pupil, days, number, rng)
        Mark.objects.bulk_create(rows, batch_size=1000)
    stdout.write(f"  {Mark.objects.count()} register marks")


def _of_pupil(pupil: Pupil, days: list[dt.date], number: int, rng: random.Random) -> list[Mark]:
    """Pupil 20 of a school is ill since four days, pupil 30 away without a word since four."""
    tail = {20: "I", 30: "N"}.get(number)
    away = 0.3 if number % 9 == 4 else 0.03
    found = []
    for n, day in enumerate(days):
        for session, present in PRESENT.items():
            code = present
            if tail and n >= len(days) - 4:
                code = tail
            elif rng.random() < away:
                code = rng.choice("IMOIL" if session == "am" else "IMO")
            found.append(Mark(pupil=pupil, day=day, session=session, code=code))
    return found


def proposals(stdout: OutputWrapper) -> None:
    """What the marks suggest."""
    made = [p for school in School.objects.order_by("pk") for p in propose(school=school, now=app_now())]
    stdout.write(f"  {len(made)} suggested visits")
