"""What a person decides or does because of how a visit went: the police, the next step, more time, a talk afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.audit.models import append_only
from homevisits.sealed import SealedText
from homevisits.trusts.choices import PoliceNumber

STAFF = settings.AUTH_USER_MODEL


class PoliceDecision(models.Model):
    """What was decided about the police, by whom and when (TC-120 to TC-122). The system never rings them."""

    class Answer(models.TextChoices):
        CALLED = "called", "We rang them"
        NOT_YET = "not_yet", "Not now"
        CALLED_BACK = "called_back", "They rang back, or we rang again"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="police")
    alarm = models.ForeignKey("visits.VisitAlarm", on_delete=models.PROTECT, related_name="police")
    answer = models.CharField(max_length=12, choices=Answer)
    at = models.DateTimeField("when")
    number = models.CharField(max_length=3, choices=PoliceNumber, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    officer = models.CharField(max_length=80, blank=True)
    words = models.CharField("why, or what they said", max_length=500, blank=True)
    decider = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["recorded_at", "id"]
        triggers = append_only
        constraints = [
            models.CheckConstraint(
                condition=~Q(answer="not_yet") | ~Q(words=""), name="police_not_yet_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_answer_display()}: {self.decider}"


class NextStep(models.Model):
    """What follows when nobody was in or nobody let them in (SH-071, SH-098, AF-045)."""

    class Choice(models.TextChoices):
        AGAIN = "again", "A second visit"
        OTHER_WAYS = "other_ways", "Other ways to reach the family"
        WELFARE = "welfare", "Ask the police to look in"
        NOTHING = "nothing", "Nothing more now"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="next_steps")
    choice = models.CharField(max_length=10, choices=Choice)
    card_left = models.BooleanField("a card was left", default=False)
    words = models.CharField("why, or what is done", max_length=500, blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    is_agreed = models.BooleanField("the police are asked", null=True, blank=True)
    answered_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(choice="again") | ~Q(words=""), name="next_step_says_what"),
            models.CheckConstraint(
                condition=Q(is_agreed=None, answered_by=None, answered_at=None)
                | Q(is_agreed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="next_step_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.get_choice_display()

    @property
    def is_open(self) -> bool:
        """Whether a check by the police is proposed and nobody has decided on it."""
        return self.choice == self.Choice.WELFARE and self.is_agreed is None


class TimeRequest(models.Model):
    """More time than the policy lets a visitor take by themselves: a person agrees or refuses."""

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="time_requests")
    minutes = models.PositiveSmallIntegerField()
    reason = SealedText(max_length=300)
    asked_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    is_agreed = models.BooleanField(null=True, blank=True)
    answered_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit"], condition=Q(is_agreed=None), name="time_request_one_open"
            ),
            models.CheckConstraint(
                condition=Q(is_agreed=None, answered_by=None, answered_at=None)
                | Q(is_agreed__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="time_request_answered_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} minutes for {self.visit}"


class Debrief(models.Model):
    """The talk of a senior leader with those who left because it was not safe (CS-069)."""

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="debriefs")
    held_at = models.DateTimeField("when it took place")
    words = models.TextField("what was said")
    needs = models.TextField("what is needed", blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["held_at", "id"]
        triggers = append_only

    def __str__(self) -> str:
        return f"talk after {self.visit}"
