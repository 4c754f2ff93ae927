"""What somebody holds at the desk while people are out, and handing it to a named colleague who accepts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.people.duty import on_duty
from homevisits.people.models import Staff
from homevisits.people.rota import RESPONDERS
from homevisits.trusts.models import School
from visits.models import Visit, VisitAlarm
from visits.states import WATCHED

STAFF = settings.AUTH_USER_MODEL
# Somebody who has not accepted by then has not: whoever handed over keeps it all, and is told.
MINUTES_TO_ACCEPT = 10


class Handover(models.Model):
    """One handover at the desk of a school: nothing moves until the other person accepts."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="handovers")
    giver = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="handovers_given")
    taker = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="handovers_asked")
    visits = models.ManyToManyField("visits.Visit", related_name="handovers")
    asked_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(giver=models.F("taker")), name="handover_two_people"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(declined_at=None), name="handover_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver} to {self.taker}"

    def is_open(self, now: dt.datetime) -> bool:
        return self.accepted_at is None and self.declined_at is None and now < self.lapses_at


@dataclass(frozen=True)
class Held:
    """What somebody holds: alarms that they own, and visits whose visitors they check on."""

    alarms: list[VisitAlarm]
    visits: list[Visit]

    @property
    def all_visits(self) -> list[Visit]:
        """Every visit concerned, once."""
        of_alarms = {alarm.visit_id: alarm.visit for alarm in self.alarms}
        return list((of_alarms | {visit.pk: visit for visit in self.visits}).values())

    def of(self, visits: set[int]) -> "Held":
        """Of it what is about these visits, by id."""
        alarms = [alarm for alarm in self.alarms if alarm.visit_id in visits]
        return Held(alarms, [visit for visit in self.visits if visit.pk in visits])

    def without(self, taker: Staff) -> "Held":
        """Of it what this person can take: nothing about a visit on which they go themselves, silent alarms least."""
        alarms = [alarm for alarm in self.alarms if not alarm.visit.includes(taker)]
        return Held(alarms, [visit for visit in self.visits if not visit.includes(taker)])

    def hush(self, visit: Visit) -> dict[str, Any]:
        """What marks a line in the story of a visit that is held for a silent alarm alone."""
        named = any(one.pk == visit.pk for one in self.visits)
        loud = any(alarm.visit_id == visit.pk and not alarm.is_silent for alarm in self.alarms)
        return {} if named or loud else {"silent": True}

    def __bool__(self) -> bool:
        return bool(self.alarms or self.visits)

    @property
    def words(self) -> str:
        """ "2 visits and 1 alarm"."""
        parts = [(len(self.visits), "visit"), (len(self.alarms), "alarm")]
        said = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number]
        return " and ".join(said) or "nothing"


def held(staff: Staff, school: School) -> Held:
    """What somebody holds at a school now. Two queries."""
    mine = VisitAlarm.objects.filter(owner=staff, state=VisitAlarm.State.OWNED, visit__school=school)
    named = Q(checkin_colleague=staff) | Q(responsible_contact=staff)
    visits = Visit.objects.filter(named, school=school, state__in=WATCHED)
    return Held(list(mine.select_related("visit", "deadline")), list(visits.order_by("return_at")))


def takers(giver: Staff, school: School, now: dt.datetime) -> "models.QuerySet[Staff]":
    """Who may take over: somebody who may answer an alarm of the school and is there."""
    able = Q(pk__in=Staff.objects.holding(RESPONDERS, school).values("pk")) | Q(
        pk__in=on_duty(school, now).values("pk")
    )
    return Staff.objects.active().filter(able).present(now).exclude(pk=giver.pk)


def waiting(staff: Staff, now: dt.datetime) -> list[Handover]:
    """The handovers that somebody is asked to accept."""
    asked = Handover.objects.filter(taker=staff, accepted_at=None, declined_at=None, lapses_at__gt=now)
    return list(asked.select_related("school", "giver"))
