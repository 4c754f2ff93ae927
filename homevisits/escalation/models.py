"""Deadlines and alarms for any subject: each app makes its own tables with real foreign keys."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from homevisits.notices.trials import queue_trial
from homevisits.people.duty import on_duty
from homevisits.trusts.choices import Channel

if TYPE_CHECKING:
    from homevisits.audit.models import Event
    from homevisits.people.models import Staff

# The sentinel listens here: something is due before it would look again by itself.
DUE_CHANNEL = "homevisits_due"
WAKES = [
    pgtrigger.Trigger(
        name="wakes_sentinel",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("next_at"),
        condition=pgtrigger.Q(new__next_at__isnull=False),
        func=(
            f"IF NEW.next_at < app_now() + interval '1 second' THEN PERFORM pg_notify('{DUE_CHANNEL}', ''); END IF; "
            "RETURN NULL;"
        ),
    ),
]


@dataclass(frozen=True)
class Rung:
    """One step of a ladder as an alarm climbs it.

    `after` counts from the alarm's first due time; `people` may be empty: the step is then
    skipped at once. `channels` are those of homevisits.notices.
    """

    number: int
    after: dt.timedelta
    people: "tuple[Staff, ...]"
    channels: tuple[str, ...]
    label: str
    is_last: bool


@dataclass(frozen=True)
class Words:
    """What a notice says: a reference and a link, never a child's name, address or reason."""

    subject: str
    body: str
    path: str


class Deadline(models.Model):
    """Something that must have happened by `due_at`. The row is the truth; workers only move it on.

    Concrete tables set SUBJECT (the foreign key's name), carry a unique condition so that one
    live deadline of a kind exists per subject (and person), and answer the questions below.
    Safety deadlines open an alarm when they fire; reminders nudge a finite number of times and
    stop. Rows are made and re-timed by `deadlines.arm` alone.

    `next_at` is when the engine must look: at `prompt_at` if there is one, at `due_at`, then at
    each further nudge. The due time itself never moves because the engine was late.
    """

    class State(models.TextChoices):
        LIVE = "live", "Live"
        MET = "met", "Met"
        CLEARED = "cleared", "No longer needed"
        FIRED = "fired", "Fired"

    SUBJECT: ClassVar[str]
    PRIVATE: ClassVar[bool] = False  # its notices stand in no log but the recipient's own list
    UNPLANNED: ClassVar[frozenset[str]] = frozenset()  # kinds of no plan: they stand until they fire

    kind = models.CharField(max_length=24)
    is_safety = models.BooleanField()
    due_at = models.DateTimeField()
    prompt_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.LIVE)
    nudges_left = models.PositiveSmallIntegerField(default=0)
    nudge_minutes = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="live"), name="%(class)s_live"),
        ]
        triggers = WAKES

    def __str__(self) -> str:
        return f"{self.kind} due {self.due_at:%H:%M}"

    @classmethod
    def keep_fired(cls, rows: "list[Self]") -> None:
        """Write that these have fired, all at the same time."""
        for at, fired in groupby(rows, key=attrgetter("settled_at")):
            keys = [row.pk for row in fired]
            cls._base_manager.filter(pk__in=keys).update(state=cls.State.FIRED, settled_at=at)

    @property
    def is_urgent(self) -> bool:
        """Whether what it tells goes before everything else."""
        return self.is_safety

    @property
    def is_private(self) -> bool:
        """Whether its notices stand in no log but the recipient's own list."""
        return self.PRIVATE

    @property
    def channels(self) -> tuple[str, ...]:
        """Which ways its prompts and nudges go."""
        return (Channel.IN_APP, Channel.EMAIL)

    @property
    def again(self) -> str:
        """What the owner of its alarm hears when it is due once more."""
        return "It was due again."

    def open_alarm(self, *, now: dt.datetime) -> "Alarm":
        """Safety: the alarm that this deadline raises, saved or not; the engine saves a new one."""
        raise TypeError(f"{type(self).__name__} raises no alarm")

    def prompt(self, *, now: dt.datetime) -> "Iterable[tuple[Staff, Words]]":
        """Whom to tell at `prompt_at`, before it is due, with which words; by default nobody."""
        return ()

    def nudge(self, *, now: dt.datetime) -> "Iterable[tuple[Staff, Words]]":
        """Reminder: whom to nudge with which words."""
        raise TypeError(f"{type(self).__name__} nudges nobody")

    def note_fired(self, *, now: dt.datetime) -> None:
        """Write the subject's event for the due time that passed, in the sweep's transaction.

        Asked once a deadline, also of a reminder that nudges several times.
        """
        raise TypeError(f"{type(self).__name__} writes no event")


