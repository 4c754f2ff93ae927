"""A trust's own account at GOV.UK Notify: the key sealed, its templates, and whether it works."""

import uuid
from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from homevisits.sealing import unseal
from homevisits.trusts.models import Trust

if TYPE_CHECKING:
    from homevisits.people.models import Staff


class TextAccountQuerySet(models.QuerySet["TextAccount"]):
    def visible_to(self, staff: "Staff") -> "TextAccountQuerySet":
        """The account of the person's own trust."""
        return self.filter(trust_id=staff.trust_id)


class TextAccount(models.Model):
    """What is needed to text for a trust. `key_name` is the part of the key that may be shown.

    `token_hash` is what is left of the bearer token that Notify sends with its callbacks: it was
    shown once. `ask_texts_at` is when Notify is asked for texts that were sent to us; what was sent
    before `first_set_at` is history. `worked_at` is when it last took a text, `failing` what it does
    not do now, since `failed_at`.
    """

    class Doing(models.TextChoices):
        TEXT = "text", "Texts do not go"
        EMAIL = "email", "E-mail through Notify does not go"
        READ = "read", "Notify cannot be asked for replies and receipts"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    trust = models.OneToOneField(Trust, on_delete=models.PROTECT, related_name="text_account")
    key_name = models.CharField(max_length=120)
    sealed_key = models.BinaryField()
    text_template = models.UUIDField()
    email_template = models.UUIDField(null=True, blank=True)
    sends_email = models.BooleanField(default=False)
    reply_number = models.CharField(max_length=20, blank=True)
    token_hash = models.CharField(max_length=64, blank=True)
    first_set_at = models.DateTimeField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    worked_at = models.DateTimeField(null=True, blank=True)
    failing = models.CharField(max_length=5, choices=Doing, blank=True, default="", db_default="")
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    called_back_at = models.DateTimeField(null=True, blank=True)
    ask_texts_at = models.DateTimeField()

    objects = TextAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sends_email=False) | Q(email_template__isnull=False),
                name="text_account_email_needs_template",
            ),
        ]

    def __str__(self) -> str:
        return f"Texts of {self.trust}"

    @property
    def key(self) -> str:
        """The key in clear, for the client alone."""
        return unseal(self.sealed_key)

    @property
    def is_failing(self) -> bool:
        """Whether the last thing that was heard of the account is that something does not work."""
        return bool(self.failing)


def account_of(staff: "Staff") -> TextAccount | None:
    """The account of somebody's trust. No query where the trust came with its account."""
    try:
        return staff.trust.text_account
    except TextAccount.DoesNotExist:
        return None


class ReceivedTextQuerySet(models.QuerySet["ReceivedText"]):
    def waiting(self) -> "ReceivedTextQuerySet":
        """Those which nobody has answered yet."""
        return self.filter(state=ReceivedText.State.WAITING)

    def visible_to(self, staff: "Staff") -> "ReceivedTextQuerySet":
        """Those of which this person was told that they belong to no visit; no others, they hold PINs."""
        from homevisits.notices.models import Notice

        key = Concat(
            Value("text:"), Cast(OuterRef("pk"), models.CharField()), Value(f":unplaced:{staff.pk}:in_app")
        )
        told = Notice.objects.filter(recipient=staff, key=key)
        return self.filter(Exists(told), account__trust=staff.trust_id)


class ReceivedText(models.Model):
    """A text that somebody sent us, counted once. Words and number are sealed: they may hold the code phrase."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not understood yet"
        ANSWERED = "answered", "Answered"
        UNKNOWN = "unknown", "From a number of nobody here"
        OLD = "old", "From before the account was set up"

    account = models.ForeignKey(TextAccount, on_delete=models.PROTECT, related_name="texts")
    provider_id = models.UUIDField()
    sealed = models.BinaryField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = ReceivedTextQuerySet.as_manager()

    class Meta:
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="received_text_once"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="received_text_waiting"),
        ]
        triggers = [
            pgtrigger.Protect(name="text_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="text_words_stay", operation=pgtrigger.UpdateOf("provider_id", "account_id", "sent_at")
            ),
        ]

    def __str__(self) -> str:
        return f"Text of {self.received_at:%d %B, %H:%M}"
