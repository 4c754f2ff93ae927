"""A call that a named person is asked to make: who, whom, until when, and what came of it."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.trusts.roles import LEADERS, RoleName

if TYPE_CHECKING:
    from homevisits.people.models import Staff


class CallQuerySet(models.QuerySet["Call"]):
    def to_make(self) -> "CallQuerySet":
        """Those that nobody has made yet."""
        return self.filter(outcome="")

    def visible_to(self, staff: "Staff") -> "CallQuerySet":
        """For whoever is asked to make them and, unless private, the office and leaders of that school."""
        helpers = {RoleName.OFFICE, *LEADERS}
        schools = [where for role, where in staff.held if where and role in helpers]
        theirs = Q(notice__school__in=schools, notice__is_private=False)
        ours = self.filter(Q(caller=staff) | theirs, notice__recipient__trust_id=staff.trust_id)
        return ours.exclude(notice__recipient=staff)


class Call(models.Model):
    """One call about one notice. It is never made by the person who is to be rung."""

    class Outcome(models.TextChoices):
        SPOKE = "spoke", "Spoke to them"
        NO_ANSWER = "no_answer", "No answer"
        NOT_MADE = "not_made", "Nobody rang in time"
        NOT_NEEDED = "not_needed", "No longer needed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    notice = models.OneToOneField("notices.Notice", on_delete=models.PROTECT, related_name="call")
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calls_to_make"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(outcome=""), name="call_to_make")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", made_at=None) | (~Q(outcome="") & Q(made_at__isnull=False)),
                name="call_outcome_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller} rings {self.notice.recipient}"
