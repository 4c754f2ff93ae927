"""Who goes on a visit: each person travels, and is accounted for, alone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from phonenumber_field.modelfields import PhoneNumberField

from homevisits.people.models import Vehicle

STAFF = settings.AUTH_USER_MODEL


class Attendee(models.Model):
    """Somebody who goes: a member of staff, or a named outsider. Each is accounted for alone."""

    class Travel(models.TextChoices):
        DRIVES = "drives", "Drives"
        PASSENGER = "passenger", "Passenger"
        WALKS = "walks", "On foot"
        PUBLIC = "public", "Public transport"

    class Back(models.TextChoices):
        AT_SCHOOL = "at_school", "Back at school"
        LEFT_BY_PHONE = "left_by_phone", "Left the home, not coming back today"
        NEXT_VISIT = "next_visit", "Gone on to the next visit"

    visit = models.ForeignKey("visits.Visit", on_delete=models.CASCADE, related_name="attendees")
    staff = models.ForeignKey(
        STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="attending"
    )
    name = models.CharField("name of somebody from outside", max_length=120, blank=True)
    organisation = models.CharField(max_length=120, blank=True)
    is_interpreter = models.BooleanField("comes to interpret", default=False)
    phone = PhoneNumberField(blank=True)
    is_lead = models.BooleanField(default=False)
    travel = models.CharField(max_length=10, choices=Travel, blank=True)
    vehicle = models.ForeignKey(Vehicle, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    vehicle_text = models.CharField(max_length=120, blank=True)
    wears = models.CharField("what they wear, for whoever looks for them", max_length=120, blank=True)
    claimed_back_at = models.DateTimeField(null=True, blank=True)
    back_at = models.DateTimeField(null=True, blank=True)
    back_how = models.CharField(max_length=14, choices=Back, blank=True)
    back_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    back_identity = models.CharField("how it was confirmed that it was them", max_length=200, blank=True)

    home_at = models.DateTimeField("home safe, after going straight there", null=True, blank=True)
    home_by = models.ForeignKey(STAFF, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    home_identity = models.CharField("how it was confirmed then", max_length=200, blank=True)

    wrong_pins = models.PositiveSmallIntegerField("wrong PINs in a row", default=0)
    wrong_key = models.UUIDField("message of the last wrong PIN", null=True, blank=True)

    class Meta:
        ordering = ["-is_lead", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "staff"], name="attendee_once"),
            models.UniqueConstraint(fields=["visit"], condition=Q(is_lead=True), name="attendee_one_lead"),
            models.CheckConstraint(
                condition=Q(staff__isnull=False, name="") | (Q(staff=None) & ~Q(name="")),
                name="attendee_staff_or_named",
            ),
            models.CheckConstraint(
                condition=Q(back_at=None, back_by=None) | Q(back_at__isnull=False, back_by__isnull=False),
                name="attendee_back_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(home_at=None, home_by=None) | Q(home_at__isnull=False, home_by__isnull=False),
                name="attendee_home_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return str(self.staff) if self.staff_id else self.name

    @property
    def short_name(self) -> str:
        return self.staff.short_name if self.staff else self.name

    @property
    def goes_home(self) -> bool:
        """Whether they went straight home, which one of our own says again from there."""
        left = self.back_at and self.back_how == self.Back.LEFT_BY_PHONE
        return bool(self.staff_id and left and not self.home_at)

    @property
    def car(self) -> str:
        """The vehicle in words; how they travel when there is none."""
        return str(self.vehicle) if self.vehicle else self.vehicle_text or self.get_travel_display()
