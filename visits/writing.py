"""The written record of a visit."""

from django.conf import settings
from django.db import models

STAFF = settings.AUTH_USER_MODEL


class VisitRecord(models.Model):
    """What happened, in the visitors' words: facts apart from opinions (CS-008, CS-096)."""

    class Seen(models.TextChoices):
        IN_HOME = "in_home", "Yes, in the home"
        AT_DOOR = "at_door", "Yes, at the door"
        AT_WINDOW = "at_window", "Yes, through a window"
        NOT_SEEN = "not_seen", "No"

    class Spoken(models.TextChoices):
        ALONE = "alone", "Yes, alone"
        WITH_ADULT = "with_adult", "Yes, with an adult there"
        NO = "no", "No"

    class YesNo(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"

    visit = models.OneToOneField("visits.Visit", on_delete=models.PROTECT, related_name="written")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    place = models.CharField("where it took place", max_length=200, blank=True)
    nobody_present = models.BooleanField("nobody was there", default=False)
    pupil_seen = models.CharField(max_length=10, choices=Seen, blank=True)
    pupil_spoken = models.CharField(max_length=10, choices=Spoken, blank=True)
    why_not = models.CharField("why the pupil was not seen or spoken to", max_length=500, blank=True)
    discussed = models.TextField("what was talked about", blank=True)
    facts = models.TextField("facts: what you saw and heard", blank=True)
    opinions = models.TextField("your professional view", blank=True)
    pupil_words = models.TextField("the pupil's own words", blank=True)
    nothing_agreed = models.BooleanField(default=False)
    concern = models.CharField("is there a safeguarding concern", max_length=3, choices=YesNo, blank=True)
    id_shown = models.BooleanField("identity card shown", default=False)
    went_upstairs = models.BooleanField(null=True, blank=True)
    upstairs_why = models.CharField("why it was necessary, and who came along", max_length=300, blank=True)
    in_bedroom = models.BooleanField("in a child's bedroom", null=True, blank=True)
    bedroom_why = models.CharField("why there was no other way", max_length=300, blank=True)
    life_at_risk = models.CharField("why a life was at risk", max_length=300, blank=True)
    had_intervention = models.BooleanField("somebody intervened physically", default=False)
    intervention_at = models.DateTimeField("when that was first said", null=True, blank=True)
    card_left = models.BooleanField("a calling card was left", null=True, blank=True)
    file_destination = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"Record of {self.visit.ref}"


class PersonPresent(models.Model):
    """Somebody who was in the home."""

    record = models.ForeignKey(VisitRecord, on_delete=models.CASCADE, related_name="people_present")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.relationship})" if self.relationship else self.name


class Barrier(models.Model):
    """Something that keeps the pupil from attending (AF-061); what is done about it is an action of its own (AF-062)."""

    class Kind(models.TextChoices):
        PRACTICAL = "practical", "Practical"
        EMOTIONAL = "emotional", "Emotional"
        COMMUNICATION = "communication", "To do with communication"

    record = models.ForeignKey(VisitRecord, on_delete=models.CASCADE, related_name="barriers_found")
    kind = models.CharField(max_length=13, choices=Kind, blank=True)
    text = models.TextField("what keeps the pupil from attending")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}" if self.kind else self.text


class AgreedAction(models.Model):
    """Something that was agreed on the visit, with an owner and a date; perhaps about a barrier (AF-062)."""

    record = models.ForeignKey(VisitRecord, on_delete=models.CASCADE, related_name="actions")
    barrier = models.ForeignKey(
        Barrier, null=True, blank=True, on_delete=models.CASCADE, related_name="actions"
    )
    what = models.CharField(max_length=300)
    owner = models.CharField("who does it", max_length=120)
    due_on = models.DateField("by when")

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.what


class Intervention(models.Model):
    """A physical intervention: what was tried first, the force, whose injury it prevented (TC-232 to TC-237)."""

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="interventions")
    happened_at = models.DateTimeField()
    who = models.CharField("who intervened", max_length=120)
    tried_first = models.TextField("what was tried first")
    force = models.TextField("what was done, with how much force")
    prevented = models.TextField("whose injury it prevented")
    written_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    read_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["happened_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(read_at=None, read_by=None)
                | models.Q(read_at__isnull=False, read_by__isnull=False),
                name="intervention_read_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"intervention on {self.visit.ref}"
