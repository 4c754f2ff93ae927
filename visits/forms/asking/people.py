"""Who goes: colleagues to tick, a search for others, people from outside with a phone, and why fewer or without the DSL."""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Count, Q
from django.forms import formset_factory
from django.forms.formsets import BaseFormSet

from homevisits.look.forms import HouseForm, TickTiles, Tiles
from homevisits.people.models import Staff
from homevisits.people.phones import PhoneField
from homevisits.people.querysets import StaffQuerySet
from homevisits.trusts.choices import DslPart, LoneRule, Strength
from homevisits.trusts.roles import RoleName
from visits.clashes import elsewhere_then
from visits.cleared import asked_of, gaps
from visits.forms.asking.base import Asking, StepForm, words
from visits.gates.clashes import no_clash
from visits.gates.party import interpreted_for
from visits.states import State

FEW = 8
NUMBERS = {2: "two", 3: "three", 4: "four"}
COMPANIONS = 5
MOST_FOUND = 10
MOST_OUTSIDERS = 5
# What the gate misses of somebody from outside, and the field beside which it is said.
OF_OUTSIDERS = {"outsider_phone": "phone", "outsider_organisation": "organisation"}
WHY = ("lone_reason", "dsl_absent_reason", "two_may_escalate_why", "no_interpreter_reason")
DSL_GOES = {DslPart.TAKES_PART, DslPart.LEADS}


