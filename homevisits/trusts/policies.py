"""A trust's or school's home-visit policy: numbered versions, immutable once published."""

from typing import Any, cast

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from homevisits.audit.models import Event
from homevisits.trusts.choices import (
    Channel,
    CheckInColleague,
    CodeWordRule,
    DslPart,
    EwoRoute,
    FileChoice,
    Ladder,
    LoneRule,
    Moment,
    OutOfHours,
    ParentNotice,
    RiskRule,
    Strength,
    Unannounced,
)
from homevisits.trusts.querysets import PolicyQuerySet
from homevisits.trusts.roles import RoleName

__all__ = [
    "Channel",
    "CheckInColleague",
    "CodeWordRule",
    "DslPart",
    "EwoRoute",
    "FileChoice",
    "GuidanceItem",
    "Ladder",
    "LadderStep",
    "LoneRule",
    "Moment",
    "NoticeGround",
    "OutOfHours",
    "ParentNotice",
    "Policy",
    "PolicyEvent",
    "PolicyPart",
    "Reason",
    "RiskRule",
    "RoleName",
    "Strength",
    "Unannounced",
    "column",
]

PUBLISHED = pgtrigger.Q(old__published_at__isnull=False)


def roles_field(**options: Any) -> ArrayField:
    """A list of roles; empty means nobody."""
    return ArrayField(models.CharField(max_length=20, choices=RoleName), default=list, blank=True, **options)


def minutes_field(default: int, **options: Any) -> models.PositiveSmallIntegerField:
    """A number of minutes."""
    return models.PositiveSmallIntegerField(default=default, **options)


def column(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    """A stored column of a model, for code that works on many of them."""
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def clauses_field() -> ArrayField:
    """Clause ids of docs/clauses.csv that a row rests on."""
    return ArrayField(models.CharField(max_length=8), default=list, blank=True)


class Policy(models.Model):
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

    # Who authorises
    authorising_roles = roles_field()
    deputy_roles = roles_field()
    stand_in_roles = roles_field()
    ewo_route = models.CharField(max_length=8, choices=EwoRoute, default=EwoRoute.NONE)
    dsl_input = models.CharField(max_length=6, choices=Strength, default=Strength.OFF)
    confirm_necessary = models.BooleanField(default=False)
    confirm_best_interests = models.BooleanField(default=False)
    decision_minutes = minutes_field(240)
    decision_minutes_same_day = minutes_field(20)
    countersign_minutes = minutes_field(1440)
    material_change_minutes = minutes_field(30)

    # Who goes
    min_people = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    outsiders_count = models.BooleanField(default=False)
    lone_rule = models.CharField(max_length=12, choices=LoneRule, default=LoneRule.BY_DECISION)
    lone_roles = roles_field()
    lone_roles_ewo = roles_field()
    dbs_rule = models.CharField(max_length=6, choices=Strength, default=Strength.WARN)

    # Purpose and parents
    reasons_open = models.BooleanField(default=True)
    purpose_min_length = models.PositiveSmallIntegerField(default=20)
    why_necessary_required = models.BooleanField(default=True)
    parent_notice = models.CharField(max_length=10, choices=ParentNotice, default=ParentNotice.EXPECTED)
    grounds_open = models.BooleanField(default=True)

    # Hours
    out_of_hours = models.CharField(max_length=12, choices=OutOfHours, default=OutOfHours.WARN)
    responsible_contact_required = models.BooleanField(default=False)
    evening_from = models.TimeField(null=True, blank=True)

    # Risk
    risk_assessment = models.CharField(max_length=8, choices=RiskRule, default=RiskRule.FLAGGED)
    risk_assessor_roles = roles_field()
    lone_assessment_required = models.BooleanField(default=True)

    # Logging with the office
    phone_required = models.BooleanField(default=True)
    vehicle_required = models.BooleanField(default=True)
    code_word = models.CharField(max_length=8, choices=CodeWordRule, default=CodeWordRule.ALWAYS)
    checkin_colleague = models.CharField(
        max_length=14, choices=CheckInColleague, default=CheckInColleague.WHERE_POSSIBLE
    )
    appointment_form_required = models.BooleanField(default=True)
    duty_rule = models.CharField(max_length=6, choices=Strength, default=Strength.BLOCK)

    # Timers, minutes unless said otherwise
    depart_early_minutes = minutes_field(30)
    departure_grace_minutes = minutes_field(10)
    arrival_grace_minutes = minutes_field(10)
    default_visit_minutes = minutes_field(45)
    checkin_after_start_minutes = minutes_field(10)
    checkin_answer_minutes = minutes_field(5)
    checkin_repeat_minutes = minutes_field(0)
    wait_minutes = minutes_field(20)
    wait_ends_visit = models.BooleanField(default=False)
    overdue_grace_minutes = minutes_field(15)
    extension_max_minutes = minutes_field(60)
    extension_max_times = models.PositiveSmallIntegerField(default=2)
    owner_quiet_minutes = minutes_field(10)
    last_step_repeat_minutes = minutes_field(5, validators=[MinValueValidator(1), MaxValueValidator(30)])
    record_due_hours = models.PositiveSmallIntegerField(default=24)
    concern_read_minutes = minutes_field(15)

    # In the home, and coming back
    adult_must_invite = models.BooleanField(default=True)
    animals_end_visit = models.BooleanField(default=False)
    leaving_by_phone_allowed = models.BooleanField(default=True)
    told_roles = roles_field()
    told_roles_ewo = roles_field()

    # The record
    welfare_pupil_seen_required = models.BooleanField(default=True)
    file_choices = ArrayField(models.CharField(max_length=20, choices=FileChoice), default=list, blank=True)
    agreements_shared_with = roles_field()

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


class PolicyPart(models.Model):
    """A row that belongs to one policy version and is frozen with it."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField(default=0)
    clauses = clauses_field()
    own_choice = models.BooleanField(default=False)
    note = models.CharField("why this was chosen", max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["position", "id"]


FROZEN_WITH_POLICY = [
    pgtrigger.Trigger(
        name="frozen_with_policy",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        # FOR SHARE waits for a publication that is under way, so no row slips in behind it.
        declare=[("version", "bigint"), ("published", "timestamptz")],
        func="""
            FOREACH version IN ARRAY CASE TG_OP
                WHEN 'INSERT' THEN ARRAY[NEW.policy_id]
                WHEN 'DELETE' THEN ARRAY[OLD.policy_id]
                ELSE ARRAY[OLD.policy_id, NEW.policy_id] END
            LOOP
                SELECT published_at INTO published FROM trusts_policy WHERE id = version FOR SHARE;
                IF published IS NOT NULL THEN
                    RAISE EXCEPTION 'policy version % is published and cannot change', version;
                END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    ),
]


