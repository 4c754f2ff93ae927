"""A trust's or school's home-visit policy: numbered versions, immutable once published."""

import pgtrigger
from django.conf import settings
from django.db import models

from homevisits.audit.models import Event
from homevisits.trusts import sections
from homevisits.trusts.querysets import PolicyQuerySet
from homevisits.trusts.roles import RoleName

PUBLISHED = pgtrigger.Q(old__published_at__isnull=False)


class Policy(
    sections.Authorising,
    sections.Going,
    sections.Purpose,
    sections.Hours,
    sections.Risk,
    sections.Briefed,
    sections.Logging,
    sections.Out,
    sections.Late,
    sections.Home,
    sections.Tutoring,
    sections.Infection,
    sections.Record,
    sections.Absence,
    sections.Upkeep,
):
    """One version of a policy. `sources` names, for each column, the clauses that it rests on.

    `sources[column] = {"clauses": ["TC-109"], "own": false, "note": ""}`; `own` marks a value
    that the document leaves open, chosen by the preset or, once edited, by the trust.
    A trust's policy has no school. `role_labels` holds the document's own words for roles.
    """

    trust = models.ForeignKey("trusts.Trust", on_delete=models.PROTECT, related_name="policies")
    school = models.ForeignKey(
        "trusts.School", null=True, blank=True, on_delete=models.PROTECT, related_name="policies"
    )
    number = models.PositiveIntegerField("version")
    preset = models.CharField(max_length=30, blank=True)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    title = models.CharField(max_length=120, default="Home Visit Policy")
    policy_number = models.CharField(max_length=20, blank=True)
    amended_on = models.DateField(null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)
    approved_by = models.CharField(max_length=120, blank=True)
    note = models.CharField("what changed and why", max_length=300, blank=True)
    role_labels = models.JSONField(default=dict, blank=True)
    sources = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["trust", "school", "-number"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "number"], nulls_distinct=False, name="policy_version_once"
            ),
            models.UniqueConstraint(
                fields=["trust", "school"],
                condition=models.Q(published_at=None),
                nulls_distinct=False,
                name="policy_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None, published_by=None)
                | models.Q(published_at__isnull=False),
                name="policy_published_by_needs_at",
            ),
            models.CheckConstraint(
                condition=models.Q(last_step_repeat_minutes__range=(1, 30)), name="policy_alarm_never_stops"
            ),
            # An hour of silence about somebody who may be in danger is too long already.
            models.CheckConstraint(
                condition=models.Q(owner_quiet_minutes__lte=60), name="policy_owner_not_quiet_for_ever"
            ),
            models.CheckConstraint(condition=models.Q(min_people__gte=1), name="policy_somebody_goes"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_is_immutable",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=PUBLISHED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.policy_number}, version {self.number}".replace(" ,", ",")

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    def is_in_force(self) -> bool:
        """Whether new requests follow this version: published, and no later one is."""
        later = Policy.objects.of(self.trust, self.school).published().filter(number__gt=self.number)
        return self.is_published and not later.exists()

    @property
    def scope(self) -> str:
        """Whose policy it is, for people: the school's name, else the trust's."""
        return str(self.school or self.trust)

    def role_label(self, role: str) -> str:
        """What this policy calls a role (TC-004); our own word when it has none."""
        return str(self.role_labels.get(role) or RoleName(role).label)


class PolicyEvent(Event):
    """A line of a policy's story. A discarded draft is gone, its story is not: no constraint."""

    SUBJECT = "policy"
    policy = models.ForeignKey(
        Policy, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["policy", "number"])]
