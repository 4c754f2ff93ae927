"""Forms about pupils' contacts and homes."""

from typing import Any

from django import forms

from homevisits.look.forms import DayField, HouseForm, Tiles
from homevisits.people.families import ContactLink, Household, HouseholdWarning
from homevisits.people.forms.offering import offer, offer_rows
from homevisits.people.models import Staff
from homevisits.people.phones import PhoneField
from homevisits.trusts.models import School


class PupilSearch(HouseForm):
    """What the list of pupils can be narrowed by. It is posted: names stay out of addresses."""

    submit = None
    mark_optional = False
    words = forms.CharField(label="Name or UPN", required=False, max_length=60)
    year = forms.ChoiceField(label="Year", required=False)
    school = forms.ModelChoiceField(
        School.objects.none(), label="School", required=False, empty_label="All my schools"
    )

    def __init__(self, schools: Any, years: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "year", [("", "All years"), *((year, year) for year in years)])
        offer_rows(self, "school", schools)
        if len(schools[:2]) < 2:
            del self.fields["school"]


class ContactForm(HouseForm):
    """How an adult is reached and what they are to one pupil."""

    submit = "Save this contact"
    sizes = {"phone": "medium", "language": "medium", "priority": "short"}
    first_name = forms.CharField(max_length=60)
    last_name = forms.CharField(max_length=60)
    relationship = forms.ChoiceField(
        label="Relationship to the pupil", choices=[("", "Choose"), *ContactLink.Relationship.choices]
    )
    phone = PhoneField(label="Phone", required=False)
    email = forms.EmailField(label="E-mail", required=False)
    language = forms.CharField(max_length=40, initial="English")
    interpreter_needed = forms.BooleanField(label="Needs an interpreter", required=False)
    has_parental_responsibility = forms.BooleanField(label="Has parental responsibility", required=False)
    is_delegated_adult = forms.BooleanField(
        label="May be there in the parent's place",
        required=False,
        help_text="A parent, carer or guardian has asked this adult to be present for them.",
    )
    may_be_discussed_with = forms.BooleanField(
        label="May be spoken to about this pupil",
        required=False,
        help_text="Leave this out where a court order forbids it.",
    )
    permission_note = forms.CharField(
        label="Who gave this permission, when and how",
        required=False,
        max_length=200,
        help_text="Needed for an adult without parental responsibility.",
    )
    priority = forms.IntegerField(
        label="Order in which to ring", min_value=1, max_value=99, initial=1, help_text="1 is rung first."
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        by_permission = told.get("may_be_discussed_with") and not told.get("has_parental_responsibility")
        if by_permission and not told.get("permission_note"):
            self.add_error("permission_note", "Say who gave this permission, when and how")
        return told


class KeyPersonForm(HouseForm):
    """Who supports a pupil at school."""

    submit = "Save"
    key_person = forms.ModelChoiceField(
        Staff.objects.none(), label="Key person", required=False, empty_label="Nobody"
    )

    def __init__(self, staff: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "key_person", staff)


class HouseholdForm(HouseForm):
    """What visitors should know about a home."""

    submit = "Save"
    entrance = forms.ChoiceField(choices=Household.Entrance.choices, widget=Tiles)
    circumstances = forms.CharField(
        label="What visitors should know",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Circumstances, customs, work hours. Risks belong into a warning.",
    )


class WarningForm(HouseForm):
    """A risk at an address, and when to look at it again."""

    submit = "Add this warning"
    kind = forms.ChoiceField(label="What is it about?", choices=HouseholdWarning.Kind.choices, widget=Tiles)
    note = forms.CharField(
        label="What should visitors know and do?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Facts, not judgements: the family may ask to read it.",
    )
    review_on = DayField(label="Look at it again on", help_text="Within a year.")


class ReviewForm(WarningForm):
    """A warning looked at again: it holds, in these words, until then."""

    submit = "It still holds"
    kind = None  # type: ignore[assignment]


class MemberForm(HouseForm):
    """Somebody who lives there and is neither pupil nor contact."""

    submit = "Add this person"
    name = forms.CharField(max_length=120)
    relationship = forms.CharField(
        max_length=60, required=False, help_text="For example the mother's partner, or an older brother."
    )
    note = forms.CharField(max_length=200, required=False)
