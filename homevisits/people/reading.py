"""Who has told whom of a policy, and who has read it (TC-050, TC-255, PS-044)."""

from django.conf import settings
from django.db import models

from homevisits.audit.models import append_only

STAFF = settings.AUTH_USER_MODEL


class Reading(models.Model):
    """Somebody confirms that they have read a version of the policy, or a paper beside it.

    `paper` is empty for the policy itself, else the linked policy's title as that version names it.
    """

    staff = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="readings")
    policy = models.ForeignKey("trusts.Policy", on_delete=models.PROTECT, related_name="readings")
    paper = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["read_at"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "policy", "paper"], name="reading_once"),
        ]
        triggers = append_only

    def __str__(self) -> str:
        return f"{self.staff}: {self.paper or self.policy}"


class Cascade(models.Model):
    """A head says that their school adopted a version, on which day, and that its staff were told (TC-255, AF-003)."""

    policy = models.ForeignKey("trusts.Policy", on_delete=models.PROTECT, related_name="cascades")
    school = models.ForeignKey("trusts.School", on_delete=models.PROTECT, related_name="cascades")
    told_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField()
    note = models.CharField("how", max_length=200, blank=True)
    adopted_on = models.DateField("adopted by the school on", null=True, blank=True)

    class Meta:
        ordering = ["told_at"]
        constraints = [models.UniqueConstraint(fields=["policy", "school"], name="cascade_once_a_school")]
        triggers = append_only

    def __str__(self) -> str:
        return f"{self.school}: {self.policy}"
