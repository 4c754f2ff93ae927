"""Why: a reason of the policy in force, what the visit is for, and what that reason asks besides."""

from typing import Any

from django import forms

from homevisits.look.forms import Tiles
from homevisits.trusts.choices import DslPart, Unannounced
from homevisits.trusts.offering import allows_reason
from homevisits.trusts.parts import Reason
from visits.forms.asking.base import StepForm, words

DSL_WORDS = {
    DslPart.TAKES_PART: "The DSL normally takes part.",
    DslPart.LEADS: "The DSL or the EWO leads.",
    DslPart.CO_AUTHORISES: "The DSL must agree.",
    DslPart.TOLD: "The DSL is told.",
}
GROUPS = ((True, "Welfare and safeguarding"), (False, "Attendance"), (None, "Other reasons"))


def hint(reason: Reason) -> str:
    """The policy's own words, else what it says of parents and the DSL."""
    by_appointment = "By appointment." if reason.unannounced == Unannounced.NO else ""
    said = reason.help_text or " ".join(
        filter(None, [by_appointment, DSL_WORDS.get(DslPart(reason.dsl), "")])
    )
    return " ".join(filter(None, [said, reason.advice]))


class ReasonForm(StepForm):
    """A tile for each reason; under it what it needs, each in a box of its own."""

    title = "Why do you want to visit?"
    checks = {
        "reason": "reason_code",
        "transport": "reason_code",
        "purpose": "purpose",
        "necessary": "why_necessary",
    }
    reason_code = forms.ChoiceField(label="Which reason of your policy?", required=False, widget=Tiles)
    purpose = forms.CharField(
        label="What is the visit for?",
        help_text="What you want to find out, agree or bring about. Whoever decides reads this first.",
        required=False,
        max_length=4000,
        widget=words(4),
    )
    why_necessary = forms.CharField(
        label="Why is a home visit necessary?",
        help_text="What was tried or offered before, and why a call or a meeting in school is not enough.",
        required=False,
        max_length=4000,
        widget=words(3),
    )

    def started(self) -> dict[str, Any]:
        visit = self.asking.visit
        kept = {name: getattr(visit, name) for name in ("reason_code", "purpose", "why_necessary")}
        kept[f"kind_{visit.reason_code}"] = visit.reason_kind
        kept[f"explained_{visit.reason_code}"] = visit.reason_explained
        kept[f"concern_{visit.reason_code}"] = visit.concern_text
        return kept

    def dress(self) -> None:
        reasons = self._reasons
        self.reveals = {"reason_code": {reason.code: self._asked(reason) for reason in reasons}}
        field = self.fields["reason_code"]
        field.choices = _grouped(reasons)
        field.widget.hints = {reason.code: hint(reason) for reason in reasons}
        super().dress()

    @property
    def _reasons(self) -> list[Reason]:
        """The policy's; those about lifts, and another, where it allows them, or one was chosen already."""
        rules = self.asking.rules
        if rules is None:
            return []
        chosen = self.asking.visit.reason_code
        lifts = rules.child_transport_allowed
        return [
            r
            for r in rules.reasons.all()
            if r.code == chosen or (allows_reason(rules, r) and (lifts or not r.is_transport))
        ]

    def _asked(self, reason: Reason) -> list[str]:
        """The boxes under one reason's tile."""
        names = []
        if reason.kinds:
            names.append(f"kind_{reason.code}")
            self.fields[names[-1]] = forms.ChoiceField(
                label="Which kind is it?",
                choices=[(kind, kind) for kind in reason.kinds],
                required=False,
                widget=Tiles(inline=True),
            )
        if reason.needs_explanation:
            names.append(f"explained_{reason.code}")
            self.fields[names[-1]] = forms.CharField(
                label="Explain it in a sentence", required=False, max_length=500, widget=words(2)
            )
        if reason.needs_concern:
            names.append(f"concern_{reason.code}")
            self.fields[names[-1]] = forms.CharField(
                label="What is the welfare or safeguarding concern?",
                help_text="Facts, as you know them. The office does not see this.",
                required=False,
                max_length=4000,
                widget=words(3),
            )
        return names

    @property
    def plain(self) -> list[str]:
        return ["reason_code", "purpose", "why_necessary"]

    @property
    def code(self) -> str:
        """The reason chosen, or the one kept."""
        return str(self.cleaned_data.get("reason_code", self.asking.visit.reason_code))

    def values(self) -> dict[str, Any]:
        """What belongs to another reason is not kept with this one."""
        boxes = {
            "reason_kind": f"kind_{self.code}",
            "reason_explained": f"explained_{self.code}",
            "concern_text": f"concern_{self.code}",
        }
        kept = {
            column: self.cleaned_data.get(box, "") for column, box in boxes.items() if box not in self.errors
        }
        return super().values() | kept

    def field_of(self, check: Any) -> str | None:
        own = {
            "reason_kind": f"kind_{self.code}",
            "reason_explained": f"explained_{self.code}",
            "concern": f"concern_{self.code}",
        }.get(check.code)
        return own if own in self.fields else super().field_of(check)


def _grouped(reasons: list[Reason]) -> list[Any]:
    """The reasons under what they are about; one list where there is only one kind."""
    about = {True: [], False: [], None: []}  # type: ignore[var-annotated]
    for reason in reasons:
        key = True if reason.is_welfare else False if reason.is_attendance else None
        about[key].append((reason.code, reason.label))
    listed = [(title, about[key]) for key, title in GROUPS if about[key]]
    return listed if len(listed) > 1 else [choice for _, choices in listed for choice in choices]
