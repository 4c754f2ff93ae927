"""The rows of a policy version: reasons, grounds, steps of ladders, guidance. Frozen with it."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from homevisits.trusts.choices import (
    BriefingFor,
    Channel,
    DslPart,
    Ladder,
    Moment,
    Paper,
    RiskLevel,
    Strength,
    TrainingFor,
    Unannounced,
)
from homevisits.trusts.columns import clauses_field, roles_field, strength_field


class PolicyPart(models.Model):
    """A row that belongs to one policy version and is frozen with it."""

    policy = models.ForeignKey("trusts.Policy", on_delete=models.CASCADE, related_name="%(class)ss")
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
    needs_letter = models.BooleanField(default=False)
    is_welfare = models.BooleanField(default=False)
    is_attendance = models.BooleanField(default=False)
    is_transport = models.BooleanField(default=False)
    is_series = models.BooleanField("a series of sessions", default=False)
    doorstep_only = models.BooleanField(default=False)
    off_in_overlay = models.BooleanField("not during an infection", default=False)
    kinds = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    advice = models.CharField("what to keep in mind", max_length=300, blank=True)

    class Meta(PolicyPart.Meta):
        constraints = [
            models.UniqueConstraint(fields=["policy", "code"], name="reason_once"),
            models.CheckConstraint(
                condition=~models.Q(never_a_letter=True, needs_letter=True), name="reason_letter_or_never"
            ),
        ]
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


# Minutes within which everybody knows of somebody who may not be safe: before the school day is over.
EVERYBODY_WITHIN = 240


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
            models.UniqueConstraint(fields=["policy", "ladder", "position"], name="ladder_step_once"),
            models.CheckConstraint(
                condition=~models.Q(ladder=Ladder.SAFETY) | models.Q(after_minutes__lte=EVERYBODY_WITHIN),
                name="ladder_step_in_time",
                violation_error_message=f"Enter {EVERYBODY_WITHIN} minutes at most: by then everybody is told.",
            ),
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
        ID_CARD = "id_card", "When identity cards are carried"
        LANYARD = "lanyard", "When no lanyard is worn"
        ID_SHOWN = "id_shown", "When the identity card is shown"
        OVERLAY = "overlay", "During an infection"
        TUTORING = "tutoring", "For tuition at home"
        WELFARE = "welfare", "On welfare visits"
        ATTENDANCE = "attend", "On attendance visits"
        EWO = "ewo", "When the EWO goes"

    moment = models.CharField(max_length=8, choices=Moment)
    text = models.CharField(max_length=300)
    is_check = models.BooleanField(default=False)
    only = models.CharField(max_length=8, choices=Only, default=Only.ALWAYS)

    class Meta(PolicyPart.Meta):
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.text


class TrainingRule(PolicyPart):
    """Training that people hold before they go (TC-180 to TC-187)."""

    code = models.CharField(max_length=30)
    label = models.CharField(max_length=120)
    about = models.CharField(max_length=8, choices=TrainingFor, default=TrainingFor.EACH)
    strength = strength_field(Strength.WARN)
    for_attendance = models.BooleanField("only for attendance visits", default=False)
    for_welfare = models.BooleanField("only for welfare visits", default=False)
    valid_months = models.PositiveSmallIntegerField("renewed after, months", null=True, blank=True)

    class Meta(PolicyPart.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="training_once")]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.label


class BriefingPoint(PolicyPart):
    """A point that visitors are made aware of; `each_visit` points are said anew for every visit.

    The others stand until the next version of the policy (TC-130 to TC-151).
    """

    about = models.CharField(max_length=5, choices=BriefingFor, default=BriefingFor.STAFF)
    text = models.CharField(max_length=300)
    each_visit = models.BooleanField("said anew for each visit", default=False)

    class Meta(PolicyPart.Meta):
        ordering = ["about", "position", "id"]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.text


class RiskBand(PolicyPart):
    """What a level of risk asks for: from which score it holds, how many go, how often they are rung, who decides.

    `roles` are asked besides those who authorise; empty asks nobody more.
    """

    level = models.CharField(max_length=6, choices=RiskLevel)
    from_score = models.PositiveSmallIntegerField(default=0)
    min_people = models.PositiveSmallIntegerField(default=1)
    checkin_repeat_minutes = models.PositiveSmallIntegerField(default=0)
    roles = roles_field()

    class Meta(PolicyPart.Meta):
        ordering = ["from_score", "id"]
        constraints = [models.UniqueConstraint(fields=["policy", "level"], name="risk_band_once")]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.get_level_display()


class ExtraField(PolicyPart):
    """Something else that the appointment form asks (TC-101)."""

    code = models.CharField(max_length=30)
    label = models.CharField(max_length=120)
    help_text = models.CharField(max_length=200, blank=True)
    is_required = models.BooleanField("must be filled in", default=False)

    class Meta(PolicyPart.Meta):
        constraints = [models.UniqueConstraint(fields=["policy", "code"], name="extra_field_once")]
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return self.label


class LinkedPolicy(PolicyPart):
    """Another policy beside this one (TC-032 to TC-042). With a number the trust's; without, the school's own.

    `phase` limits it to primary or secondary schools. `must_be_read` asks staff to confirm that they have.
    """

    kind = models.CharField(max_length=14, choices=Paper)
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=120)
    phase = models.CharField(
        max_length=9, blank=True, choices=[("primary", "Primary"), ("secondary", "Secondary")]
    )
    url = models.URLField("where it stands", blank=True)
    must_be_read = models.BooleanField("staff confirm that they have read it", default=False)

    class Meta(PolicyPart.Meta):
        verbose_name_plural = "linked policies"
        triggers = FROZEN_WITH_POLICY

    def __str__(self) -> str:
        return f"{self.title} ({self.number})" if self.number else self.title

    @property
    def is_trusts(self) -> bool:
        """A numbered policy is the trust's; the others stand on the school's website (TC-042)."""
        return bool(self.number)
