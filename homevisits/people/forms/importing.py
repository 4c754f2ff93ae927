"""Forms of the import: the file, what its columns mean, and the last yes."""

from typing import Any

from django import forms
from django.utils.html import escape

from homevisits.look.forms import HouseForm, Tiles
from homevisits.people.forms.offering import offer, offer_rows
from homevisits.people.importing.kinds import KINDS
from homevisits.people.importing.mapping import problems
from homevisits.people.importing.models import Import
from homevisits.people.importing.parse import Sheet, read
from homevisits.people.models import Staff
from homevisits.people.permissions import kinds_to_import, may_import
from homevisits.trusts.models import School


class UploadForm(HouseForm):
    """Which file, of what, for which school."""

    submit = "Check this file"
    kind = forms.ChoiceField(label="What is in the file?", widget=Tiles)
    school = forms.ModelChoiceField(School.objects.none(), label="School", empty_label="Choose a school")
    file = forms.FileField(
        label="CSV file",
        help_text="From your school's system or a spreadsheet, saved as CSV. Nothing is written yet.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        error_messages={"empty": "This file is empty: choose another"},
    )

    def __init__(self, by: Staff, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        kinds = kinds_to_import(by)
        offer(self, "kind", [(kind.name, kind.label) for kind in kinds])
        self.fields["kind"].widget.hints = {kind.name: kind.hint for kind in kinds}
        offer_rows(self, "school", School.objects.visible_to(by))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        school, kind = told.get("school"), told.get("kind")
        if school and kind and not may_import(self.by, school, kind):
            self.add_error("school", f"You may not bring in {KINDS[kind].label.lower()} for this school")
        return told


def example_of(sheet: Sheet, heading: str) -> str:
    """What stands under a heading in the first rows: it tells more than the heading."""
    cells = (row.cells.get(heading, "") for row in sheet.rows[:50])
    found = next((cell for cell in cells if cell), "")
    # Hints are written out as they stand, so that ours may hold links: this one is a stranger's.
    return escape(f"For example: {found[:60]}" if found else "Empty in the first rows")


class ColumnsForm(HouseForm):
    """What each heading of a file means; two may not mean the same."""

    submit = None
    mark_optional = False

    def __init__(self, upload: Import, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upload = upload
        sheet = read(upload.text)  # the database keeps the headings, not their order
        self.headings = sheet.headings
        choices = [("", "Leave this column out")]
        choices += [(column.name, column.label) for column in KINDS[upload.kind].columns]
        for number, heading in enumerate(self.headings):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading,
                help_text=example_of(sheet, heading),
                choices=choices,
                required=False,
                initial=upload.columns.get(heading, ""),
            )
        self.dress()

    @property
    def columns(self) -> dict[str, str]:
        """What was chosen, by heading."""
        return {
            heading: self.cleaned_data.get(f"column_{number}", "")
            for number, heading in enumerate(self.headings)
        }

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        for problem in problems(self.columns, self.upload.kind):
            self.add_error(None, problem.sentence)
        return told


class ConfirmForm(HouseForm):
    """The last yes. With problems, only when the rows with errors are left out on purpose."""

    submit = None
    leave_out_errors = forms.BooleanField(label="Leave out the rows with errors", required=False)
