"""Reading what is restricted leaves a trace: who looked at a household's warnings, and when."""

from homevisits.audit.models import Look
from homevisits.people.families import Household, HouseholdWarning
from homevisits.people.models import Staff


def warnings_of(household: Household, *, by: Staff) -> list[HouseholdWarning]:
    """A home's warnings, open ones first, and a record that this person looked (ASVS, insider browsing)."""
    Look.objects.create(by=by, what="household_warnings", ref=str(household.pk))
    warnings = household.warnings.select_related("author", "ended_by")
    return sorted(warnings, key=lambda warning: warning.ended_at is not None)
