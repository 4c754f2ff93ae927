"""Pupils, the people around them, and the homes they live in."""

from django.conf import settings
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from homevisits.people.querysets import HouseholdQuerySet, PupilQuerySet
from homevisits.people.upn import validate_upn
from homevisits.trusts.models import School, Trust


class Household(models.Model):
    """A home: one address, shared by siblings who may go to different schools of the trust."""

    class Entrance(models.TextChoices):
        OWN = "own", "Own front door"
        SHARED = "shared", "Shared entrance or hallway"

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="households")
    address = models.CharField(max_length=200)
    town = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=8)
    entrance = models.CharField(max_length=6, choices=Entrance, default=Entrance.OWN)
    circumstances = models.CharField("what visitors should know", max_length=500, blank=True)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        ordering = ["address"]
        indexes = [models.Index(fields=["trust", "postcode"])]

    def __str__(self) -> str:
        return f"{self.address}, {self.postcode}"


class HouseholdMember(models.Model):
    """Somebody who lives in a home and is neither a pupil here nor a contact."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="members")
    name = models.CharField(max_length=120)
    relationship = models.CharField(max_length=60, blank=True)
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class HouseholdWarning(models.Model):
    """A risk at an address. It always has an author and a date to look at it again."""

    class Kind(models.TextChoices):
        ANIMALS = "animals", "Animals"
        AGGRESSION = "aggression", "Aggression"
        AREA = "area", "Isolated or difficult area"
        SUBSTANCES = "substances", "Hazardous substances"
        OTHER_PEOPLE = "other_people", "Other people in the home"
        OTHER = "other", "Other"

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="warnings")
    kind = models.CharField(max_length=14, choices=Kind)
    note = models.CharField(max_length=300)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    review_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-written_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="warning_ended_at_and_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.note}"


class Pupil(models.Model):
    """A child on a school's roll."""

    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="pupils")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="pupils"
    )
    upn = models.CharField("UPN", max_length=13, validators=[validate_upn])
    legal_first_name = models.CharField(max_length=60)
    legal_last_name = models.CharField(max_length=60)
    preferred_name = models.CharField(max_length=60, blank=True)
    born_on = models.DateField("date of birth")
    year_group = models.CharField(max_length=12)
    reg_group = models.CharField("registration group", max_length=20, blank=True)
    key_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    has_concern = models.BooleanField("the DSL holds a concern", default=False)
    has_social_worker = models.BooleanField(default=False)
    medical_note = models.CharField(max_length=300, blank=True)
    on_roll_from = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    contacts = models.ManyToManyField("people.Contact", through="people.ContactLink", related_name="pupils")

    objects = PupilQuerySet.as_manager()

    class Meta:
        ordering = ["legal_last_name", "legal_first_name"]
        constraints = [models.UniqueConstraint(fields=["school", "upn"], name="pupil_upn_once_a_school")]

    def __str__(self) -> str:
        return f"{self.preferred_name or self.legal_first_name} {self.legal_last_name}"


class Contact(models.Model):
    """An adult in a pupil's life: a parent, a carer, an uncle who may collect."""

    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="contacts")
    household = models.ForeignKey(
        Household, null=True, blank=True, on_delete=models.SET_NULL, related_name="contacts"
    )
    first_name = models.CharField(max_length=60)
    last_name = models.CharField(max_length=60)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField("e-mail", blank=True)
    language = models.CharField(max_length=40, default="English")
    interpreter_needed = models.BooleanField(default=False)

    class Meta:
        ordering = ["last_name", "first_name"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class ContactLink(models.Model):
    """What a contact is to one pupil (TC-024, PS-073 to PS-075)."""

    class Relationship(models.TextChoices):
        MOTHER = "mother", "Mother"
        FATHER = "father", "Father"
        CARER = "carer", "Carer"
        GUARDIAN = "guardian", "Guardian"
        STEP_PARENT = "step_parent", "Step-parent"
        GRANDPARENT = "grandparent", "Grandparent"
        OTHER = "other", "Other"

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="contact_links")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="links")
    relationship = models.CharField(max_length=12, choices=Relationship)
    has_parental_responsibility = models.BooleanField(default=False)
    is_delegated_adult = models.BooleanField(default=False)
    may_be_discussed_with = models.BooleanField(default=False)
    permission_note = models.CharField("who gave permission, when and how", max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["priority", "id"]
        constraints = [models.UniqueConstraint(fields=["pupil", "contact"], name="contact_once_a_pupil")]

    def __str__(self) -> str:
        return f"{self.contact}, {self.get_relationship_display().lower()}"

    @property
    def may_be_spoken_to(self) -> bool:
        """Whether a visitor may speak to this adult about the pupil (PS-073 to PS-075).

        An adult with parental responsibility, or one delegated by such an adult, and neither
        without the permission to speak about this pupil: a court order takes it away.
        """
        return self.may_be_discussed_with and (self.has_parental_responsibility or self.is_delegated_adult)
