"""Checks and training that staff hold, and what a school asks for besides its policy."""

from django.conf import settings
from django.db import models

from homevisits.trusts.choices import DbsLevel

STAFF = settings.AUTH_USER_MODEL


class Clearance(models.Model):
    """A check or training that somebody holds, with its dates.

    `kind` is the code of the policy's training rule; `title` names the school's own training, or a
    rule that the policy added. `level` is the DBS check's (TC-227).
    """

    class Kind(models.TextChoices):
        DBS = "dbs_enhanced", "DBS check"
        VIOLENCE = "violence_prevention", "Violence prevention training"
        EARLY_HELP = "early_help", "Early help and attendance training"
        HOME_VISITS = "home_visits", "Home visiting training"
        OTHER = "other", "Other training"

    staff = models.ForeignKey(STAFF, on_delete=models.CASCADE, related_name="clearances")
    kind = models.CharField(max_length=20, choices=Kind)
    title = models.CharField("which training", max_length=120, blank=True)
    level = models.CharField(max_length=16, choices=DbsLevel, blank=True)
    issued_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    trainer = models.CharField("given by", max_length=120, blank=True)
    recorded_by = models.ForeignKey(STAFF, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["kind", "-issued_on"]

    def __str__(self) -> str:
        if self.kind == self.Kind.DBS:
            return f"{DbsLevel(self.level or DbsLevel.ENHANCED).label} DBS check"
        return self.title or self.get_kind_display()


class SchoolTraining(models.Model):
    """Training that a head asks for besides the policy's (TC-181): cultural awareness, say."""

    school = models.ForeignKey("trusts.School", on_delete=models.CASCADE, related_name="training")
    title = models.CharField(max_length=120)
    set_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "title"], condition=models.Q(ended_at=None), name="school_training_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="school_training_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.title
