"""What a visit gathers on its way: decisions, moments, events, documents, attempts to reach the family."""

import datetime as dt
import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.audit.models import Event, append_only
from homevisits.sealed import SealedText
from homevisits.sealing import read

STAFF = settings.AUTH_USER_MODEL
KEPT_AFTER = dt.timedelta(minutes=1)


class Decision(models.Model):
    """One answer by somebody entitled to it, bound to a hash of what was decided on."""

    class Kind(models.TextChoices):
        VISIT = "visit", "The visit"
        LONE = "lone", "Going alone"
        OUT_OF_HOURS = "out_of_hours", "Out of hours"
        DSL_INPUT = "dsl_input", "The DSL's view"
        RISK = "risk", "The level of risk"

    class Answer(models.TextChoices):
        YES = "yes", "Yes"
        NO = "no", "No"
        CHANGES = "changes", "Returned for changes"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=14, choices=Kind)
    answer = models.CharField(max_length=8, choices=Answer)
    decider = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    reason = models.TextField()
    necessary = models.BooleanField(default=False)
    best_interests = models.BooleanField(default=False)
    safeguarding = models.BooleanField("safeguarding arrangements are in place", default=False)
    facts_hash = models.CharField(max_length=64)
    start_at = models.DateTimeField("planned start decided on")
    typed_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    countersigned_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "kind"], condition=Q(voided_at=None), name="decision_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(typed_by=None) | ~Q(typed_by=models.F("decider")),
                name="decision_typed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(countersigned_at=None) | Q(typed_by__isnull=False),
                name="decision_countersigned_when_typed",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decider_is_not_visitor",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.kind <> 'dsl_input' AND (
                        EXISTS (SELECT 1 FROM visits_attendee
                                WHERE visit_id = NEW.visit_id AND staff_id = NEW.decider_id)
                        OR EXISTS (SELECT 1 FROM visits_visit
                                   WHERE id = NEW.visit_id AND requested_by_id = NEW.decider_id))
                    THEN RAISE EXCEPTION 'nobody decides on their own visit'; END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="decision_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_answer_display()}"

    @property
    def stands(self) -> bool:
        return self.voided_at is None

    @property
    def confirmed(self) -> str:
        """What was ticked with it: "that it is necessary, that it is in the pupil's best interests"."""
        said = (
            (self.necessary, "that it is necessary"),
            (self.best_interests, "that it is in the pupil’s best interests"),
            (self.safeguarding, "that safeguarding arrangements are in place"),
        )
        return ", ".join(words for ticked, words in said if ticked)

    @property
    def wants_countersigning(self) -> bool:
        return self.stands and self.typed_by_id is not None and self.countersigned_at is None


