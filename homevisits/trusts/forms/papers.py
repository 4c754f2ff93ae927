"""The forms of a draft's other rows: training, briefing, levels of risk, extra questions, other policies."""

from typing import Any

from django import forms

from homevisits.look.forms import TickTiles, Tiles
from homevisits.trusts.choices import RiskLevel
from homevisits.trusts.forms.choices import in_order, offer, role_choices
from homevisits.trusts.forms.rows import RowForm
from homevisits.trusts.parts import BriefingPoint, ExtraField, LinkedPolicy, RiskBand, TrainingRule

A_DAY = 24 * 60


class TrainingForm(RowForm):
    units = {"valid_months": "months"}
    sizes = {"valid_months": "short"}

    class Meta:
        model = TrainingRule
        fields = ["label", "about", "strength", "for_attendance", "for_welfare", "valid_months"]
        widgets = {"about": Tiles, "strength": Tiles}
        labels = {
            "label": "Training",
            "about": "Who must have had it?",
            "strength": "If somebody has not",
            "for_attendance": "Asked for on attendance visits",
            "for_welfare": "Asked for on welfare visits",
            "valid_months": "Renewed after",
        }
        help_texts = {
            "for_attendance": "Tick neither to ask for it on every visit.",
            "valid_months": "Leave empty if it holds for good.",
        }


class BriefingForm(RowForm):
    class Meta:
        model = BriefingPoint
        fields = ["text", "each_visit"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "text": "What visitors are made aware of",
            "each_visit": "Said anew for each visit",
        }
        help_texts = {"each_visit": "If not, it is said once and holds until the policy changes."}


class BandForm(RowForm):
    """What a level of risk asks for; a new one is a level that has no row yet."""

    units = {"from_score": "points", "min_people": "people", "checkin_repeat_minutes": "minutes"}
    sizes = dict.fromkeys(units, "short")
    from_score = forms.IntegerField(
        label="From a score of",
        help_text="Each hazard counts how likely (0 to 3) times how bad (0 to 3).",
        min_value=0,
        max_value=999,
    )
    min_people = forms.IntegerField(label="People who go, at least", min_value=1, max_value=20)
    checkin_repeat_minutes = forms.IntegerField(
        label="Rung every", help_text="0: as on any other visit.", min_value=0, max_value=A_DAY
    )
    roles = forms.MultipleChoiceField(
        label="Who is asked besides those who authorise",
        help_text="Any one of them. Leave empty to ask nobody more.",
        widget=TickTiles,
        required=False,
    )

    class Meta:
        model = RiskBand
        fields = ["level", "from_score", "min_people", "checkin_repeat_minutes", "roles"]
        widgets = {"level": Tiles}
        labels = {"level": "Level of risk"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "roles", role_choices(self.instance.policy))
        offer(self, "level", list(RiskLevel.choices))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "roles" in cleaned:
            cleaned["roles"] = in_order(self.instance.roles, cleaned["roles"])
        return cleaned


class ExtraForm(RowForm):
    class Meta:
        model = ExtraField
        fields = ["label", "help_text", "is_required"]
        labels = {
            "label": "What the appointment form asks",
            "help_text": "What whoever asks should know",
            "is_required": "Must be answered",
        }


class LinkedForm(RowForm):
    class Meta:
        model = LinkedPolicy
        fields = ["kind", "title", "number", "url", "phase", "must_be_read"]
        widgets = {"kind": Tiles, "phase": Tiles(inline=True)}
        labels = {
            "kind": "What is it about?",
            "title": "Title",
            "number": "Number",
            "url": "Where it stands on the web",
            "phase": "For which schools?",
            "must_be_read": "Staff confirm that they have read it",
        }
        help_texts = {
            "number": "With a number it is the trust’s. Without one it is each school’s own.",
            "url": "Starting with https://",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "phase", [("", "All"), ("primary", "Primary"), ("secondary", "Secondary")])
