"""Staff who sign in: who they are, what they may do, when they are away."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from phonenumber_field.modelfields import PhoneNumberField

from homevisits.people.clearances import Clearance, SchoolTraining  # noqa: F401
from homevisits.people.families import (  # noqa: F401  (Django finds an app's models here)
    Contact,
    ContactLink,
    Household,
    HouseholdMember,
    HouseholdWarning,
    Pupil,
)
from homevisits.people.importing.models import HeaderMapping, Import  # noqa: F401
from homevisits.people.pins import CheckInPins  # noqa: F401
from homevisits.people.querysets import StaffQuerySet, VehicleQuerySet
from homevisits.people.reading import Cascade, Reading  # noqa: F401
from homevisits.people.rota import RotaTurn  # noqa: F401
from homevisits.people.story import PeopleEvent  # noqa: F401
from homevisits.trusts.models import School, Trust
from homevisits.trusts.roles import LEADERS, TRUST_WIDE, RoleName


class StaffAccounts(BaseUserManager.from_queryset(StaffQuerySet)):  # type: ignore[misc]
    """Makes accounts: an e-mail address is the name to sign in with, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        staff = self.model(email=self.normalize_email(email).lower(), **fields)
        staff.set_password(password)
        staff.save()
        return staff

    def get_by_natural_key(self, email: str | None) -> "Staff":
        return self.get(email__iexact=email)


class Staff(AbstractBaseUser, PermissionsMixin):
    """A member of staff of one trust. What they may do comes from their roles."""

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="staff")
    email = models.EmailField("e-mail", unique=True)
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    job_title = models.CharField(max_length=80, blank=True)
    mobile = PhoneNumberField("work mobile", blank=True)
    mobile_tried_at = models.DateTimeField("somebody rang it and reached them", null=True, blank=True)
    mobile_tried_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job_description_on = models.DateField("visits are in the job description since", null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[StaffAccounts] = StaffAccounts()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["last_name", "first_name"]
        verbose_name_plural = "staff"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="staff_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(mobile_tried_at=None, mobile_tried_by=None)
                | models.Q(mobile_tried_at__isnull=False, mobile_tried_by__isnull=False),
                name="staff_mobile_tried_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def short_name(self) -> str:
        """ "D. Mensah": how a board has room for it."""
        return f"{self.first_name[:1]}. {self.last_name}"

    @cached_property
    def held(self) -> set[tuple[str, int | None]]:
        """Every (role, school id) held; school id None for the whole trust. One query, or prefetched."""
        return {(part.role, part.school_id) for part in self.roles.all()}

    @property
    def is_trust_wide(self) -> bool:
        return any(role in TRUST_WIDE and school is None for role, school in self.held)

    @property
    def is_ewo(self) -> bool:
        return any(role == RoleName.EWO for role, _ in self.held)

    def has_role(self, *roles: str, school: School | int | None = None) -> bool:
        """Whether a role is held at a school, or for the whole trust. No school: held anywhere."""
        at = school.pk if isinstance(school, School) else school
        return any(
            role in roles and (at is None or where is None or where == at) for role, where in self.held
        )

    @property
    def is_leader(self) -> bool:
        return any(role in LEADERS for role, _ in self.held)

    @cached_property
    def main_school(self) -> School | None:
        """The first school of a person's roles; None for a purely trust-wide person."""
        return School.objects.filter(roles__staff=self).order_by("roles__id").first()

    @property
    def title(self) -> str:
        """Job title, else the first role's name."""
        if self.job_title:
            return self.job_title
        first = self.roles.first()
        return first.get_role_display() if first else "Staff"


class Role(models.Model):
    """A part somebody plays at a school, or (no school) for the whole trust."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=RoleName)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.CASCADE, related_name="roles")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "school"], nulls_distinct=False, name="role_once"
            ),
            models.CheckConstraint(
                condition=models.Q(school__isnull=False) | models.Q(role__in=sorted(TRUST_WIDE)),
                name="role_without_school_is_trust_wide",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.school or self.staff.trust}"


class Away(models.Model):
    """A stretch of time in which somebody cannot answer."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="aways")
    during = DateTimeRangeField()
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["during"]

    def __str__(self) -> str:
        return f"{self.staff} away"


class DeskDuty(models.Model):
    """Somebody stands in at the desk: may log, watch and answer while it lasts.

    Office staff have the duty in office hours without a row; this is for lunch and after hours.
    """

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="desk_duties")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="desk_duties")
    during = DateTimeRangeField()
    set_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["during"]
        verbose_name_plural = "desk duties"

    def __str__(self) -> str:
        return f"{self.staff} at {self.school}"


class Vehicle(models.Model):
    """A car that staff use for visits (TC-172 to TC-176)."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="vehicles")
    make = models.CharField(max_length=40)
    model = models.CharField(max_length=40)
    colour = models.CharField(max_length=30)
    registration = models.CharField(max_length=10)
    is_current = models.BooleanField("still used", default=True)  # past visits keep the car they had

    objects = VehicleQuerySet.as_manager()

    class Meta:
        ordering = ["registration"]
        constraints = [models.UniqueConstraint(fields=["staff", "registration"], name="vehicle_once")]

    def __str__(self) -> str:
        return f"{self.colour} {self.make} {self.model}, {self.registration}"
