"""The forms of a risk assessment: dangers with their marks, the level they give, going alone, a new risk."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from homevisits.people.models import HouseholdWarning
from homevisits.trusts.choices import RiskLevel
from homevisits.trusts.parts import RiskBand
from homevisits.upkeep import files
from visits import risk
from visits.forms.asking.base import words
from visits.models import Hazard, Visit
from visits.preparing import HazardKind
from visits.transitions.assessing import Danger

LIKELY = [("0", "0, not at all"), ("1", "1, unlikely"), ("2", "2, possible"), ("3", "3, likely")]
SEVERE = [("0", "0, no harm"), ("1", "1, minor harm"), ("2", "2, serious harm"), ("3", "3, grave harm")]
WARNED: Mapping[str, HazardKind] = {
    HouseholdWarning.Kind.ANIMALS: HazardKind.ANIMALS,
    HouseholdWarning.Kind.AGGRESSION: HazardKind.AGGRESSION,
    HouseholdWarning.Kind.AREA: HazardKind.AREA,
    HouseholdWarning.Kind.SUBSTANCES: HazardKind.SUBSTANCES,
    HouseholdWarning.Kind.OTHER_PEOPLE: HazardKind.OCCUPANTS,
    HouseholdWarning.Kind.OTHER: HazardKind.OTHER,
}


def parts_of(kind: str) -> list[str]:
    """The three fields of one danger."""
    return [f"{kind}_likely", f"{kind}_severe", f"{kind}_control"]


class RiskForm(HouseForm):
    """Tick the dangers there are; each has marks and what is done about it. The marks give the level."""

    submit = None
    reveals = {"kinds": {kind: parts_of(kind) for kind in HazardKind.values}}
    sentences = {
        "text": "Write the risks and how they are reduced",
        "why": "Say what changed since the last version",
    }
    kinds = forms.MultipleChoiceField(
        label="Which dangers are there?",
        help_text="Tick those that there are, and mark each.",
        choices=HazardKind.choices,
        required=False,
        widget=TickTiles,
    )
    level = forms.ChoiceField(
        label="How high is the risk?",
        choices=RiskLevel.choices,
        required=False,
        widget=Tiles,
    )
    text = forms.CharField(
        label="Which risks are there, and how are they reduced?",
        help_text="The home, the people, animals, the way there, the time of day. Facts, not judgements.",
        max_length=4000,
        required=False,
        widget=words(6),
    )
    file = forms.FileField(
        label="The school’s own form, filled in",
        help_text="PDF, Word or OpenDocument, 5 MB at most.",
        required=False,
    )
    why = forms.CharField(label="What changed since the last version?", max_length=300, widget=words(2))

    def __init__(self, visit: Visit, data: Any = None, files: Any = None) -> None:
        self.visit, self.last = visit, risk.latest(visit)
        super().__init__(data, files, initial=self.started())

    def started(self) -> dict[str, Any]:
        """What the last version said, and what has become known of the home since."""
        if self.last is None:
            return {"kinds": self.known_of()}
        hazards = list(self.last.hazards.all())
        kinds = [*(hazard.kind for hazard in hazards), *self.known_of(self.last)]
        said = {"level": self.last.level, "text": self.last.text, "kinds": list(dict.fromkeys(kinds))}
        return said | {name: value for hazard in hazards for name, value in self._marked(hazard)}

    @staticmethod
    def _marked(hazard: Hazard) -> list[tuple[str, Any]]:
        marks = (str(hazard.likely), str(hazard.severe), hazard.control)
        return list(zip(parts_of(hazard.kind), marks, strict=True))

    def known_of(self, last: Any = None) -> list[str]:
        """Dangers that warnings about the home or people on its doorstep speak of; since a version, if there is one."""
        warned = risk.new_warnings(self.visit, last.assessed_at) if last else risk.warnings(self.visit)
        kinds = [WARNED[warning.kind] for warning in warned]
        alone = [HazardKind.LONE] if self.visit.is_lone and not last else []
        return list(dict.fromkeys([*kinds, *risk.seen_at_door(self.visit, last), *alone]))

    def dress(self) -> None:
        """Three fields for each danger; why, from the second version on; what each level asks for."""
        for kind in HazardKind.values:
            self.fields |= _danger_fields(kind)
        if self.last is None:
            del self.fields["why"]
        rules = self.visit.rules
        self.fields["level"].widget.hints = (
            {b.level: band_words(b, rules) for b in risk.bands(rules)} if rules else {}
        )
        self.fields["level"].help_text = "The marks give it. You may choose a higher level, not a lower one."
        super().dress()

    def clean_file(self) -> files.Paper | None:
        """The file, once it is what it says it is."""
        given = self.cleaned_data.get("file")
        if not isinstance(given, UploadedFile):
            return None
        if (given.size or 0) > files.LARGEST:
            raise forms.ValidationError("Choose a file of 5 MB or less.")
        try:
            return files.read(given.name or "", given.read())
        except files.BadFile as bad:
            raise forms.ValidationError(str(bad)) from bad

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for kind in said.get("kinds", []):
            control = f"{kind}_control"
            if self._score(kind) and not said.get(control, "").strip():
                self.add_error(control, "Say what is done about it")
        if not self.errors and not said.get("level"):
            said["level"] = self.given
        if not said.get("text", "").strip() and not said.get("file") and "file" not in self.errors:
            self.add_error("text", self.sentences["text"])
        return said

    def _score(self, kind: str) -> int:
        marks = [self.cleaned_data.get(name) for name in parts_of(kind)[:2]]
        return int(marks[0] or 0) * int(marks[1] or 0)

    @property
    def score(self) -> int:
        """The marks that were typed, added up; those of the last version at first."""
        if self.is_bound:
            self.errors  # noqa: B018  (cleans the form)
            return sum(self._score(kind) for kind in self.cleaned_data.get("kinds", []))
        return self.last.score if self.last else 0

    @property
    def given(self) -> RiskLevel:
        """The level that the policy gives the marks."""
        return risk.level_of(self.visit.rules, self.score)

    @property
    def dangers(self) -> list[Danger]:
        """What was marked, in the order of the kinds."""
        said = self.cleaned_data
        ticked = [kind for kind in HazardKind.values if kind in said.get("kinds", [])]
        return [self._danger(kind, said) for kind in ticked]

    @staticmethod
    def _danger(kind: str, said: dict[str, Any]) -> Danger:
        likely, severe, control = (said.get(name) or "" for name in parts_of(kind))
        return Danger(kind, int(likely or 0), int(severe or 0), str(control).strip())

    def said(self) -> dict[str, Any]:
        """The words of this version."""
        c = self.cleaned_data
        return {
            "level": c["level"],
            "text": c["text"],
            "dangers": self.dangers,
            "why": c.get("why", ""),
            "upload": c.get("file"),
        }

    @property
    def thresholds(self) -> dict[str, int]:
        """From which score each level holds: what the page's script adds up against."""
        return (
            {band.level: band.from_score for band in risk.bands(self.visit.rules)} if self.visit.rules else {}
        )


