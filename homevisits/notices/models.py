"""The outbox: one row per recipient and channel, never twice, never lost."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.notices.accounts import ReceivedText, TextAccount  # noqa: F401  (Django finds them here)
from homevisits.notices.calls import Call  # noqa: F401
from homevisits.people.models import Staff
from homevisits.trusts.choices import Channel
from homevisits.trusts.roles import RoleName

# Senders listen here: something urgent waits.
URGENT_CHANNEL = "homevisits_urgent"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, staff: Staff) -> "NoticeQuerySet":
        """What was sent to this person."""
        return self.filter(recipient=staff)

    def logged_for(self, staff: Staff) -> "NoticeQuerySet":
        """The log: a school's for its office, the whole trust's for its admin; nothing private."""
        shown = self.filter(recipient__trust_id=staff.trust_id, is_private=False)
        if staff.has_role(RoleName.TRUST_ADMIN):
            return shown
        return shown.filter(
            school__in=[where for role, where in staff.held if role == RoleName.OFFICE and where]
        )

    def waiting(self) -> "NoticeQuerySet":
        return self.filter(state__in=[Notice.State.QUEUED, Notice.State.SENDING])

    def in_product(self) -> "NoticeQuerySet":
        return self.filter(channel=Notice.Channel.IN_APP)

    def unread(self) -> "NoticeQuerySet":
        return self.in_product().filter(read_at=None)


class Notice(models.Model):
    """Words for one person by one channel. Holds no child's name, address or reason.

    `key` is unique: "alarm uuid:step:round:person:channel" for alarms. `path` is an address
    inside the product. `lease` fences a sender that was frozen while it held the row;
    `next_try_at` is when a sender may take the row: at once, after a failure, or when the lease
    of a sender that went silent ends. `caller` is who is asked to ring, for a call.

    What a provider says later: `provider_id` is its own name for the notice, `provider_status` its
    word for how it stands, `ask_at` when it is asked again. `may_have_gone`: an answer of the
    provider was lost, so that the next try is a repeat. `wording` is a digest of number and words.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to go"
        SENDING = "sending", "Going"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be delivered"
        DROPPED = "dropped", "No longer needed"

    Channel = Channel

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=160, unique=True)
    alarm = models.UUIDField(null=True, blank=True)
    school = models.ForeignKey(
        "trusts.School", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=Channel)
    is_urgent = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    subject = models.CharField(max_length=120)
    body = models.TextField()
    path = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    lease = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    # Defaults of the database too: a process of the release before still queues while this one starts.
    may_have_gone = models.BooleanField(default=False, db_default=False)
    wording = models.CharField(max_length=64, blank=True, default="", db_default="")
    provider_id = models.UUIDField(null=True, blank=True)
    provider_status = models.CharField(max_length=24, blank=True, default="", db_default="")
    ask_at = models.DateTimeField(null=True, blank=True)
    asks = models.PositiveSmallIntegerField(default=0, db_default=0)
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["-is_urgent", "next_try_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="notice_waiting",
            ),
            models.Index(fields=["alarm"], name="notice_alarm"),
            models.Index(fields=["recipient", "-created_at"], name="notice_recipient"),
            models.Index(
                fields=["recipient"], condition=Q(channel="in_app", read_at=None), name="notice_unread"
            ),
            models.Index(fields=["school", "-created_at"], name="notice_school"),
            models.Index(fields=["ask_at"], condition=Q(ask_at__isnull=False), name="notice_ask"),
            models.Index(
                fields=["recipient", "sent_at"], condition=Q(channel="text"), name="notice_texts_sent"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="wakes_senders",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__is_urgent=True, new__state="queued"),
                func=f"PERFORM pg_notify('{URGENT_CHANNEL}', ''); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: Staff) -> "MessageQuerySet":
        """Kept e-mails of the person's trust; a private one only to its reader.

        In production only an admin reads them, and only what notices say: never a link that
        lets somebody into another person's account.
        """
        ours = self.filter(to__in=Staff.objects.filter(trust_id=staff.trust_id).values("email"))
        notices = ours.filter(Q(notice__is_private=False) | Q(notice__recipient=staff))
        if settings.PRODUCTION:
            return notices if staff.has_role(RoleName.TRUST_ADMIN) else self.none()
        return notices | ours.filter(notice=None)


class Message(models.Model):
    """An e-mail as it would have gone out; kept here when no mail server is set (demo, tests).

    `reference` is its Message-ID: a repeat after a crash carries the same one.
    """

    notice = models.ForeignKey(Notice, null=True, on_delete=models.SET_NULL, related_name="messages")
    reference = models.CharField(max_length=120, blank=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    kept_at = models.DateTimeField()

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-kept_at", "-id"]

    def __str__(self) -> str:
        return self.subject


class PushSubscription(models.Model):
    """A phone or browser that somebody switched alerts on for: an address at its maker, and its keys."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    endpoint = models.URLField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    label = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    last_worked_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_failing(self) -> bool:
        """Whether the last thing that was sent to it did not get through."""
        return self.failed_at is not None and (
            self.last_worked_at is None or self.last_worked_at < self.failed_at
        )


class Trial(models.Model):
    """A notice to nobody: a test alarm puts it in, a sender takes it out. Shows that what is queued goes."""

    due_at = models.DateTimeField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-due_at"]

    def __str__(self) -> str:
        return f"trial of {self.due_at:%H:%M}"