class Reason(PolicyPart):
    """A reason for a visit that the policy allows, and what it asks for."""

    code = models.CharField(max_length=30)
    label = models.CharField(max_length=120)
    help_text = models.CharField(max_length=300, blank=True)
    unannounced = models.CharField(max_length=8, choices=Unannounced, default=Unannounced.ON_GROUNDS)
    dsl = models.CharField(max_length=14, choices=DslPart, default=DslPart.NONE)
    min_attempts = models.PositiveSmallIntegerField(default=0)
    min_channels = models.PositiveSmallIntegerField(default=0)
    needs_concern = models.BooleanField(default=False)
    needs_explanation = models.BooleanField(default=False)
    never_a_letter = models.BooleanField(default=False)
    is_welfare = models.BooleanField(default=False)
    is_attendance = models.BooleanField(default=False)

    class Meta(PolicyPart.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="reason_once")]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.label


class NoticeGround(PolicyPart):
    """A ground on which parents need not be told first."""

    code = models.CharField(max_length=30)
    label = models.CharField(max_length=160)
    needs_attempts = models.BooleanField(default=False)
    is_emergency = models.BooleanField(default=False)
    needs_text = models.BooleanField(default=False)

    class Meta(PolicyPart.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="ground_once")]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.label


class LadderStep(PolicyPart):
    """Who is told how long after an alarm opened; `roles_ewo` replaces `roles` when the EWO is missing.

    `after_minutes` counts from the first due time, so that a late sweep makes no drift.
    """

    ladder = models.CharField(max_length=8, choices=Ladder)
    after_minutes = models.PositiveSmallIntegerField()
    roles = roles_field()
    roles_ewo = roles_field()
    channels = ArrayField(models.CharField(max_length=8, choices=Channel), default=list)
    is_everybody = models.BooleanField(default=False)

    class Meta(PolicyPart.Meta):
        ordering = ["ladder", "after_minutes", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "ladder", "position"], name="ladder_step_once")
        ]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return f"{self.get_ladder_display()} after {self.after_minutes} minutes"


class GuidanceItem(PolicyPart):
    """A reminder at its moment; `is_check` items are ticked before the visit may go on."""

    class Only(models.TextChoices):
        ALWAYS = "always", "Always"
        LONE = "lone", "When alone"
        PAIR = "pair", "When two or more go"
        DRIVING = "driving", "When driving"
        FIRST = "first", "On the first visit to a home"

    moment = models.CharField(max_length=8, choices=Moment)
    text = models.CharField(max_length=300)
    is_check = models.BooleanField(default=False)
    only = models.CharField(max_length=8, choices=Only, default=Only.ALWAYS)

    class Meta(PolicyPart.Meta):
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.text