def _danger_fields(kind: str) -> dict[str, forms.Field]:
    likely, severe, control = parts_of(kind)
    return {
        likely: forms.ChoiceField(label="How likely?", choices=LIKELY, initial="1"),
        severe: forms.ChoiceField(label="How bad?", choices=SEVERE, initial="1"),
        control: forms.CharField(label="What is done about it?", max_length=300, required=False),
    }


def band_words(band: RiskBand, rules: Any) -> str:
    """What a level asks for: "At least 2 people. Rung every 15 minutes. The Headteacher decides too." """
    people = max(band.min_people, rules.min_people)
    repeat = min([n for n in (band.checkin_repeat_minutes, rules.checkin_repeat_minutes) if n], default=0)
    roles = " or ".join(f"the {rules.role_label(role)}" for role in band.roles)
    said = [
        "One person may go." if people == 1 else f"At least {people} people go.",
        f"Rung every {repeat} minutes." if repeat else "",
        f"{roles[:1].upper()}{roles[1:]} decides too." if roles else "",
    ]
    return " ".join(filter(None, said))


class LoneForm(HouseForm):
    """Going alone: a document of its own (TC-128)."""

    submit = "Keep the lone-working assessment"
    sentences = {"text": "Write how going alone is made safe"}
    text = forms.CharField(
        label="How is going alone made safe?",
        help_text="Car and parking, telephone, who calls and when, what ends the visit at once.",
        max_length=4000,
        widget=words(6),
    )

    def __init__(self, visit: Visit, data: Any = None) -> None:
        super().__init__(data, initial={"text": visit.lone_assessment})


class NewRiskForm(HouseForm):
    """A risk that the assessment does not know (TC-153)."""

    submit = "Send"
    sentences = {"words": "Say what the new risk is"}
    words = forms.CharField(
        label="What is the new risk?",
        help_text="Nobody leaves before it is written into the risk assessment. Those who decide and whoever assessed are told.",
        max_length=500,
        widget=words(3),
    )


class WithdrawForm(HouseForm):
    """A visitor does not go after all (PS-135)."""

    submit = "I do not go"
    submit_kind = "line"
    sentences = {"reason": "Say in a word why you do not go"}
    reason = forms.CharField(
        label="Why do you not go?",
        help_text="A word is enough: “I do not feel safe.” You need not give more, and nobody holds it against you.",
        max_length=500,
        widget=words(2),
    )
