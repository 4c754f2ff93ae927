"""Trusts and their schools, and when a school is open."""

import datetime as dt

from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from homevisits.audit.models import Event
from homevisits.trusts.parts import (  # noqa: F401  (Django finds an app's models here)
    BriefingPoint,
    ExtraField,
    GuidanceItem,
    LadderStep,
    LinkedPolicy,
    NoticeGround,
    Reason,
    RiskBand,
    TrainingRule,
)
from homevisits.trusts.policies import Policy, PolicyEvent  # noqa: F401
from homevisits.trusts.querysets import SchoolQuerySet
from homevisits.trusts.standing import (  # noqa: F401
    Insurance,
    LawReference,
    Overlay,
    PolicyReview,
    SchoolPaper,
)


class Trust(models.Model):
    """A multi-academy trust, or one school that stands alone."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    motto = models.CharField(max_length=200, blank=True)
    website = models.URLField(blank=True)
    policy_url = models.URLField("policy on the website", blank=True)
    brand_colour = models.CharField(max_length=7, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class School(models.Model):
    """One school: where it is, when it is open, what its letterhead says."""

    class Phase(models.TextChoices):
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"
        ALL_THROUGH = "all_through", "All-through"

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="schools")
    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    phase = models.CharField(max_length=12, choices=Phase)
    address = models.CharField(max_length=200)
    postcode = models.CharField(max_length=8)
    phone = PhoneNumberField("main office phone")
    safeguarding_phone = PhoneNumberField(blank=True)
    opens_at = models.TimeField("school day starts", default=dt.time(8, 45))
    closes_at = models.TimeField("school day ends", default=dt.time(15, 15))
    office_opens_at = models.TimeField(default=dt.time(8, 0))
    office_closes_at = models.TimeField(default=dt.time(16, 30))
    desk_name = models.CharField("what the office is called", max_length=60, default="School office")
    motto = models.CharField(max_length=300, blank=True)
    website = models.URLField(blank=True)
    policy_url = models.URLField("policy on the website", blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="school_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=models.Q(office_closes_at__gt=models.F("office_opens_at")),
                name="office_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(latitude=None, longitude=None)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="school_position_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """A stretch of school weeks, first and last day included."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="term_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Closure(models.Model):
    """Days inside a term when pupils are not in: half term, INSET, snow."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "Holiday"
        INSET = "inset", "INSET day"
        CLOSED = "closed", "Closed unexpectedly"

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="closures")
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SchoolEvent(Event):
    """A change to a school's hours, terms or closures: they decide what is out of hours."""

    SUBJECT = "school"
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["school", "number"])]
