"""Who goes: colleagues to tick, a search for others, people from outside with a phone, and why fewer or without the DSL."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet

from homevisits.clock import london_day
from homevisits.look.forms import HouseForm, TickTiles
from homevisits.people.models import Staff
from homevisits.people.phones import PhoneField
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.choices import DslPart, LoneRule, Strength
from homevisits.trusts.roles import RoleName
from visits.forms.asking.base import Asking, StepForm, words

FEW = 8
NUMBERS = {2: "two", 3: "three", 4: "four"}
COMPANIONS = 5
MOST_FOUND = 10
MOST_OUTSIDERS = 5
DSL_GOES = {DslPart.TAKES_PART, DslPart.LEADS}


class OutsiderForm(HouseForm):
    """Somebody from outside: a social worker, supply staff."""

    submit = None
    mark_optional = False
    sizes = {"phone": "medium"}
    name = forms.CharField(label="Name", max_length=120, required=False)
    organisation = forms.CharField(label="Where they are from", max_length=120, required=False)
    phone = PhoneField(label="Mobile", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if (said.get("organisation") or said.get("phone")) and not said.get("name"):
            self.add_error("name", "Enter the name too")
        return said


Outsiders = formset_factory(OutsiderForm, extra=0, max_num=MOST_OUTSIDERS)


class PeopleForm(StepForm):
    """The party as ticks and rows, all of it in one message."""

    title = "Who goes?"
    checks = {
        "people": "goes",
        "min_people": "lone_reason",
        "dsl_takes_part": "dsl_absent_reason",
        "dsl_leads": "lead",
    }
    waits = frozenset({"dbs", "decider_visit", "decider_lone", "decider_out_of_hours", "decider_dsl_input"})
    buttons = frozenset({"find", "row"})
    sizes = {"lead": "medium"}
    goes = forms.TypedMultipleChoiceField(label="Colleagues", coerce=int, required=False, widget=TickTiles)
    find = forms.CharField(label="Find another colleague by name", required=False, max_length=60)
    lead = forms.TypedChoiceField(
        label="Who leads?",
        help_text="The lead carries the phone page and writes the record.",
        coerce=int,
        required=False,
    )
    lone_reason = forms.CharField(
        label="Fewer go",
        required=False,
        max_length=2000,
        widget=words(3),
    )
    dsl_absent_reason = forms.CharField(
        label="The DSL does not go", help_text="Say why not.", required=False, max_length=300, widget=words(2)
    )

    def __init__(self, asking: Asking, data: Any = None) -> None:
        super().__init__(asking, data)
        kept = [
            {"name": a.name, "organisation": a.organisation, "phone": a.phone}
            for a in asking.visit.party
            if not a.staff_id
        ]
        self.outsiders: BaseFormSet = Outsiders(data, prefix="outsiders", initial=kept)

    def started(self) -> dict[str, Any]:
        visit = self.asking.visit
        lead = visit.lead.staff_id if visit.lead else None
        kept = {"goes": [a.staff_id for a in visit.party if a.staff_id], "lead": lead or self.asking.staff.pk}
        if self.asking.reads_why:
            kept |= {"lone_reason": visit.lone_reason, "dsl_absent_reason": visit.dsl_absent_reason}
        return kept

    def dress(self) -> None:
        offered = self.offered
        field, today = self.fields["goes"], london_day(self.asking.now)
        field.choices = [(staff.pk, str(staff)) for staff in offered]
        field.widget.hints = {str(staff.pk): self._hint(staff, today) for staff in offered}
        self.fields["lead"].choices = [(staff.pk, str(staff)) for staff in offered]
        self._dress_reasons()
        super().dress()

    def _dress_reasons(self) -> None:
        rules, reason = self.asking.rules, self.asking.visit.reason
        if rules is None or rules.min_people < 2 or rules.lone_rule == LoneRule.ALLOWED:
            del self.fields["lone_reason"]
        elif rules.lone_rule == LoneRule.BY_DECISION:
            self.fields[
                "lone_reason"
            ].label = f"Fewer than {NUMBERS.get(rules.min_people, rules.min_people)} go"
            self.fields["lone_reason"].help_text = "Say why. Going like that needs a decision of its own."
        else:
            del self.fields["lone_reason"]
            self.fields["goes"].help_text = f"At least {rules.min_people} colleagues must go."
        if reason is None or reason.dsl != DslPart.TAKES_PART:
            del self.fields["dsl_absent_reason"]

    def _hint(self, staff: Staff, today: Any) -> str:
        """What they are, and whether a check is missing."""
        rules = self.asking.rules
        held = [c for c in staff.clearances.all() if c.kind == "dbs_enhanced"]
        is_checked = any(c.expires_on is None or c.expires_on >= today for c in held)
        matters = rules is not None and rules.dbs_rule != Strength.OFF
        title = staff.job_title or next((role.get_role_display() for role in staff.roles.all()), "Staff")
        return title if is_checked or not matters else f"{title}. No DBS check on file."

    @property
    def colleagues(self) -> StaffQuerySet:
        """Everybody whom this person may ask along."""
        return Staff.objects.visible_to(self.asking.staff).active()

    @cached_property
    def offered(self) -> list[Staff]:
        """The party, those ticked, the likely ones, then those that the search finds; each once."""
        lists = [self._certain(), self._likely(), self._found()]
        ids = list(dict.fromkeys(pk for listed in lists for pk in listed))
        rows = Staff.objects.filter(pk__in=ids).prefetch_related("roles", "clearances").in_bulk()
        return [rows[pk] for pk in ids if pk in rows]

    def _certain(self) -> list[int]:
        party = [a.staff_id for a in self.asking.visit.party if a.staff_id]
        ticked = self.data.getlist("goes") if self.is_bound else []
        asked = [int(key) for key in ticked if key.isdecimal()]
        return [
            self.asking.staff.pk,
            *party,
            *self.colleagues.filter(pk__in=asked).values_list("pk", flat=True),
        ]

    def _likely(self) -> list[int]:
        """All of a small school; else the DSL and EWO where the reason wants them, and past companions."""
        visit = self.asking.visit
        here = self.colleagues.filter(roles__school=visit.school).exclude(pk=self.asking.staff.pk).distinct()
        if here.count() <= FEW:
            return list(here.values_list("pk", flat=True))
        wanted = [RoleName.DSL, RoleName.DEPUTY_DSL, RoleName.EWO]
        reason = visit.reason
        experts = (
            Staff.objects.holding(wanted, visit.school)
            if reason and reason.dsl in DSL_GOES
            else Staff.objects.none()
        )
        return [*experts.values_list("pk", flat=True), *self._companions()]

    def _companions(self) -> list[int]:
        me = self.asking.staff
        together = Q(attending__visit__attendees__staff=me)
        past = self.colleagues.filter(together).exclude(pk=me.pk).annotate(times=Count("attending"))
        return list(past.order_by("-times", "last_name").values_list("pk", flat=True)[:COMPANIONS])

    def _found(self) -> list[int]:
        found = self.colleagues
        sought = self.sought("find").split()
        for word in sought:
            found = found.filter(Q(first_name__icontains=word) | Q(last_name__icontains=word))
        ordered = found.order_by("last_name", "first_name").values_list("pk", flat=True)
        return list(dict.fromkeys(ordered))[:MOST_FOUND] if sought else []

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        lead, goes = said.get("lead"), said.get("goes") or []
        if lead and goes and lead not in goes and lead != self.asking.staff.pk:
            self.add_error("lead", "Tick the person who leads among those who go")
        return said

    @property
    def reasons(self) -> list[forms.BoundField]:
        """Why fewer, why without the DSL: where the policy asks."""
        return [self[name] for name in ("lone_reason", "dsl_absent_reason") if name in self.fields]

    def values(self) -> dict[str, Any]:
        """Those who may not read the reasons add to them, and empty nothing."""
        kept: dict[str, Any] = {
            name: self.cleaned_data[name]
            for name in ("lone_reason", "dsl_absent_reason")
            if name in self.cleaned_data
        }
        return kept if self.asking.reads_why else {name: text for name, text in kept.items() if text}

    def parts(self) -> dict[str, Any]:
        if "goes" not in self.cleaned_data:
            return {}
        by_id = {staff.pk: staff for staff in self.offered}
        goes = [by_id[pk] for pk in self.cleaned_data["goes"]]
        lead = self.cleaned_data.get("lead")
        leads = lead if lead in self.cleaned_data["goes"] else goes[0].pk if goes else None
        party: list[dict[str, Any]] = [{"staff": staff, "is_lead": staff.pk == leads} for staff in goes]
        return {"party": [*party, *self._outsiders()]}

    def _outsiders(self) -> list[dict[str, Any]]:
        self.outsiders.is_valid()
        rows = [form.cleaned_data for form in self.outsiders.forms]
        named = {row["name"]: row for row in rows if row.get("name")}
        return [
            {"name": name, "organisation": row.get("organisation", ""), "phone": row.get("phone", "")}
            for name, row in named.items()
        ]

    def press(self, button: str) -> None:
        """Another row for somebody from outside, or a word when the search finds nobody."""
        if button == "row":
            self._add_row()
        elif button == "find" and self.sought("find") and not self._found():
            self.add_error(
                "find", "No colleague of your schools has that name. Check the spelling, or try part of it."
            )

    def _add_row(self) -> None:
        typed = [
            {name: self.data.get(f"outsiders-{n}-{name}", "") for name in OutsiderForm.base_fields}
            for n in range(len(self.outsiders.forms))
        ]
        room = formset_factory(OutsiderForm, extra=1, max_num=MOST_OUTSIDERS)
        self.outsiders = room(prefix="outsiders", initial=typed)

    def refuse(self, unmet: Any) -> bool:
        """A missing number is said beside the person from outside."""
        said = list(unmet)
        super().refuse(check for check in said if check.code != "outsider_phone")
        for check in said:
            if check.code == "outsider_phone":
                self._ask_number(check.sentence)
        return bool(said)

    def _ask_number(self, sentence: str) -> None:
        """Beside the first named row whose number is missing and not yet asked for."""
        named = [form for form in self.outsiders.forms if form.cleaned_data.get("name")]
        for row in named:
            if not row.cleaned_data.get("phone") and "phone" not in row.errors:
                return row.add_error("phone", sentence)
        return self.add_error(None, sentence)

    @property
    def summarised(self) -> list[Any]:
        return [self, self.outsiders]

    @property
    def has_problems(self) -> bool:
        return bool(self.errors or (self.outsiders.is_bound and any(self.outsiders.errors)))
