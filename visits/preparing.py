"""What is prepared for a visit: the risks at a home, briefings, the look round on arrival, extra answers."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from homevisits.audit.models import append_only
from homevisits.sealed import SealedText
from homevisits.trusts.choices import RiskLevel

STAFF = settings.AUTH_USER_MODEL


class HazardKind(models.TextChoices):
    """What may be dangerous about a visit (TC-131 to TC-135, CS-062 to CS-066)."""

    AREA = "area", "The area, or getting there"
    ANIMALS = "animals", "Animals"
    AGGRESSION = "aggression", "Aggression or violence"
    OCCUPANTS = "occupants", "Other people in the home"
    SUBSTANCES = "substances", "Alcohol, drugs or hazardous substances"
    WEAPONS = "weapons", "Weapons, or things used as one"
    HEALTH = "health", "Illness or infection"
    PUPIL = "pupil", "The pupil's needs or behaviour"
    LONE = "lone", "Working alone"
    PREMISES = "premises", "The building, stairs, no way out"
    OTHER = "other", "Something else"


class Assessments(models.Manager["RiskAssessment"]):
    """Leaves the file in the database: a page reads many versions and opens few files."""

    def get_queryset(self) -> "models.QuerySet[RiskAssessment]":
        return super().get_queryset().defer("content")


class RiskAssessment(models.Model):
    """One version of the risks at a home; the next one takes its place and this one stays readable.

    `score` is the sum over its hazards of how likely (0 to 3) times how bad (0 to 3); `level`
    comes from the policy's bands. A home that is not on file has the visit's address instead.
    """

    household = models.ForeignKey(
        "people.Household", null=True, blank=True, on_delete=models.PROTECT, related_name="assessments"
    )
    address = models.CharField(max_length=200, blank=True)
    school = models.ForeignKey("trusts.School", on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField("version", default=1)
    score = models.PositiveSmallIntegerField(default=0)
    level = models.CharField(max_length=6, choices=RiskLevel)
    text = models.TextField("risks and how they are reduced")
    why = models.CharField("what changed", max_length=300, blank=True)
    assessed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()
    file_name = models.CharField("the school's own form, filled in", max_length=120, blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    content = models.BinaryField(null=True, blank=True)

    objects = Assessments()

    class Meta:
        ordering = ["-assessed_at", "-id"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "school", "number"],
                condition=Q(household__isnull=False),
                name="assessment_version_once",
            ),
            models.CheckConstraint(
                condition=Q(household__isnull=False) | ~Q(address=""), name="assessment_of_some_place"
            ),
        ]
        triggers = append_only

    def __str__(self) -> str:
        return f"Risk assessment, version {self.number}: {self.get_level_display().lower()}"


class Hazard(models.Model):
    """One danger that an assessment names, and what is done about it."""

    assessment = models.ForeignKey(RiskAssessment, on_delete=models.CASCADE, related_name="hazards")
    kind = models.CharField(max_length=10, choices=HazardKind)
    likely = models.PositiveSmallIntegerField("how likely, 0 to 3")
    severe = models.PositiveSmallIntegerField("how bad, 0 to 3")
    control = models.CharField("what is done about it", max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(likely__range=(0, 3), severe__range=(0, 3)), name="hazard_marks_0_to_3"
            ),
            models.UniqueConstraint(fields=["assessment", "kind"], name="hazard_once"),
        ]
        triggers = append_only

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def score(self) -> int:
        """0 (nothing) to 9 (likely, and grave)."""
        return self.likely * self.severe


class Briefing(models.Model):
    """Somebody is made aware of the policy's points (TC-053, TC-130, TC-141).

    With a visit: the points said anew for it, and `words` about this family. Without: the standing
    points of that version of the policy.
    """

    policy = models.ForeignKey("trusts.Policy", on_delete=models.PROTECT, related_name="briefings")
    staff = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="briefings")
    visit = models.ForeignKey(
        "visits.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="briefings"
    )
    words = models.TextField("what they should know", blank=True)
    confirmed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["confirmed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "staff", "visit"], nulls_distinct=False, name="briefing_once"
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=models.F("staff")), name="briefing_by_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"Briefing of {self.staff}"


class ArrivalLook(models.Model):
    """What a visitor saw on arriving, before going in: the dynamic risk assessment (CS-062, CS-084)."""

    class Choice(models.TextChoices):
        GO_IN = "go_in", "Nothing keeps us from going in"
        DOORSTEP = "doorstep", "We stay on the doorstep"
        LEAVE = "leave", "We leave"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="looks")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    seen = ArrayField(models.CharField(max_length=10, choices=HazardKind), default=list, blank=True)
    note = SealedText(max_length=300, blank=True, default="")
    choice = models.CharField(max_length=8, choices=Choice)
    key = models.UUIDField("idempotency key", unique=True)

    class Meta:
        ordering = ["at", "id"]
        triggers = append_only

    def __str__(self) -> str:
        return self.get_choice_display()


class ExtraAnswer(models.Model):
    """The answer to something that the policy's appointment form asks besides (TC-101)."""

    visit = models.ForeignKey("visits.Visit", on_delete=models.CASCADE, related_name="extra_answers")
    code = models.CharField(max_length=30)
    text = models.CharField(max_length=500)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["visit", "code"], name="extra_answer_once")]

    def __str__(self) -> str:
        return self.code


class ParentsToldOf(models.Model):
    """Parents were told of a change (TC-199), or sent a letter: who, how and when."""

    class What(models.TextChoices):
        CHANGE = "change", "A change of times"
        CANCELLED = "cancelled", "That it is cancelled"
        LATE = "late", "That somebody is late"
        LETTER = "letter", "The appointment letter"
        EXPECTATIONS = "expectations", "The expectations letter"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="parents_told")
    what = models.CharField(max_length=12, choices=What)
    whom = models.CharField(max_length=120)
    channel = models.CharField(max_length=12)
    told_at = models.DateTimeField()
    told_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["told_at"]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.whom}"


class FeedKey(models.Model):
    """The secret part of somebody's diary address: kept as a digest, made anew when it leaked."""

    staff = models.OneToOneField(STAFF, on_delete=models.CASCADE, related_name="feed_key")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField("last fetched", null=True, blank=True)

    def __str__(self) -> str:
        return f"diary feed of {self.staff}"
