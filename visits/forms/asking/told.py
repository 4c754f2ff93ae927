"""Whether the parents are told first, on what ground not, and the calls and messages that were tried."""

import datetime as dt
from functools import cached_property
from typing import Any

from django import forms

from homevisits.look.forms import HouseForm, MomentField, Tiles
from homevisits.trusts.choices import ParentNotice, Unannounced
from homevisits.trusts.offering import grounds_of
from homevisits.trusts.parts import NoticeGround
from visits.forms.asking.base import Asking, StepForm, words
from visits.gates.checks import Check
from visits.models import Visit
from visits.story import ContactAttempt

Told = Visit.Told
ATTEMPTS = {"attempts", "ground_attempts"}


class AttemptForm(HouseForm):
    """One call or message: nothing of it is needed until somebody adds it."""

    submit = None
    mark_optional = False
    sizes = {"channel": "medium", "result": "medium"}
    pupil = forms.TypedChoiceField(label="About whom", coerce=int, required=False)
    channel = forms.ChoiceField(
        label="How did you try?",
        choices=[("", "Choose"), *ContactAttempt.Channel.choices],
        required=False,
    )
    result = forms.ChoiceField(
        label="What came of it?", choices=[("", "Choose"), *ContactAttempt.Result.choices], required=False
    )
    at = MomentField(label="When?", required=False)
    note = forms.CharField(label="A word about it, if you like", max_length=200, required=False)

    def __init__(self, asking: Asking, data: Any = None) -> None:
        self.asking = asking
        super().__init__(data, prefix="attempt", initial={"at": asking.now})

    def dress(self) -> None:
        pupils = self.asking.pupils
        self.fields["pupil"].choices = [(pupil.pk, str(pupil)) for pupil in pupils]
        if len(pupils) < 2:
            del self.fields["pupil"]
        super().dress()

    @property
    def is_filled(self) -> bool:
        """Whether somebody began to note one."""
        return bool(self.is_bound and (self.data.get("attempt-channel") or self.data.get("attempt-result")))

    def demand(self) -> bool:
        """Say what is missing before it can be added; whether it is whole."""
        for name, sentence in (
            ("channel", "Choose how you tried to reach the family"),
            ("result", "Choose what came of it"),
            ("at", "Enter when that was"),
        ):
            if not self.cleaned_data.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        at = self.cleaned_data.get("at")
        if at and at > self.asking.now:
            self.add_error("at", "Enter a time that has passed: a call to come is not one that was tried")
        if not self.asking.pupils:
            self.add_error("channel", "Choose the pupil first")
        return not self.errors

    def said(self) -> dict[str, Any]:
        """The words of the transition."""
        chosen = self.cleaned_data.get("pupil")
        pupil = next((one for one in self.asking.pupils if one.pk == chosen), self.asking.pupils[0])
        return {"pupil": pupil} | {
            name: self.cleaned_data[name] for name in ("channel", "result", "at", "note")
        }


