"""Files that were brought in: dry run first, written only when confirmed."""

from django.conf import settings
from django.db import models

from homevisits.people.importing.kinds import KINDS
from homevisits.trusts.models import School


class Kind(models.TextChoices):
    """The kinds of files of this floor; others register theirs (importing.kinds)."""

    PUPILS = "pupils", "Pupils"
    CONTACTS = "contacts", "Contacts"
    STAFF = "staff", "Staff"


class HeaderMapping(models.Model):
    """Which of a school's column headings means what; remembered for the next file."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="header_mappings")
    kind = models.CharField(max_length=12)
    columns = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "kind"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.school} {self.kind}"


class Import(models.Model):
    """One uploaded file. Its text is kept until it is confirmed or dropped."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    columns = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def what(self) -> str:
        """ "Pupils": what the file's rows are."""
        return KINDS[self.kind].label
