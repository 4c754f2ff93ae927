"""Register marks, the visits they suggest, and what was agreed with families."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from attendance import reviewing
from attendance.querysets import AgreementQuerySet, MarkQuerySet, ProposalQuerySet
from homevisits.audit.models import Event
from homevisits.escalation.models import Alarm, Deadline, Rung, Words
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.models import School
from visits.models import AgreedAction, Visit

STAFF = settings.AUTH_USER_MODEL


class Mark(models.Model):
    """What the register says of a pupil for one session (half a day)."""

    class Session(models.TextChoices):
        AM = "am", "Morning"
        PM = "pm", "Afternoon"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="marks")
    day = models.DateField()
    session = models.CharField(max_length=2, choices=Session)
    code = models.CharField(max_length=2)
    minutes_late = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        ordering = ["day", "session"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "day", "session"], name="mark_once_a_session")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.session} {self.code}"


class Proposal(models.Model):
    """A visit that the marks suggest. A person decides: ask for it, or waive it with a reason."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ASKED = "asked", "Visit asked for"
        WAIVED = "waived", "Waived"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="proposals")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="proposals")
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    reason_code = models.CharField(max_length=30)
    trigger = models.CharField(max_length=20)
    grounds = models.CharField(max_length=300)
    since_on = models.DateField("first day of the absence")
    opened_at = models.DateTimeField()
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    waived_why = models.CharField(max_length=300, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["since_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(state="open"), name="proposal_one_open_a_pupil"
            ),
            models.UniqueConstraint(fields=["pupil", "trigger", "since_on"], name="proposal_once_an_absence"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="proposal_settled_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.grounds


class Agreement(models.Model):
    """Something agreed with a family on a visit: kept on the attendance file, looked at again on a day."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        KEPT = "kept", "Kept"
        BROKEN = "broken", "Not kept"

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="agreements")
    pupil = models.ForeignKey(Pupil, on_delete=models.PROTECT, related_name="agreements")
    action = models.ForeignKey(AgreedAction, on_delete=models.PROTECT, related_name="agreements")
    owner = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="agreements")
    review_on = models.DateField()
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    note = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["review_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["pupil", "action"], name="agreement_once"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="agreement_reviewed_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.action.what


class AgreementEvent(Event):
    """A line of an agreement's story."""

    SUBJECT = "agreement"
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="events")


class AgreementDeadline(Deadline):
    """The day on which an agreement is looked at again: a reminder."""

    SUBJECT = "agreement"
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="deadlines")

    class Meta(Deadline.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"], condition=Q(state="live"), name="agreement_deadline_one_live"
            ),
        ]

    def nudge(self, *, now: dt.datetime) -> Iterable[tuple[Staff, Words]]:
        return reviewing.nudge(self.agreement)

    def note_fired(self, *, now: dt.datetime) -> None:
        reviewing.note(self.agreement, "due", "The review was due", by=None, now=now)


class AgreementAlarm(Alarm):
    """Only for a reminder that the engine could not process: nothing is lost in silence."""

    class Kind(models.TextChoices):
        FAULT = "fault", "A timer could not be processed"

    SUBJECT = "agreement"
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="alarms")
    deadline = models.OneToOneField(
        AgreementDeadline, null=True, blank=True, on_delete=models.PROTECT, related_name="alarm"
    )

    class Meta(Alarm.Meta):
        pass

    def get_kind_display(self) -> str:
        return str(self.Kind(self.kind).label)

    def rungs(self, *, now: dt.datetime) -> list[Rung]:
        return reviewing.rungs(self.agreement, now)

    def words(self, rung: Rung, *, now: dt.datetime) -> Words:
        return Words(
            "Alarm: a reminder could not be sent",
            "The review of an agreement was due.",
            self.get_absolute_url(),
        )

    def quiet_after(self) -> dt.timedelta:
        return dt.timedelta(hours=24)

    def repeat_every(self) -> dt.timedelta:
        return dt.timedelta(hours=24)

    def refusal(self, staff: Staff, *, now: dt.datetime) -> str | None:
        may = staff.has_role(*reviewing.KEEPERS, school=self.agreement.visit.school)
        return None if may else "Only the attendance lead or a leader can answer this."

    def note(self, kind: str, sentence: str, *, by: Staff | None, now: dt.datetime, **detail: Any) -> None:
        reviewing.note(self.agreement, kind, sentence, by=by, now=now, alarm=str(self.uuid), **detail)

    @classmethod
    def visible_to(cls, staff: Staff) -> "models.QuerySet[AgreementAlarm]":
        return cls.objects.filter(agreement__in=Agreement.objects.visible_to(staff))