class ToldForm(StepForm):
    """Three ways to answer; each brings its own questions."""

    question = "told"
    checks = {"told": "told", "letter": "told", "ground": "ground_code"}
    buttons = frozenset({"attempt"})
    sentences = {"told": "Say whether the parents are told before you go"}
    told = forms.ChoiceField(
        label="Are the parents told before you go?",
        choices=Told.choices,
        required=False,
        widget=Tiles,
    )
    ground_code = forms.ChoiceField(label="Why not?", required=False, widget=Tiles)

    def started(self) -> dict[str, Any]:
        visit = self.asking.visit
        whom = visit.told_whom or next((str(a) for a in self.asking.adults if a.may_be_spoken_to), "")
        kept: dict[str, Any] = {"told": visit.told, "ground_code": visit.ground_code}
        for way in (Told.CALL, Told.LETTER):
            kept |= {f"whom_{way}": whom, f"at_{way}": visit.told_at or self.asking.now}
            kept[f"agreed_{way}"] = visit.parent_agreed
        kept[f"text_{visit.ground_code}"] = visit.ground_text
        return kept

    def dress(self) -> None:
        no = ["ground_code"] if self.grounds else []
        self.reveals = {
            "told": {Told.CALL: self._way(Told.CALL), Told.LETTER: self._way(Told.LETTER), Told.NO: no},
            "ground_code": {ground.code: self._explained(ground) for ground in self.grounds},
        }
        notice = self.asking.rules.parent_notice if self.asking.rules else ""
        agreed = notice == ParentNotice.AGREED
        self.fields["told"].help_text = (
            "Your policy asks that they agree." if agreed else "Wherever possible they should be."
        )
        self._offer_grounds()
        super().dress()

    @cached_property
    def grounds(self) -> list[NoticeGround]:
        """On what grounds they need not be told; none for a reason that is by appointment."""
        reason = self.asking.visit.reason
        by_appointment = reason is not None and reason.unannounced == Unannounced.NO
        return [] if by_appointment or not self.asking.rules else grounds_of(self.asking.rules)

    def _offer_grounds(self) -> None:
        if not self.grounds:
            del self.fields["ground_code"]
            self.fields["told"].widget.hints = {Told.NO: self._why_not_no}
            return
        count = {1: "this reason", 2: "these two reasons"}.get(len(self.grounds), "these reasons")
        self.fields["ground_code"].choices = [(ground.code, ground.label) for ground in self.grounds]
        self.fields["ground_code"].help_text = f"Your policy allows {count}."

    @property
    def _why_not_no(self) -> str:
        reason = self.asking.visit.reason
        return f"“{reason.label}” is by appointment: tell them first." if reason else ""

    def _way(self, way: str) -> list[str]:
        """Who was told, and when; that they agreed where the policy asks for it."""
        self.fields[f"whom_{way}"] = forms.CharField(
            label="Who was told?", help_text="Their name, and who they are.", required=False, max_length=120
        )
        self.fields[f"at_{way}"] = MomentField(label="When?", required=False)
        names = [f"whom_{way}", f"at_{way}"]
        if self.asking.rules and self.asking.rules.parent_notice == ParentNotice.AGREED:
            self.fields[f"agreed_{way}"] = forms.BooleanField(
                label="They agreed to the visit", required=False
            )
            names.append(f"agreed_{way}")
        return names

    def _explained(self, ground: NoticeGround) -> list[str]:
        if not ground.needs_text:
            return []
        self.fields[f"text_{ground.code}"] = forms.CharField(
            label="Say why in a sentence", required=False, max_length=500, widget=words(2)
        )
        return [f"text_{ground.code}"]

    @cached_property
    def attempt(self) -> AttemptForm:
        """The row in which a call or message is noted."""
        return AttemptForm(self.asking, self.data if self.is_bound else None)

    def forget_attempt(self) -> None:
        """An empty row again, once it was added."""
        self.attempt = AttemptForm(self.asking)

    @cached_property
    def attempts(self) -> list[ContactAttempt]:
        """What anybody tried to reach these families lately: as long as the policy lets it count."""
        rules = self.asking.rules
        since = self.asking.visit.created_at - dt.timedelta(days=rules.attempts_within_days if rules else 0)
        found = ContactAttempt.objects.filter(pupil__in=self.asking.pupils, at__gte=since)
        return list(found.select_related("by", "pupil").order_by("-at"))

    @property
    def wants_attempts(self) -> bool:
        """Whether calls and messages are asked for, or were begun."""
        reason = self.asking.visit.reason
        asked = bool(reason and reason.min_attempts) or any(ground.needs_attempts for ground in self.grounds)
        return asked or bool(self.attempts) or self.attempt.is_filled

    @property
    def attempts_hint(self) -> str:
        """How many the reason asks for."""
        reason = self.asking.visit.reason
        if not (reason and reason.min_attempts):
            return f"Every try{self._lately} counts: it shows that a visit is the next step."
        ways = f", by {reason.min_channels} different ways" if reason.min_channels > 1 else ""
        tries = "one" if reason.min_attempts == 1 else str(reason.min_attempts)
        return f"“{reason.label}” asks for {tries}{self._lately} that brought no explanation{ways}."

    @property
    def _lately(self) -> str:
        """How long a call or message counts."""
        days = self.asking.rules.attempts_within_days if self.asking.rules else 0
        return f" of the last {days} days" if days else ""

    @property
    def way(self) -> str:
        return str(self.cleaned_data.get("told", ""))

    def values(self) -> dict[str, Any]:
        """What belongs to the answer chosen; what belonged to another one is emptied."""
        said, way = self.cleaned_data, self.way
        if "told" in self.errors:
            return {}
        is_told = way in {Told.CALL, Told.LETTER}
        code = said.get("ground_code") or ""
        return {
            "told": way,
            "told_whom": said.get(f"whom_{way}", ""),
            "told_at": said.get(f"at_{way}") if is_told else None,
            "told_by": self.asking.visit.told_by or self.asking.staff if is_told else None,
            "parent_agreed": bool(said.get(f"agreed_{way}")),
            "ground_code": code,
            "ground_text": said.get(f"text_{code}", ""),
        }

    def field_of(self, check: Check) -> str | None:
        name = {
            "told_whom": f"whom_{self.way}",
            "agreed": self._of_agreement,
            "ground_text": f"text_{self.cleaned_data.get('ground_code', '')}",
        }.get(check.code)
        return name if name in self.fields else super().field_of(check)

    @property
    def _of_agreement(self) -> str:
        is_named = self.cleaned_data.get(f"whom_{self.way}", "").strip()
        return f"agreed_{self.way}" if is_named else f"whom_{self.way}"

    def refuse(self, unmet: Any) -> bool:
        """Calls that are missing are said beside the row that notes them."""
        said = list(unmet)
        super().refuse(check for check in said if check.code not in ATTEMPTS)
        for check in said:
            if check.code in ATTEMPTS and self.attempt.is_bound:
                self.attempt.add_error("channel", check.sentence)
        return bool(said)

    @property
    def summarised(self) -> list[Any]:
        return [self, self.attempt]

    @property
    def has_problems(self) -> bool:
        return bool(self.errors or self.attempt.errors)