class OutsiderForm(HouseForm):
    """Somebody from outside: a social worker, supply staff."""

    submit = None
    mark_optional = False
    sizes = {"phone": "medium"}
    name = forms.CharField(label="Name", max_length=120, required=False)
    organisation = forms.CharField(label="Where they are from", max_length=120, required=False)
    phone = PhoneField(label="Mobile", required=False)
    is_interpreter = forms.BooleanField(label="Comes to interpret", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if (said.get("organisation") or said.get("phone")) and not said.get("name"):
            self.add_error("name", "Enter the name too")
        return said


Outsiders = formset_factory(OutsiderForm, extra=0, max_num=MOST_OUTSIDERS)


def _title(staff: Staff) -> str:
    """What somebody is, for the list of colleagues."""
    return staff.job_title or next((role.get_role_display() for role in staff.roles.all()), "Staff")


class PeopleForm(StepForm):
    """The party as ticks and rows, all of it in one message."""

    title = "Who goes?"
    checks = {
        "people": "goes",
        "min_people": "lone_reason",
        "dsl_takes_part": "dsl_absent_reason",
        "dsl_leads": "lead",
        "two_may_escalate": "two_may_escalate",
        "two_may_escalate_why": "two_may_escalate_why",
        "interpreter": "interprets",
    }
    reveals = {"two_may_escalate": {"yes": ["two_may_escalate_why"]}}
    waits = frozenset({"dbs", "decider_visit", "decider_lone", "decider_out_of_hours", "decider_dsl_input"})
    buttons = frozenset({"find", "row"})
    sizes = {"lead": "medium", "interprets": "medium"}
    goes = forms.TypedMultipleChoiceField(label="Colleagues", coerce=int, required=False, widget=TickTiles)
    find = forms.CharField(label="Find another colleague by name", required=False, max_length=60)
    lead = forms.TypedChoiceField(
        label="Who leads?",
        help_text="The lead carries the phone page and writes the record.",
        coerce=int,
        required=False,
    )
    two_may_escalate = forms.ChoiceField(
        label="Could two people make it worse?",
        help_text="Somebody who feels outnumbered may turn on both. Yes is a reason to go with fewer.",
        choices=[("no", "No"), ("yes", "Yes")],
        required=False,
        widget=Tiles(inline=True),
    )
    two_may_escalate_why = forms.CharField(
        label="Why could it?", required=False, max_length=300, widget=words(2)
    )
    interprets = forms.TypedChoiceField(label="Who interprets?", coerce=int, empty_value=None, required=False)
    no_interpreter_reason = forms.CharField(
        label="Nobody interprets", help_text="Say why not.", required=False, max_length=300, widget=words(2)
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
            {
                "name": a.name,
                "organisation": a.organisation,
                "phone": a.phone,
                "is_interpreter": a.is_interpreter,
            }
            for a in asking.visit.party
            if not a.staff_id
        ]
        self.outsiders: BaseFormSet = Outsiders(data, prefix="outsiders", initial=kept)

    def started(self) -> dict[str, Any]:
        visit = self.asking.visit
        lead = visit.lead.staff_id if visit.lead else None
        goes = [a.staff_id for a in visit.party if a.staff_id]
        usual = self.usual_lead
        if usual and self._is_untouched:
            lead, goes = usual.pk, list(dict.fromkeys([*goes, usual.pk]))
        kept = {"goes": goes, "lead": lead or self.asking.staff.pk}
        kept["interprets"] = next((a.staff_id for a in visit.party if a.staff_id and a.is_interpreter), None)
        if self.asking.reads_why:
            worse = {True: "yes", False: "no", None: ""}[visit.two_may_escalate]
            kept |= {"two_may_escalate": worse} | {name: getattr(visit, name) for name in WHY}
        return kept

    @cached_property
    def usual_lead(self) -> Staff | None:
        """Who usually leads: of the policy's role (TC-082); where it names none, the pupil's key person."""
        rules, visit = self.asking.rules, self.asking.visit
        if rules and rules.default_lead_role:
            holders = Staff.objects.holding([rules.default_lead_role], visit.school).present(self.asking.now)
            found = holders.filter(pk=self.asking.staff.pk).first() or holders.order_by("pk").first()
        else:
            people = (pupil.key_person for pupil in self.asking.pupils)
            found = next((one for one in people if one and one.is_active), None)
        return found

    @property
    def _is_untouched(self) -> bool:
        """Whether nobody has said yet who goes: the draft has only whoever began it."""
        visit = self.asking.visit
        drafter = visit.asked_of_id or visit.requested_by_id
        said = visit.lone_reason or visit.two_may_escalate is not None
        return visit.state == State.DRAFT and not said and [a.staff_id for a in visit.party] == [drafter]

    def dress(self) -> None:
        offered = self.offered
        field, hints = self.fields["goes"], self._hints(offered)
        field.choices = [(staff.pk, str(staff)) for staff in offered]
        field.widget.hints = hints
        self.fields["lead"].choices = [(staff.pk, str(staff)) for staff in offered]
        self._dress_reasons()
        self._dress_questions(offered)
        super().dress()

    def _dress_questions(self, offered: list[Staff]) -> None:
        """Ask about two people, and about an interpreter, only where the policy or the family needs it."""
        rules = self.asking.rules
        if rules is None or not rules.two_may_escalate:
            del self.fields["two_may_escalate"], self.fields["two_may_escalate_why"]
            self.reveals = {}
        if rules is None or rules.interpreter_rule == Strength.OFF or not self.languages:
            del self.fields["interprets"], self.fields["no_interpreter_reason"]
            return
        self.fields["interprets"].choices = [
            ("", "Nobody of these colleagues"),
            *((staff.pk, str(staff)) for staff in offered),
        ]
        self.fields["interprets"].help_text = (
            f"Somebody at this home needs an interpreter: {', '.join(self.languages)}. Choose a colleague who goes, "
            "or add somebody from outside below and tick that they interpret."
        )

    @cached_property
    def languages(self) -> list[str]:
        """The languages of those who need an interpreter."""
        return interpreted_for(self.asking.visit)

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

    def _hints(self, offered: list[Staff]) -> dict[str, str]:
        """What each is, what they still miss to go, and whether they are elsewhere then."""
        visit = self.asking.visit
        asked = asked_of(visit, offered, self.asking.now)
        short: dict[int, list[str]] = {}
        for gap in gaps(asked) if asked else []:
            short.setdefault(gap.staff.pk, []).append(gap.short)
        busy = set(elsewhere_then(visit, [staff.pk for staff in offered]).values_list("staff_id", flat=True))
        for pk in busy if asked and asked.rules.clash_rule != Strength.OFF else ():
            short.setdefault(pk, []).append("On another visit then")
        return {
            str(staff.pk): " ".join([f"{_title(staff)}.", *(f"{one}." for one in short.get(staff.pk, []))])
            if staff.pk in short
            else _title(staff)
            for staff in offered
        }

    @property
    def warned(self) -> list[str]:
        """What this visit gets in the way of, with the party as it is kept."""
        found = no_clash(self.asking.visit, self.asking.now)
        return [check.sentence for check in found if not check.is_met]

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
        usual = [self.usual_lead.pk] if self.usual_lead else []
        return [
            self.asking.staff.pk,
            *party,
            *usual,
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
        """Why fewer, why without the DSL, why nobody interprets: where the policy asks."""
        names = ("lone_reason", "dsl_absent_reason", "no_interpreter_reason")
        return [self[name] for name in names if name in self.fields]

    def values(self) -> dict[str, Any]:
        """Those who may not read the reasons add to them, and empty nothing."""
        said = self.cleaned_data
        kept: dict[str, Any] = {name: said[name] for name in WHY if name in said}
        if not self.asking.reads_why:
            return {name: text for name, text in kept.items() if text}
        if "two_may_escalate" in said:
            kept["two_may_escalate"] = {"yes": True, "no": False}.get(said["two_may_escalate"])
        return kept

    def parts(self) -> dict[str, Any]:
        if "goes" not in self.cleaned_data:
            return {}
        by_id = {staff.pk: staff for staff in self.offered}
        goes = [by_id[pk] for pk in self.cleaned_data["goes"]]
        lead = self.cleaned_data.get("lead")
        leads = lead if lead in self.cleaned_data["goes"] else goes[0].pk if goes else None
        speaks = self.cleaned_data.get("interprets")
        party: list[dict[str, Any]] = [
            {"staff": staff, "is_lead": staff.pk == leads, "is_interpreter": staff.pk == speaks}
            for staff in goes
        ]
        return {"party": [*party, *self._outsiders()]}

    def _outsiders(self) -> list[dict[str, Any]]:
        self.outsiders.is_valid()
        rows = [form.cleaned_data for form in self.outsiders.forms]
        named = {row["name"]: row for row in rows if row.get("name")}
        return [
            {
                "name": name,
                "organisation": row.get("organisation", ""),
                "phone": row.get("phone", ""),
                "is_interpreter": bool(row.get("is_interpreter")),
            }
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
        """What misses of somebody from outside is said beside them."""
        said = list(unmet)
        super().refuse(check for check in said if check.code not in OF_OUTSIDERS)
        for check in said:
            if check.code in OF_OUTSIDERS:
                self._ask_beside(OF_OUTSIDERS[check.code], check.sentence)
        return bool(said)

    def _ask_beside(self, name: str, sentence: str) -> None:
        """Beside the first named row in which this is missing and not yet asked for."""
        named = [form for form in self.outsiders.forms if form.cleaned_data.get("name")]
        for row in named:
            if not row.cleaned_data.get(name) and name not in row.errors:
                return row.add_error(name, sentence)
        return self.add_error(None, sentence)

    @property
    def summarised(self) -> list[Any]:
        return [self, self.outsiders]

    @property
    def has_problems(self) -> bool:
        return bool(self.errors or (self.outsiders.is_bound and any(self.outsiders.errors)))
