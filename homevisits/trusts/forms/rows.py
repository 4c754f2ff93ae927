"""The forms of a draft's rows: reasons, grounds, steps of ladders, guidance."""

from typing import Any

from django import forms
from django.utils.text import slugify

from homevisits.look.forms import HouseModelForm, TickTiles, Tiles
from homevisits.trusts.choices import Channel, Ladder
from homevisits.trusts.forms.choices import in_order, offer, role_choices
from homevisits.trusts.parts import (
    EVERYBODY_WITHIN,
    GuidanceItem,
    LadderStep,
    NoticeGround,
    PolicyPart,
    Reason,
    TrainingRule,
)
from homevisits.trusts.publishing import row_fingerprint


class RowForm(HouseModelForm):
    """A row of one of a draft's lists."""

    submit = "Save to the draft"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            seen = row_fingerprint(self.instance)
            self.fields["seen"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=seen)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if getattr(self.instance, "code", None) == "":
            vars(self.instance)["code"] = free_code(self.instance, cleaned.get("label", ""))
        return cleaned


def free_code(row: PolicyPart, label: str) -> str:
    """A code for a new row, made from its label, that its version does not use yet.

    Codes of training are small, as people's certificates name them.
    """
    stem = slugify(label).upper().replace("-", "_")[:26] or "OWN"
    stem = stem.lower() if isinstance(row, TrainingRule) else stem
    rows = type(row)._default_manager.filter(policy=row.policy_id)
    taken = {getattr(other, "code", "") for other in rows}
    numbered = (f"{stem}_{number}" for number in range(2, 1000))
    return stem if stem not in taken else next(code for code in numbered if code not in taken)


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    widget = forms.Textarea

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines()]
        return list(dict.fromkeys(line for line in lines if line))

    def validate(self, value: Any) -> None:
        super().validate(value)
        for line in value:
            if len(line) > self.longest:
                raise forms.ValidationError(f"Make “{line[:30]}…” shorter: {self.longest} characters at most")


class ReasonForm(RowForm):
    units = {"min_attempts": "attempts", "min_channels": "ways"}
    sizes = {"min_attempts": "short", "min_channels": "short"}
    kinds = LinesField(
        label="Kinds of it, one a line",
        help_text="Whoever asks chooses one. Leave empty if there is only one kind.",
        longest=60,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = Reason
        fields = [
            "label",
            "help_text",
            "kinds",
            "advice",
            "unannounced",
            "dsl",
            "min_attempts",
            "min_channels",
            "needs_concern",
            "needs_explanation",
            "needs_letter",
            "never_a_letter",
            "is_welfare",
            "is_attendance",
            "is_transport",
            "is_series",
            "doorstep_only",
            "off_in_overlay",
        ]
        widgets = {"unannounced": Tiles, "dsl": Tiles, "advice": forms.Textarea(attrs={"rows": 2})}
        labels = {
            "label": "Reason",
            "help_text": "What whoever asks should know",
            "advice": "What to keep in mind on such a visit",
            "unannounced": "May the visit be unannounced?",
            "dsl": "What is the DSL's part?",
            "min_attempts": "Attempts to reach the family before, at least",
            "min_channels": "In how many different ways, at least",
            "needs_concern": "The request states the concern",
            "needs_explanation": "The request explains the reason",
            "needs_letter": "Parents get a letter before the visit",
            "never_a_letter": "No letter is ever made",
            "is_welfare": "A welfare visit: the record says whether the pupil was seen and spoken to",
            "is_attendance": "About attendance",
            "is_transport": "About giving a pupil a lift",
            "is_series": "A series of sessions, such as tuition at home",
            "doorstep_only": "On the doorstep only",
            "off_in_overlay": "Not while infection rules are switched on",
        }
        help_texts = {"help_text": "", "advice": ""}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("needs_letter") and cleaned.get("never_a_letter"):
            self.add_error("never_a_letter", "Choose one: a letter before the visit, or never a letter.")
        return cleaned


class GroundForm(RowForm):
    class Meta:
        model = NoticeGround
        fields = ["label", "needs_attempts", "is_emergency", "needs_text"]
        labels = {
            "label": "Ground for not telling parents first",
            "needs_attempts": "Unanswered calls or messages must be noted",
            "is_emergency": "An emergency visit",
            "needs_text": "The request says more in a sentence",
        }


class StepForm(RowForm):
    """A step of a ladder; the last one of the safety ladder stays everybody, as publishing sees to."""

    units = {"after_minutes": "minutes"}
    sizes = {"after_minutes": "short"}
    roles = forms.MultipleChoiceField(label="Who is told", widget=TickTiles, required=False)
    roles_ewo = forms.MultipleChoiceField(
        label="Who is told instead when it is about the EWO",
        help_text="Leave all empty for the same people.",
        widget=TickTiles,
        required=False,
    )
    channels = forms.MultipleChoiceField(label="How", choices=Channel.choices, widget=TickTiles(inline=True))

    class Meta:
        model = LadderStep
        fields = ["after_minutes", "is_everybody", "roles", "roles_ewo", "channels"]
        labels = {
            "after_minutes": "How long after the time that was missed",
            "is_everybody": "Everybody on duty, repeated until a person resolves it",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("roles", "roles_ewo"):
            offer(self, name, role_choices(self.instance.policy))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("roles", "roles_ewo", "channels"):
            if name in cleaned:
                cleaned[name] = in_order(getattr(self.instance, name), cleaned[name])
        if not cleaned.get("roles") and not cleaned.get("is_everybody"):
            self.add_error("roles", "Choose who is told, or everybody.")
        is_late = (cleaned.get("after_minutes") or 0) > EVERYBODY_WITHIN
        if is_late and self.instance.ladder == Ladder.SAFETY:
            self.add_error(
                "after_minutes", f"Enter {EVERYBODY_WITHIN} minutes at most: by then everybody is told."
            )
        return cleaned


class GuidanceForm(RowForm):
    class Meta:
        model = GuidanceItem
        fields = ["text", "is_check", "only"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3}), "only": Tiles}
        labels = {
            "text": "What staff are reminded of",
            "is_check": "Has to be ticked before they leave",
            "only": "When it is shown",
        }
