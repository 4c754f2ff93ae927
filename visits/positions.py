"""Where a phone was when its owner asked for help or arrived, where the policy allows; gone with the record."""

from django.db import models


class Position(models.Model):
    """A place that a visitor's browser told, with their leave. `taken_at` is the phone's claim.

    Unlike everything else about a visit this is deleted, when the visit is recorded or cancelled.
    """

    class When(models.TextChoices):
        HELP = "help", "With the call for help"
        ARRIVED = "arrived", "On arriving"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="positions")
    attendee = models.ForeignKey("visits.Attendee", on_delete=models.CASCADE, related_name="positions")
    sent_with = models.CharField(max_length=7, choices=When)
    latitude = models.DecimalField(max_digits=8, decimal_places=5)
    longitude = models.DecimalField(max_digits=8, decimal_places=5)
    accuracy = models.PositiveIntegerField("metres")
    taken_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"position {self.pk}"
