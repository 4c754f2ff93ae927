"""What stands beside a policy and changes without a new version: law, insurance, papers, overlay, reviews."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import Combinable

from homevisits.clock import london_day
from homevisits.trusts.choices import Paper

STAFF = settings.AUTH_USER_MODEL


class LawReference(models.Model):
    """A law or statutory guidance that the policy has regard to (TC-025 to TC-031).

    The latest version applies whatever edition is named, so the list is no part of a version.
    """

    trust = models.ForeignKey("trusts.Trust", on_delete=models.CASCADE, related_name="laws")
    title = models.CharField(max_length=160)
    edition = models.CharField("year or edition", max_length=40, blank=True)
    url = models.URLField("where it stands", blank=True)
    clauses = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["trust", "title"], name="law_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.edition})" if self.edition else self.title


class Insurance(models.Model):
    """Cover for staff who make visits (TC-046)."""

    trust = models.ForeignKey("trusts.Trust", on_delete=models.CASCADE, related_name="insurances")
    insurer = models.CharField(max_length=120)
    reference = models.CharField("policy number", max_length=60)
    starts_on = models.DateField()
    expires_on = models.DateField()
    recorded_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-expires_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gte=models.F("starts_on")), name="insurance_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer}, {self.reference}"


class SchoolPaper(models.Model):
    """A school's own paper or form: a link, or a file kept here. Nothing is invented in its place (PS-061)."""

    school = models.ForeignKey("trusts.School", on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField(max_length=14, choices=Paper)
    title = models.CharField(max_length=120)
    url = models.URLField("where it stands", blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    content = models.BinaryField(null=True, blank=True)
    added_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "-added_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(url="") | ~Q(file_name=""), name="paper_link_or_file"),
            models.CheckConstraint(
                condition=Q(retired_at=None, retired_by=None)
                | Q(retired_at__isnull=False, retired_by__isnull=False),
                name="paper_retired_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class OverlayQuerySet(models.QuerySet["Overlay"]):
    def on(self, day: dt.date | Combinable) -> "OverlayQuerySet":
        """Those that hold on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, ended_at=None)

    def at(self, instant: dt.datetime) -> "OverlayQuerySet":
        """Those that held at an instant, whatever was switched on or ended since."""
        day = london_day(instant)
        return self.filter(
            Q(ends_on=None) | Q(ends_on__gte=day),
            Q(ended_at=None) | Q(ended_at__gt=instant),
            starts_on__lte=day,
            set_at__lte=instant,
        )


class Overlay(models.Model):
    """Infection rules switched on at a school from a day on (PS-139 to PS-154, CS-080, CS-081).

    They are laid over the policy in force and take nothing away from it.
    """

    school = models.ForeignKey("trusts.School", on_delete=models.CASCADE, related_name="overlays")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    reason = models.CharField("what for", max_length=160)
    source = models.CharField("guidance that it follows", max_length=200, blank=True)
    set_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OverlayQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="overlay_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="overlay_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class PolicyReview(models.Model):
    """A review of a policy: on its day, or early because something material changed (TC-248 to TC-250)."""

    policy = models.ForeignKey("trusts.Policy", on_delete=models.PROTECT, related_name="reviews")
    why = models.CharField("why now", max_length=300)
    started_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    took_part = models.CharField("who took part, with their roles", max_length=500, blank=True)
    outcome = models.CharField(max_length=500, blank=True)
    finished_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy"], condition=Q(finished_at=None), name="review_one_under_way"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, finished_by=None)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="review_finished_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.policy}"
