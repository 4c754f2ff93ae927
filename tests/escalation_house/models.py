"""A house on fire watch: the smallest subject that the timer engine can be about, with hooks to break."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q

from homevisits.audit.models import Event
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.people.models import Staff
from homevisits.trusts.models import School


class Broken(Exception):
    """A hook that was told to break."""


class House(models.Model):
    """`ladder` is a list of [minutes, [staff ids]]; `broken` names the hooks that raise."""

    school = models.ForeignKey(School, on_delete=models.PROTECT)
    name = models.CharField(max_length=40, default="House")
    ladder = models.JSONField(default=list)
    broken = ArrayField(models.CharField(max_length=20), default=list)
    quiet_minutes = models.PositiveSmallIntegerField(default=10)
    repeat_minutes = models.PositiveSmallIntegerField(default=5)

    def __str__(self) -> str:
        return self.name

    def may_break(self, hook: str) -> None:
        if hook in self.broken:
            raise Broken(hook)
        if f"{hook}!" in self.broken:  # an error that spoils the transaction itself
            connection.cursor().execute("SELECT 1/0")

    def people(self, ids: list[int]) -> tuple[Staff, ...]:
        return tuple(Staff.objects.filter(pk__in=ids).order_by("pk"))


class HouseEvent(Event):
    SUBJECT = "house"
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="events")


def write(
    house: House, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any
) -> None:
    HouseEvent.append(
        chain=f"school:{house.school_id}", house=house, kind=kind, by=by,
        happened_at=now, recorded_at=now, sentence=sentence, detail=detail,
    )  # fmt: skip


class HouseDeadline(Deadline):
    SUBJECT = "house"
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="deadlines")
    person = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["house", "kind", "person"],
                condition=Q(state="live"),
                nulls_distinct=False,
                name="house_one_live",
            ),
        ]

    def open_alarm(self, *, now: dt.datetime) -> "HouseAlarm":
        self.house.may_break("open_alarm")
        return HouseAlarm(house=self.house, deadline=self, kind="fire", due_at=self.due_at, opened_at=now)

    def prompt(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        self.house.may_break("prompt")
        return [(person, Words("Soon", "Look soon.", "/")) for person in leaders(self.house)]

    def nudge(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        self.house.may_break("nudge")
        return [(person, Words("Remember", "Look.", "/")) for person in leaders(self.house)]

    def note_fired(self, *, now: dt.datetime) -> None:
        self.house.may_break("note_fired")
        write(self.house, "due", f"{self.kind} was due", by=None, now=now)


class HouseAlarm(Alarm):
    SUBJECT = "house"
    CHANNELS: tuple[str, ...] = ("in_app", "email")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="alarms")
    deadline = models.OneToOneField(HouseDeadline, null=True, on_delete=models.PROTECT, related_name="alarm")

    class Meta(Alarm.Meta):
        pass

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        self.house.may_break("rungs")
        steps = self.house.ladder
        return [
            Rung(
                number=number,
                after=dt.timedelta(minutes=minutes),
                people=self.house.people(ids),
                channels=self.CHANNELS,
                label=f"Rung {number}",
                is_last=number == len(steps),
            )
            for number, (minutes, ids) in enumerate(steps, start=1)
        ]

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        self.house.may_break("words")
        return Words(f"{self.house.name} is on fire", "Look at once.", self.get_absolute_url())

    def quiet_after(self) -> dt.timedelta:
        self.house.may_break("quiet_after")
        return dt.timedelta(minutes=self.house.quiet_minutes)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.house.repeat_minutes)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        return "You live in this house." if staff.last_name == "Visitor" else None

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        write(self.house, kind, sentence, by=by, now=now, alarm=str(self.uuid), **detail)

    def on_resolved(self, *, by: Staff, now: dt.datetime) -> None:
        self.house.may_break("on_resolved")
        write(self.house, "calm", "All is well", by=by, now=now)

    def history(self) -> Iterable[Event]:
        return self.house.events.filter(detail__alarm=str(self.uuid)).select_related("by").order_by("number")

    @classmethod
    def visible_to(cls, staff: Staff) -> "models.QuerySet[HouseAlarm]":
        return cls.objects.filter(house__school__trust_id=staff.trust_id).select_related(
            "house__school", "owner"
        )


def leaders(house: House) -> list[Staff]:
    """The people of the first rung."""
    house.may_break("leaders")
    return list(house.people(house.ladder[0][1] if house.ladder else []))
