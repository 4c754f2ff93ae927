"""Tuition at home as a series of visits (TC-080, TC-188 to TC-203)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

STAFF = settings.AUTH_USER_MODEL


class TuitionSeries(models.Model):
    """Sessions for one pupil: what tutors must know, what parents were told, what was agreed with them."""

    school = models.ForeignKey("trusts.School", on_delete=models.PROTECT, related_name="tuition")
    pupil = models.ForeignKey("people.Pupil", on_delete=models.PROTECT, related_name="tuition")
    tutor = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="tuition")
    subject = models.CharField("what is taught", max_length=120)
    started_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    room = models.CharField("where in the home", max_length=120, blank=True)
    send = models.TextField("special educational needs and disabilities", blank=True)
    medical = models.TextField("medical needs", blank=True)
    behaviour = models.TextField("known behavioural issues", blank=True)
    nothing_more = models.BooleanField("there is nothing more to know", default=False)
    briefed_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    briefed_at = models.DateTimeField(null=True, blank=True)
    letter_sent_at = models.DateTimeField(null=True, blank=True)
    letter_sent_by = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sanctions = models.TextField("sanctions agreed with the parents", blank=True)
    sanctions_agreed_on = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name_plural = "tuition series"
        constraints = [
            models.CheckConstraint(
                condition=Q(briefed_at=None, briefed_by=None)
                | Q(briefed_at__isnull=False, briefed_by__isnull=False),
                name="tuition_briefed_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(letter_sent_at=None, letter_sent_by=None)
                | Q(letter_sent_at__isnull=False, letter_sent_by__isnull=False),
                name="tuition_letter_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="tuition_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class TuitionSession(models.Model):
    """What one session was like: the adult there, the room and its door (TC-192 to TC-195)."""

    visit = models.OneToOneField("visits.Visit", on_delete=models.PROTECT, related_name="session")
    adult = models.CharField("adult in the home", max_length=120, blank=True)
    room = models.CharField(max_length=120, blank=True)
    is_bedroom = models.BooleanField("the pupil's bedroom", default=False)
    no_alternative = models.CharField("why there was no other space", max_length=300, blank=True)
    door_open = models.BooleanField("the door stayed open", null=True, blank=True)
    is_suitable = models.BooleanField("a suitable place to work", null=True, blank=True)
    unsuitable_note = models.CharField(max_length=300, blank=True)
    written_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"session of {self.visit}"


class Misbehaviour(models.Model):
    """Something that happened in a session, dealt with by the school's Behaviour Policy (TC-200 to TC-203)."""

    session = models.ForeignKey(TuitionSession, on_delete=models.CASCADE, related_name="misbehaviour")
    what = models.CharField("what happened", max_length=500)
    done = models.CharField("what was done about it", max_length=300, blank=True)
    reported_at = models.DateTimeField()
    reported_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["reported_at"]

    def __str__(self) -> str:
        return "misbehaviour"
