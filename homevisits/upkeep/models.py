"""What a trust and its schools keep up to date: reminders about it, its story, the edition for parents."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from homevisits.audit.models import Event
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.making import Made
from homevisits.people.models import Staff
from homevisits.trusts.models import Insurance, Policy, School, Trust
from homevisits.upkeep import nudging, permissions


class Upkeep(models.Model):
    """One place that keeps things up to date: a trust (no school), or one of its schools.

    The subject of every reminder here, and the row that is locked while one of its facts changes.
    """

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="+")
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "school"], nulls_distinct=False, name="upkeep_once")
        ]

    def __str__(self) -> str:
        return str(self.school or self.trust)


class UpkeepEvent(Event):
    """A line of the story of what stands beside a policy: law, insurance, papers, overlays, reviews."""

    SUBJECT = "upkeep"
    upkeep = models.ForeignKey(Upkeep, on_delete=models.PROTECT, related_name="events")


class UpkeepDeadline(Deadline):
    """A day on which something of a place is to be seen to: always a reminder, never an alarm."""

    SUBJECT = "upkeep"
    upkeep = models.ForeignKey(Upkeep, on_delete=models.PROTECT, related_name="deadlines")
    policy = models.ForeignKey(Policy, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    insurance = models.ForeignKey(
        Insurance, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["upkeep", "kind", "policy", "insurance"],
                condition=Q(state="live"),
                nulls_distinct=False,
                name="upkeep_deadline_one_live",
            ),
        ]

    def prompt(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        return nudging.nudge(self, now)

    def nudge(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        return nudging.nudge(self, now)

    def note_fired(self, *, now: dt.datetime) -> None:
        self.upkeep.events.model.append(
            chain=f"upkeep:{self.upkeep.trust_id}",
            upkeep=self.upkeep,
            kind="due",
            happened_at=now,
            recorded_at=now,
            sentence=nudging.due_text(self),
        )


class UpkeepAlarm(Alarm):
    """Only for a reminder that the engine could not process: nothing is lost in silence."""

    class Kind(models.TextChoices):
        FAULT = "fault", "A timer could not be processed"

    SUBJECT = "upkeep"
    upkeep = models.ForeignKey(Upkeep, on_delete=models.PROTECT, related_name="alarms")
    deadline = models.OneToOneField(
        UpkeepDeadline, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm"
    )

    class Meta(Alarm.Meta):
        pass

    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        return nudging.rungs(self.upkeep, now)

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        return Words(
            "Alarm: a reminder could not be sent",
            "Something of the policy was due: see what, and do it.",
            self.get_absolute_url(),
        )

    def quiet_after(self) -> dt.timedelta:
        return dt.timedelta(hours=24)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(hours=24)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        may = permissions.sees_over(staff, self.upkeep.school) and staff.trust_id == self.upkeep.trust_id
        return None if may else "Only the head, a trust admin or the Executive Head / CEO can answer this."

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        UpkeepEvent.append(
            chain=f"upkeep:{self.upkeep.trust_id}",
            upkeep=self.upkeep,
            kind=kind,
            by=by,
            happened_at=now,
            recorded_at=now,
            sentence=sentence,
            detail={"alarm": str(self.uuid), **detail},
        )

    def history(self) -> Iterable[Event]:
        return self.upkeep.events.filter(detail__alarm=str(self.uuid)).select_related("by")

    @classmethod
    def visible_to(cls, staff: Staff) -> "models.QuerySet[UpkeepAlarm]":
        """Alarms of the trust for who keeps it, of a school for its head too."""
        return cls.objects.filter(
            permissions.places_of(staff, "upkeep__school"), upkeep__trust_id=staff.trust_id
        )


class Edition(Made):
    """The policy in words for parents as a PDF, with the letterhead of one place: made once, kept.

    `facts_hash` is of all that it says: the same words are not printed twice.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    upkeep = models.ForeignKey(Upkeep, on_delete=models.PROTECT, related_name="editions")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="editions")
    facts_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["upkeep", "facts_hash"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.policy}, for parents of {self.upkeep}"