class Alarm(models.Model):
    """Somebody may not be safe, or something was not read: climbs its ladder until a person resolves it.

    `due_at` is the first due time, from which every rung counts. `next_at` is when the engine
    must look again: the next rung, or the end of an owner's quiet time. `rung` is the number
    of the rung reached (0: none yet), `round` counts repeats of the last one.
    """

    class State(models.TextChoices):
        OPEN = "open", "Nobody has taken this yet"
        OWNED = "owned", "Being dealt with"
        RESOLVED = "resolved", "Resolved"

    class Outcome(models.TextChoices):
        REAL = "real", "Real: help was needed"
        LATE = "late", "Late, and safe"
        FALSE = "false", "False alarm"
        DRILL = "drill", "Drill"

    SUBJECT: ClassVar[str]
    PRIVATE: ClassVar[bool] = False  # its notices stand in no log but the recipient's own list
    SHOWN: ClassVar[bool] = True  # people may look for it
    MARK: ClassVar[str] = ""  # what every message begins with, such as that it is a drill
    LOOKED_FOR: ClassVar[bool] = False  # it is about people whom somebody may be sent to look for

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=24)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    rung = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owned_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    resolution = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["opened_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None, owned_at=None) | Q(owner__isnull=False, owned_at__isnull=False),
                name="%(class)s_owner_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state="resolved", resolved_at__isnull=False, resolved_by__isnull=False)
                | (~Q(state="resolved") & Q(resolved_at=None, resolved_by=None)),
                name="%(class)s_resolved_and_by",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=~Q(state="resolved"), name="%(class)s_next"),
        ]
        triggers = WAKES

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @classmethod
    def keep_climbed(cls, rows: "list[Self]") -> None:
        """Write how far these have climbed: new ones as a whole."""
        new = [row for row in rows if row._state.adding]
        known = [row for row in rows if not row._state.adding]
        cls._base_manager.bulk_create(new)
        for row in known:
            row.save(update_fields=["rung", "round", "next_at"])

    @property
    def is_open(self) -> bool:
        return self.state != self.State.RESOLVED

    def get_absolute_url(self) -> str:
        return f"/alarms/{self.uuid}/"

    def marked(self, words: str) -> str:
        """Words of a message, behind the alarm's mark if it has one."""
        return f"{self.MARK}: {words}" if self.MARK else words

    @property
    def outcomes(self) -> "list[tuple[str, str]]":
        """How it may have turned out, as a person chooses."""
        return list(self.Outcome.choices)

    def rungs(self, *, now: dt.datetime) -> "list[Rung]":
        """The whole ladder, in order, with the people who would be told at each rung now."""
        raise TypeError(f"{type(self).__name__} has no ladder")

    def words(self, rung: "Rung", *, now: dt.datetime) -> "Words":
        """What the people of a rung are told."""
        raise TypeError(f"{type(self).__name__} says nothing")

    def quiet_after(self) -> dt.timedelta:
        """How long an owner may stay silent before the alarm is open again."""
        raise TypeError(f"{type(self).__name__} has no quiet time")

    def repeat_every(self) -> dt.timedelta:
        """How often the last rung repeats."""
        raise TypeError(f"{type(self).__name__} does not repeat")

    def callers(self, *, now: dt.datetime) -> "Iterable[Staff]":
        """Who may be asked to ring somebody about the alarm: never one of its party. By default the desk."""
        school = getattr(getattr(self, self.SUBJECT), "school", None)
        return on_duty(school, now) if school else ()

    def refusal(self, staff: "Staff", *, now: dt.datetime) -> str | None:
        """Why this person may not own or resolve the alarm; None if they may."""
        raise TypeError(f"{type(self).__name__} cannot be answered")

    def kept_numbers(self) -> "Collection[str]":
        """The telephones, as they are dialled, on which nothing may be heard of this alarm, whosever they are."""
        return ()

    def resolve_refusal(self, staff: "Staff", *, now: dt.datetime) -> str | None:
        """Why somebody who may answer this alarm may still not be the one who ends it; None if they may."""
        return None

    @property
    def is_private(self) -> bool:
        """Whether its notices stand in no log but the recipient's own list."""
        return self.PRIVATE

    def kept_from(self) -> "Collection[int]":
        """The staff, by id, whom nothing ever tells of this alarm, whatever step they stand on."""
        return ()

    def note(self, kind: str, sentence: str, *, by: "Staff | None", now: dt.datetime, **detail: Any) -> None:
        """Write the subject's event about this alarm, in the caller's transaction."""
        raise TypeError(f"{type(self).__name__} writes no event")

    def on_resolved(self, *, by: "Staff", now: dt.datetime) -> None:
        """What follows for the subject when a person has resolved the alarm."""

    def panel(self, staff: "Staff") -> "tuple[str, dict[str, Any]] | None":
        """The subject's own part of the alarm's page: a template and what it needs; None for none."""
        return None

    def history(self) -> "Iterable[Event]":
        """The subject's events about this alarm, oldest first: those that `note` wrote."""
        return ()

    @classmethod
    def visible_to(cls, staff: "Staff") -> "models.QuerySet[Any]":
        """The alarms of this table that a person may see."""
        raise TypeError(f"{cls.__name__} is seen by nobody")


class Heartbeat(models.Model):
    """When each sweeper last completed a full cycle; one row a sweeper."""

    name = models.CharField(max_length=20, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Canary(models.Model):
    """The subject of the test alarm, which shows that a due deadline still becomes a sent notice."""

    def __str__(self) -> str:
        return "the canary"


class CanaryDeadline(Deadline):
    """A reminder once a minute, for ever, to nobody: see homevisits.escalation.canary."""

    SUBJECT = "canary"
    ENDLESS: ClassVar[int] = 32_000

    canary = models.ForeignKey(Canary, on_delete=models.CASCADE, related_name="deadlines")

    def nudge(self, *, now: dt.datetime) -> "Iterable[tuple[Staff, Words]]":
        """Into the outbox with it, in the sweep's transaction. Nobody is told.

        After a pause (a restart, a night) it stands for the last minute that was missed.
        """
        self.nudges_left = self.ENDLESS
        gap = dt.timedelta(minutes=self.nudge_minutes)
        queue_trial(due_at=self.next_at + (now - self.next_at) // gap * gap, now=now)
        return ()

    def note_fired(self, *, now: dt.datetime) -> None:
        """It is nobody's story."""


class CanaryAlarm(Alarm):
    """Made only where the canary's own row could not be processed; the next round begins anew."""

    SUBJECT = "canary"
    SHOWN = False

    canary = models.ForeignKey(Canary, on_delete=models.CASCADE, related_name="alarms")

    @classmethod
    def visible_to(cls, staff: "Staff") -> "models.QuerySet[Any]":
        return cls.objects.none()
