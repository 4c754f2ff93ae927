"""Concerns about a child: raised by anybody, read by the DSL team, chased until they are received."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from homevisits.audit.models import Event
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.models import School
from safeguarding import chasing
from safeguarding.querysets import ConcernQuerySet
from visits.models import Visit

STAFF = settings.AUTH_USER_MODEL


class Concern(models.Model):
    """What somebody saw or heard, in their words, for the DSL. Never changed once sent."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="concerns")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="concerns")
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="concerns")
    author = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="concerns")
    facts = models.TextField("what you saw and heard")
    opinion = models.TextField("what you think it may mean", blank=True)
    is_serious = models.BooleanField("somebody may be in danger now", default=False)
    services_called = models.CharField(
        "who was called first, when, and the reference", max_length=300, blank=True
    )
    happened_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(received_at=None, received_by=None)
                | Q(received_at__isnull=False, received_by__isnull=False),
                name="concern_received_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(received_by=None) | ~Q(received_by=models.F("author")),
                name="concern_received_by_another",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="concern_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="concern_words_stay",
                operation=pgtrigger.UpdateOf("facts", "opinion", "author_id", "pupil_id", "raised_at"),
            ),
        ]

    def __str__(self) -> str:
        return f"Concern of {self.raised_at:%d %B}"

    def get_absolute_url(self) -> str:
        return reverse("concern", args=[self.uuid])

    @property
    def is_received(self) -> bool:
        return self.received_at is not None


class ConcernEvent(Event):
    """A line of a concern's story, in a chain of its own: nobody outside the team reads it."""

    SUBJECT = "concern"
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="events")


class ConcernDeadline(Deadline):
    """A concern must be read soon; unread, it climbs its own ladder (TC-238)."""

    SUBJECT = "concern"
    PRIVATE = True
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["concern", "kind"], condition=Q(state="live"), name="concern_deadline_one_live"
            ),
        ]

    def open_alarm(self, *, now: dt.datetime) -> "ConcernAlarm":
        return ConcernAlarm(
            concern=self.concern,
            deadline=self,
            kind=ConcernAlarm.Kind.UNREAD,
            due_at=self.due_at,
            opened_at=now,
        )

    def note_fired(self, *, now: dt.datetime) -> None:
        chasing.note(self.concern, "due", "Not read in time", by=None, now=now)


class ConcernAlarm(Alarm):
    """A concern that nobody of the DSL team has read. Says nothing of what it is about."""

    class Kind(models.TextChoices):
        UNREAD = "concern_unread", "A concern has not been read"
        FAULT = "fault", "A timer could not be processed"

    SUBJECT = "concern"
    PRIVATE = True
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="alarms")
    deadline = models.OneToOneField(
        ConcernDeadline, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm"
    )

    class Meta(Alarm.Meta):
        pass

    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        return chasing.rungs(self.concern, now)

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        return Words(
            "Alarm: a concern has not been read",
            "A safeguarding concern waits for the DSL team. Open the alarm and see that it is read.",
            self.get_absolute_url(),
        )

    def quiet_after(self) -> dt.timedelta:
        return dt.timedelta(minutes=chasing.policy_of(self.concern).owner_quiet_minutes)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(minutes=chasing.policy_of(self.concern).concern_read_minutes)

    def callers(self, *, now: dt.datetime) -> Iterable[Staff]:
        return chasing.callers(self.concern, now)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        return chasing.refusal(self.concern, staff)

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        chasing.note(self.concern, kind, sentence, by=by, now=now, alarm=str(self.uuid), **detail)

    def panel(self, staff: Staff) -> tuple[str, dict[str, Any]] | None:
        return "safeguarding/_alarm_panel.html", chasing.panel(self.concern, staff)

    def history(self) -> Iterable[Event]:
        return (
            self.concern.events.filter(detail__alarm=str(self.uuid)).select_related("by").order_by("number")
        )

    @classmethod
    def visible_to(cls, staff: Staff) -> "models.QuerySet[ConcernAlarm]":
        schools = chasing.chased_schools(staff)
        return cls.objects.filter(concern__school__in=schools).select_related("concern__school", "owner")
