"""Append-only, hash-chained events, and who looked at what."""

import datetime as dt
import hashlib
import json
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from homevisits.batches import later
from homevisits.clock import AppNow

GENESIS = "0" * 64

append_only = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
]


class ChainHead(models.Model):
    """The last link of one chain; locking this row puts the chain's writers in order."""

    chain = models.CharField(max_length=60, unique=True)
    length = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return f"{self.chain} ({self.length})"


class Event(models.Model):
    """One thing that happened, never changed afterwards.

    Concrete tables add a foreign key to their subject and name it in SUBJECT. A chain is a
    string such as "school:12" or "concerns:12"; links of a chain are numbered without gaps.
    `by` is empty when the system acted. `happened_at` is what the person says, `recorded_at`
    the database's time.
    """

    SUBJECT: ClassVar[str]

    chain = models.CharField(max_length=60)
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    sentence = models.CharField(max_length=300)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        abstract = True
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="%(class)s_chain_number"),
        ]
        triggers = append_only

    def __str__(self) -> str:
        return self.sentence

    @classmethod
    def append(cls, *, chain: str, **fields: Any) -> "Event":
        """Write the next link of a chain inside the caller's transaction.

        Takes the chain head's row lock last of all, after subject, deadline and alarm. Where a sweep
        gathers what it writes, the link gets its number and digest at the end of the batch.
        """
        event = cls(chain=chain, **fields)
        later(cls._link, [event])
        return event

    @classmethod
    def _link(cls, events: "list[Self]") -> None:
        """Number events and write them, the chains one after another in the order in which they come."""
        chains: dict[str, list[Self]] = {}
        for event in events:
            chains.setdefault(event.chain, []).append(event)
        with transaction.atomic(savepoint=False):
            for chain, links in chains.items():
                head, _ = ChainHead.objects.select_for_update().get_or_create(chain=chain)
                for event in links:
                    event._follow(head)
                cls._base_manager.bulk_create(links)
                head.save(update_fields=["length", "digest"])

    def _follow(self, head: ChainHead) -> None:
        """Become the link after the head, which moves on to it."""
        self.number, self.previous = head.length + 1, head.digest
        self.digest = self.expected_digest()
        head.length, head.digest = self.number, self.digest

    def expected_digest(self) -> str:
        """The SHA-256 that this link must carry, over all it says and the link before."""
        says = {
            "previous": self.previous,
            "chain": self.chain,
            "number": self.number,
            "kind": self.kind,
            "by": self.by_id,
            "subject": getattr(self, f"{self.SUBJECT}_id"),
            "happened_at": self.happened_at.astimezone(dt.UTC).isoformat(),
            "recorded_at": self.recorded_at.astimezone(dt.UTC).isoformat(),
            "sentence": self.sentence,
            "detail": json.loads(json.dumps(self.detail, cls=DjangoJSONEncoder)),
        }
        return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()


class Look(models.Model):
    """Somebody opened something restricted: a concern, a code word, a household's warnings."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=AppNow())
    what = models.CharField(max_length=40)
    ref = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["what", "ref", "at"])]
        triggers = append_only

    def __str__(self) -> str:
        return f"{self.what} {self.ref}"


class ClockWatch(models.Model):
    """What the clock showed last, and when it jumped; one row, written by `watchdog` alone.

    After the clock was put back, `lead` is by how much, until the clock shows `reached_at` again.
    """

    seen_at = models.DateTimeField()
    lead = models.DurationField(default=dt.timedelta)
    reached_at = models.DateTimeField(null=True, blank=True)
    jumped_at = models.DateTimeField(null=True, blank=True)
    jumped_by = models.DurationField(null=True, blank=True)

    def __str__(self) -> str:
        return f"the clock at {self.seen_at:%H:%M:%S}"
