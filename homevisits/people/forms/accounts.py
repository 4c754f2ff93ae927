"""Forms about a member of staff: account, roles, vehicles, checks, absences."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from homevisits.look.forms import HouseForm, MomentField
from homevisits.people.forms.offering import offer, offer_rows
from homevisits.people.models import Staff
from homevisits.people.permissions import GIVEN_BY_TRUST, is_trust_admin, schools_as
from homevisits.people.phones import PhoneField
from homevisits.people.plates import tidy_plate
from homevisits.trusts.models import School
from homevisits.trusts.roles import TRUST_WIDE, RoleName


class PartForm(HouseForm):
    """A role and the school at which it is held; only what the person may give stands in it."""

    submit = "Give this role"
    role = forms.ChoiceField(label="Role")
    school = forms.ModelChoiceField(School.objects.none(), label="School", empty_label="Choose a school")

    def __init__(self, by: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        roles = [(r.value, r.label) for r in RoleName if is_trust_admin(by) or r not in GIVEN_BY_TRUST]
        offer(self, "role", [("", "Choose a role"), *roles])
        self._offer_schools()

    def _offer_schools(self) -> None:
        field = self.fields["school"]
        schools = School.objects.filter(trust_id=self.by.trust_id)
        if is_trust_admin(self.by):
            field.required = False
            field.help_text = (
                "Leave it empty for a role in the whole trust: Education Welfare Officer, CEO, trust admin."
            )
        else:
            schools = schools.filter(pk__in=schools_as(self.by, RoleName.HEADTEACHER))
        offer_rows(self, "school", schools)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        needs_school = told.get("role") and told["role"] not in TRUST_WIDE
        if needs_school and not told.get("school") and "school" not in self.errors:
            self.add_error("school", "Choose the school at which they hold this role")
        return told


class NewStaffForm(PartForm):
    """A new account with its first role."""

    submit = "Add this person"
    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail", help_text="They sign in with it and choose a password by it.")
    job_title = forms.CharField(max_length=80, required=False)
    mobile = PhoneField(label="Work mobile", required=False)
    field_order = ("first_name", "last_name", "email", "role", "school", "job_title", "mobile")


class MobileForm(HouseForm):
    """What everyone keeps of their own account."""

    submit = "Save"
    sizes = {"mobile": "medium"}
    mobile = PhoneField(
        label="Work mobile",
        required=False,
        help_text="The number that the office rings while you are out.",
    )


class AccountForm(MobileForm):
    """The whole account, for those who manage it."""

    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    email = forms.EmailField(label="E-mail", help_text="They sign in with it.")
    job_title = forms.CharField(max_length=80, required=False)
    field_order = ("first_name", "last_name", "email", "job_title", "mobile")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mobile"].help_text = "The number that the office rings while they are out."


class VehicleForm(HouseForm):
    """What the school holds about a car (TC-173 to TC-176)."""

    submit = "Add this vehicle"
    sizes = {"registration": "short", "colour": "medium"}
    make = forms.CharField(max_length=40, help_text="For example Ford")
    model = forms.CharField(max_length=40, help_text="For example Fiesta")
    colour = forms.CharField(max_length=30)
    registration = forms.CharField(max_length=12, help_text="For example KX19 ABC")

    def clean_registration(self) -> str:
        return tidy_plate(self.cleaned_data["registration"])


class AwayForm(HouseForm):
    """A stretch in which somebody cannot answer."""

    submit = "Mark as away"
    starts_at = MomentField(label="Away from")
    ends_at = MomentField(label="Back at")
    note = forms.CharField(
        max_length=120, required=False, help_text="Seen only by the person, their head and the office."
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        starts_at, ends_at = told.get("starts_at"), told.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "Enter a moment after the first one")
        return told


class CloseForm(HouseForm):
    """Nothing to fill in: a second look before an account is closed."""

    submit = "Close this account"
    submit_kind = "late"


class StandInForm(HouseForm):
    """Who stands in at which desk, from when until when."""

    submit = "Add this stand-in"
    school = forms.ModelChoiceField(School.objects.none(), label="School", empty_label="Choose a school")
    staff = forms.ModelChoiceField(Staff.objects.none(), label="Who stands in", empty_label="Choose a person")
    starts_at = MomentField(label="From")
    ends_at = MomentField(label="Until", help_text="At most 24 hours later.")

    def __init__(
        self, schools: QuerySet[School], staff: QuerySet[Staff], now: dt.datetime, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "school", schools)
        offer_rows(self, "staff", staff)
        self.fields["starts_at"].initial = now
        self.fields["ends_at"].initial = now + dt.timedelta(hours=1)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        starts_at, ends_at = told.get("starts_at"), told.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            raise ValidationError({"ends_at": "Enter a moment after the first one"})
        return told


class StaffSearch(HouseForm):
    """What the list of staff can be narrowed by."""

    submit = None
    mark_optional = False
    words = forms.CharField(label="Name or job title", required=False, max_length=60)
    school = forms.ModelChoiceField(
        School.objects.none(), label="School", required=False, empty_label="All my schools"
    )
    closed = forms.BooleanField(label="Closed accounts too", required=False)

    def __init__(self, by: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        schools = School.objects.visible_to(by)
        offer_rows(self, "school", schools)
        if len(schools[:2]) < 2:
            del self.fields["school"]
        if not (is_trust_admin(by) or schools_as(by, RoleName.HEADTEACHER)):
            del self.fields["closed"]
