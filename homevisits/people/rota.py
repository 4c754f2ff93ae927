"""The duty rota: who answers for a part on which half-day of which term, and who when they are away."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from homevisits.batches import once
from homevisits.clock import local
from homevisits.trusts.calendar import is_school_day
from homevisits.trusts.models import School, Term
from homevisits.trusts.roles import LEADERS, RoleName

if TYPE_CHECKING:
    from homevisits.people.models import Staff

NOON = dt.time(12)
# Whoever is named must be somebody who may answer an alarm.
RESPONDERS = [*sorted(LEADERS), RoleName.OFFICE, RoleName.ATTENDANCE_LEAD]


class Half(models.TextChoices):
    """Half a school day; the afternoon lasts until midnight."""

    MORNING = "am", "Morning"
    AFTERNOON = "pm", "Afternoon"


class RotaTurn(models.Model):
    """One turn of the week: who answers for a part, and who stands in. Without a term: all year."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="rota_turns")
    role = models.CharField(max_length=20, choices=RoleName)
    term = models.ForeignKey(Term, null=True, blank=True, on_delete=models.CASCADE, related_name="rota_turns")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    half = models.CharField(max_length=2, choices=Half)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["role", "weekday", "half"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "role", "term", "weekday", "half"],
                nulls_distinct=False,
                name="rota_turn_once",
            ),
            models.CheckConstraint(
                condition=Q(stand_in=None) | ~Q(stand_in=F("staff")), name="rota_turn_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.get_weekday_display()} {self.get_half_display().lower()}"

    @property
    def people(self) -> list[int]:
        """Whom to ask first, and who when they are away, by id."""
        return [pk for pk in (self.staff_id, self.stand_in_id) if pk]


def on_rota(school: School, at: dt.datetime) -> "dict[str, list[Staff]]":
    """By part: who answers at an instant, the first one first; without those who are away or have left.

    Nothing on a day that is no school day, and no part for which the rota names nobody who can
    answer: then everybody who holds it is asked. One query where there is no rota. Read once in a batch.
    """
    return once(("rota", school.pk, at), lambda: _on_rota(school, at))


def _on_rota(school: School, at: dt.datetime) -> "dict[str, list[Staff]]":
    chosen = {role: turn for (_, role), turn in turns_at([school], at).items()}
    if not chosen or not is_school_day(school, local(at).date()):
        return {}
    able = _able(school, {pk for turn in chosen.values() for pk in turn.people}, at)
    named = {role: [able[pk] for pk in turn.people if pk in able] for role, turn in chosen.items()}
    return {role: people for role, people in named.items() if people}


def turns_at(schools: Iterable[School], at: dt.datetime, **of: Any) -> dict[tuple[int, str], RotaTurn]:
    """By school and part the turn of the week at an instant. One query.

    A term's own row counts for more than the one for all year.
    """
    wall = local(at)
    half = Half.MORNING if wall.time() < NOON else Half.AFTERNOON
    turns = RotaTurn.objects.filter(school__in=schools, weekday=wall.weekday(), half=half, **of)
    rows = turns.select_related("term", "staff", "stand_in")
    now = [turn for turn in rows if turn.term is None or _lies_in(wall.date(), turn.term)]
    return {(t.school_id, t.role): t for t in sorted(now, key=lambda turn: turn.term_id is not None)}


def _lies_in(day: dt.date, term: Term) -> bool:
    return term.starts_on <= day <= term.ends_on


def _able(school: School, ids: Iterable[int], at: dt.datetime) -> "dict[int, Staff]":
    """Those who can answer for the school at an instant, by id."""
    from homevisits.people.models import Staff

    found = Staff.objects.holding(RESPONDERS, school).filter(pk__in=ids).present(at)
    return {person.pk: person for person in found}
