"""The forms of a request, one a step; the same ones change a visit that was sent already."""

from visits.forms.asking.base import Asking, StepForm
from visits.forms.asking.people import PeopleForm
from visits.forms.asking.pupil import PupilForm
from visits.forms.asking.reason import ReasonForm
from visits.forms.asking.told import ToldForm
from visits.forms.asking.when import WhenForm
from visits.forms.asking.where import WhereForm

__all__ = ["FORMS", "Asking", "StepForm"]

FORMS: dict[str, type[StepForm]] = {
    "pupil": PupilForm,
    "reason": ReasonForm,
    "told": ToldForm,
    "where": WhereForm,
    "when": WhenForm,
    "people": PeopleForm,
}
