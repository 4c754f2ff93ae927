"""An urgent request on one page: the same questions as in steps, in as few answers as the policy allows."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from homevisits.people.models import Pupil, Staff
from homevisits.trusts.choices import ParentNotice, Unannounced
from homevisits.trusts.models import Policy, Reason
from homevisits.trusts.offering import grounds_of, reasons_of
from homevisits.trusts.roles import SAFEGUARDING_TEAM, RoleName
from visits.forms.asking.base import words
from visits.forms.asking.reason import hint
from visits.gates.checks import Check
from visits.models import Visit
from visits.plan import STAY, TRAVEL, Plan
from visits.prefill import adults

SOON = [(15, "In 15 minutes"), (30, "In 30 minutes"), (60, "In an hour"), (120, "In two hours")]
RECENTLY = dt.timedelta(days=90)
MOST = 8
Told = Visit.Told


class UrgentForm(HouseForm):
    """Why, who, when, and whether parents know. What the gate misses is said beside these fields."""

    submit = None
    mark_optional = False
    reason_code = forms.ChoiceField(label="Which reason of your policy?", widget=Tiles)
    worry = forms.CharField(
        label="What worries you?",
        help_text="Facts, as you know them. Whoever decides reads this first.",
        max_length=4000,
        widget=words(3),
    )
    why_now = forms.CharField(
        label="Why can it not wait, and why is there no other way?", max_length=2000, widget=words(2)
    )
    told = forms.ChoiceField(
        label="Are the parents told before you go?",
        choices=[(Told.CALL, "Yes, we rang"), (Told.NO, "No")],
        widget=Tiles(inline=True),
    )
    whom = forms.CharField(label="Who was told?", max_length=120)
    agreed = forms.BooleanField(label="They agreed to the visit", required=False)
    ground_code = forms.ChoiceField(label="Why not?", widget=Tiles)
    goes = forms.TypedMultipleChoiceField(
        label="Who goes with you?", coerce=int, required=False, widget=TickTiles
    )
    lone_reason = forms.CharField(
        label="If nobody can come along: why?",
        help_text="Going like that needs a decision of its own.",
        required=False,
        max_length=2000,
        widget=words(2),
    )
    two_may_escalate = forms.ChoiceField(
        label="Could two people make it worse?",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=Tiles(inline=True),
    )
    minutes = forms.TypedChoiceField(
        label="When do you arrive there?", choices=SOON, coerce=int, initial=30, widget=Tiles(inline=True)
    )
    reveals = {"told": {Told.CALL: ["whom", "agreed"], Told.NO: ["ground_code"]}}
    sentences = {
        "reason_code": "Choose a reason that your policy allows",
        "worry": "Say what worries you",
        "why_now": "Say why it cannot wait",
        "told": "Say whether the parents are told before you go",
        "whom": "Say who was told",
        "ground_code": "Choose the ground on which they are not told",
        "minutes": "Choose when you arrive",
        "two_may_escalate": "Say whether two people could make it worse",
    }
    checks = {
        "reason": "reason_code",
        "overlay_reason": "reason_code",
        "purpose": "worry",
        "concern": "worry",
        "reason_explained": "worry",
        "necessary": "why_now",
        "ooh_necessary": "why_now",
        "ooh_alternative": "why_now",
        "told": "told",
        "told_whom": "whom",
        "agreed": "agreed",
        "ground": "ground_code",
        "ground_text": "worry",
        "people": "goes",
        "min_people": "lone_reason",
        "two_may_escalate": "two_may_escalate",
        "dsl_takes_part": "goes",
        "times": "minutes",
        "future": "minutes",
    }

    def __init__(self, pupil: Pupil, staff: Staff, rules: Policy, now: dt.datetime, data: Any = None) -> None:
        self.pupil, self.staff, self.rules, self.now = pupil, staff, rules, now
        self.adults = adults([pupil])
        super().__init__(data, initial={"whom": str(self.adults[0]) if self.adults else ""})

    def dress(self) -> None:
        reasons = [r for r in reasons_of(self.rules) if self._may_be_urgent(r)]
        reasons.sort(key=lambda reason: (not reason.is_welfare, reason.position))
        field = self.fields["reason_code"]
        field.choices = [(reason.code, reason.label) for reason in reasons]
        field.widget.hints = {reason.code: hint(reason) for reason in reasons}
        grounds = sorted(grounds_of(self.rules), key=lambda ground: not ground.is_emergency)
        self.fields["ground_code"].choices = [(ground.code, ground.label) for ground in grounds]
        if self.rules.parent_notice != ParentNotice.AGREED:
            self.fields.pop("agreed", None)
            self.reveals = {"told": {Told.CALL: ["whom"], Told.NO: ["ground_code"]}}
        if not self.rules.two_may_escalate:
            del self.fields["two_may_escalate"]
        self.colleagues = {person.pk: person for person in self._likely()}
        self.fields["goes"].choices = [(pk, str(person)) for pk, person in self.colleagues.items()]
        self.fields["goes"].widget.hints = {str(pk): p.title for pk, p in self.colleagues.items()}
        super().dress()

    def _may_be_urgent(self, reason: Reason) -> bool:
        """Not by appointment, not one of several kinds (they can wait), no lift that the policy forbids."""
        lift = reason.is_transport and not self.rules.child_transport_allowed
        return reason.unannounced != Unannounced.NO and not reason.kinds and not lift

    def _likely(self) -> list[Staff]:
        """The safeguarding team, then whoever went on visits here lately; present, and each once."""
        here = Staff.objects.visible_to(self.staff).active().present(self.now).exclude(pk=self.staff.pk)
        team = here.holding([*SAFEGUARDING_TEAM, RoleName.EWO], self.pupil.school)
        since = Q(
            attending__visit__start_at__gte=self.now - RECENTLY, attending__visit__school=self.pupil.school
        )
        went = here.filter(pk__in=here.filter(since).values("pk"))
        found = [*team.prefetch_related("roles"), *went.prefetch_related("roles")]
        if len(found) < MOST:
            found += here.holding([RoleName.VISITOR, RoleName.ATTENDANCE_OFFICER], self.pupil.school)[:MOST]
        return list({person.pk: person for person in found}.values())[:MOST]

    @property
    def values(self) -> dict[str, Any]:
        """The answers as columns of a plan: one sentence serves every question that it answers."""
        said = self.cleaned_data
        is_told = said["told"] == Told.CALL
        worry, why_now = said["worry"], said["why_now"]
        worse = said.get("two_may_escalate") == "yes"
        return {
            "kind": Visit.Kind.EMERGENCY,
            "reason_code": said["reason_code"],
            "reason_explained": worry[:500],
            "purpose": worry,
            "concern_text": worry,
            "why_necessary": why_now,
            "ooh_necessary": why_now,
            "ooh_no_alternative": why_now,
            "told": said["told"],
            "told_whom": said["whom"] if is_told else "",
            "told_at": self.now if is_told else None,
            "told_by": self.staff if is_told else None,
            "parent_agreed": bool(said.get("agreed")),
            "ground_code": "" if is_told else said["ground_code"],
            "ground_text": "" if is_told else worry[:500],
            "lone_reason": said["lone_reason"],
            "two_may_escalate": worse if "two_may_escalate" in said else None,
            "two_may_escalate_why": (said["lone_reason"] or worry)[:300] if worse else "",
            **self._plan.times,
        }

    @property
    def _plan(self) -> Plan:
        """Arriving when they say; leaving in time for it, or at once."""
        minutes = self.cleaned_data["minutes"]
        stay = self.rules.default_visit_minutes or STAY
        return Plan(self.now + dt.timedelta(minutes=minutes), stay, min(TRAVEL, minutes), TRAVEL)

    @property
    def party(self) -> list[dict[str, Any]]:
        others = [self.colleagues[pk] for pk in self.cleaned_data["goes"]]
        return [{"staff": self.staff, "is_lead": True}, *({"staff": person} for person in others)]

    def refuse(self, unmet: Iterable[Check]) -> None:
        """Put the gate's sentences beside the fields that answer them."""
        for check in unmet:
            name = self.checks.get(check.code)
            self.add_error(name if name in self.fields else None, check.sentence)