class Moment(models.Model):
    """Something a visitor or the office said happened while out. `said_at` is a claim."""

    class Kind(models.TextChoices):
        DEPARTED = "departed", "Left school"
        DID_NOT_LEAVE = "did_not_leave", "Did not leave after all"
        ARRIVED = "arrived", "Arrived"
        ENTERED = "entered", "Went in"
        FINE = "fine", "Fine"
        NO_ANSWER = "no_answer", "Called, no answer"
        WAITING = "waiting", "Waiting at the door"
        MORE_TIME = "more_time", "Needs more time"
        LEFT = "left", "Left the home"
        BACK = "back", "Back"
        HOME = "home", "Home safe"
        HELP = "help", "Asked for help"
        OUTCOME = "outcome", "How it went"
        NOTE = "note", "Note to the office"
        INCIDENT = "incident", "Reported an incident"

    class Via(models.TextChoices):
        PAGE = "page", "On their phone"
        TEXT = "text", "By text message"
        CALL = "call", "By telephone"
        DESK = "desk", "At the desk"

    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="moments")
    kind = models.CharField(max_length=14, choices=Kind)
    attendee = models.ForeignKey(
        "visits.Attendee", null=True, blank=True, on_delete=models.PROTECT, related_name="moments"
    )
    for_all = models.BooleanField("together, all fine", default=False)
    via = models.CharField(max_length=5, choices=Via, default=Via.PAGE)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    note = SealedText(max_length=300, blank=True, default="")
    identity = models.CharField("how it was known that it was them", max_length=200, blank=True)
    is_feigned = models.BooleanField("shown to the party, and not to be believed", default=False)
    key = models.UUIDField("idempotency key", default=uuid.uuid4, unique=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        triggers = append_only

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def was_kept(self) -> bool:
        """Whether it lay on a phone without signal: said well before it was received (R12)."""
        return self.via == self.Via.PAGE and self.came_late

    @property
    def came_late(self) -> bool:
        """Whether it was said well before it was received: no signal, or a text that the network held."""
        return self.recorded_at - self.said_at > KEPT_AFTER

    @property
    def true_at(self) -> dt.datetime:
        """When it was true for certain: a claim may make it older, never newer."""
        return min(self.said_at, self.recorded_at)


class OfficeNote(models.Model):
    """What a visitor wrote to the office, sealed: any note may hold the code word (PS-129)."""

    moment = models.OneToOneField(Moment, on_delete=models.PROTECT, related_name="words")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"note of {self.moment_id}"

    @property
    def text(self) -> str:
        return read(self.sealed)


class Incident(models.Model):
    """An issue or incident on a visit, in the words of whoever reports it (TC-116, TC-117).

    The moment says who and when, and never changes. The words lie sealed: any may hold the code word.
    """

    moment = models.OneToOneField(Moment, on_delete=models.PROTECT, related_name="incident")
    sealed = models.BinaryField()

    class Meta:
        ordering = ["moment__recorded_at", "id"]
        triggers = [pgtrigger.Protect(name="incident_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"incident of {self.moment_id}"

    @property
    def text(self) -> str:
        return read(self.sealed)


class VisitEvent(Event):
    """A line of a visit's story; the chain is the school's."""

    SUBJECT = "visit"
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="events")
    words = SealedText("what they gave as the reason", blank=True, default="")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["visit", "number"])]

    @property
    def reason(self) -> str:
        """What they gave as the reason; lines that are older than its sealing have it in their detail."""
        return self.words or str(self.detail.get("reason") or "")


class ContactAttempt(models.Model):
    """A call or message to the family before a visit (AF-020, PS-009, TC-077)."""

    class Channel(models.TextChoices):
        CALL = "call", "Call"
        TEXT = "text", "Text message"
        EMAIL = "email", "E-mail"
        LETTER = "letter", "Letter"
        VIDEO = "video", "Video call"
        IN_PERSON = "in_person", "In person"

    class Result(models.TextChoices):
        NO_ANSWER = "no_answer", "No answer"
        VOICEMAIL = "voicemail", "Left a message"
        SPOKE = "spoke", "Spoke, no explanation"
        EXPLAINED = "explained", "Spoke, explanation given"

    pupil = models.ForeignKey("people.Pupil", on_delete=models.PROTECT, related_name="contact_attempts")
    visit = models.ForeignKey(
        "visits.Visit", null=True, blank=True, on_delete=models.PROTECT, related_name="attempts"
    )
    whom = models.ForeignKey(
        "people.ContactLink", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField()
    channel = models.CharField(max_length=9, choices=Channel)
    result = models.CharField(max_length=9, choices=Result)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}: {self.get_result_display()}"


class CodeWord(models.Model):
    """The word or phrase that means "I need help", encrypted; per school, or for one visit."""

    school = models.ForeignKey("trusts.School", on_delete=models.CASCADE, related_name="code_words")
    visit = models.ForeignKey(
        "visits.Visit", null=True, blank=True, on_delete=models.CASCADE, related_name="code_words"
    )
    sealed = models.BinaryField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return f"code word of {self.school}"


class Document(models.Model):
    """A PDF of a visit: asked for, made in a child process, kept."""

    class Kind(models.TextChoices):
        APPOINTMENT = "appointment", "Appointment form"
        RECORD = "record", "Visit record"
        LETTER = "letter", "Letter to the parents"
        CARD = "card", "Calling card"
        RISK = "risk", "Risk assessment"
        CHECKLIST = "checklist", "Checklist"
        EXPECTATIONS = "expectations", "Expectations letter"
        RESPONDERS = "responders", "Responders’ sheet"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be made"
        MAKING = "making", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind)
    for_office = models.BooleanField("without reason and purpose", default=False)
    facts_hash = models.CharField(max_length=64)
    printed_by = models.ForeignKey(STAFF, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    started_at = models.DateTimeField("somebody is making it since", null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.visit.ref}"
