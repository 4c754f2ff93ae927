"""What the office types in: the log of a visit, what was said on a call, who is back and how that is known."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.html import escape

from homevisits.look.forms import HouseForm, Tiles
from homevisits.people.forms.offering import offer
from homevisits.people.models import Staff, Vehicle
from homevisits.people.phones import PhoneField
from homevisits.trusts.choices import CheckInColleague, CodeWordRule, CodeWordScope
from visits.codeword import holds, objection, scope_of
from visits.models import Attendee, Visit
from visits.routes import is_short, wants_contact
from visits.transitions import Word

OTHER_CAR = "other"
WEARS_HELP = (
    "Such as: navy coat, grey rucksack. Only for whoever looks for them; forgotten when the visit is over."
)
SPOKE = {"fine", "together", "home"}
EXTRA = "extra_"
Travel = Attendee.Travel


class PersonLog(HouseForm):
    """One person of the party: telephone, how they travel, which car, what they wear."""

    submit = None
    mark_optional = False
    sizes = {"phone": "medium"}
    phone = PhoneField(label="Mobile")
    travel = forms.ChoiceField(label="How do they travel?", choices=Travel.choices, widget=Tiles(inline=True))
    car = forms.ChoiceField(label="Which car?", choices=(), widget=Tiles)
    vehicle_text = forms.CharField(
        label="Which car?", help_text="Make, model, colour and registration.", max_length=120
    )
    wears = forms.CharField(label="What do they wear?", help_text=WEARS_HELP, max_length=120, required=False)

    def __init__(self, attendee: Attendee, data: Any = None, *, is_logging: bool = False) -> None:
        self.attendee, self.is_logging = attendee, is_logging
        rules = attendee.visit.rules
        self.wants_phone = bool(rules and rules.phone_required)
        self.wants_travel = bool(rules and rules.vehicle_required and attendee.staff_id)
        staff = attendee.staff
        self.cars: list[Vehicle] = list(staff.vehicles.current()) if staff else []
        super().__init__(data, prefix=f"person{attendee.pk}", initial=self._known())

    def _known(self) -> dict[str, Any]:
        """What is known already, from the request or from the person's own page."""
        a = self.attendee
        only = self.cars[0].pk if len(self.cars) == 1 else ""
        car = a.vehicle_id or (OTHER_CAR if a.vehicle_text else only)
        return {
            "phone": a.phone or (a.staff.mobile if a.staff else ""),
            "travel": a.travel,
            "car": str(car),
            "vehicle_text": a.vehicle_text,
            "wears": a.wears,
        }

    def dress(self) -> None:
        name = self.attendee.short_name
        self.fields["phone"].label = f"{name}’s mobile"
        self.fields["travel"].label = f"How does {name} travel?"
        self.fields["wears"].label = f"What does {name} wear today? (optional)"
        self.sentences = {
            "phone": f"Enter {name}’s mobile number",
            "travel": f"Say how {name} travels",
            "car": f"Choose {name}’s car",
            "vehicle_text": f"Enter {name}’s car: make, model, colour and registration",
        }
        self.fields["phone"].required = self.is_logging and self.wants_phone
        self.fields["travel"].required = self.is_logging and self.wants_travel
        if self.cars:
            cars = [(str(car.pk), str(car)) for car in self.cars]
            offer(self, "car", [*cars, (OTHER_CAR, "Another car")])
            self.reveals = {"travel": {Travel.DRIVES: ["car"]}, "car": {OTHER_CAR: ["vehicle_text"]}}
            self.fields["vehicle_text"].label = "What car is it?"
        else:
            del self.fields["car"]
            self.reveals = {"travel": {Travel.DRIVES: ["vehicle_text"]}}
        for field in ("car", "vehicle_text"):
            if field in self.fields:
                self.fields[field].required = self.is_logging and self.wants_travel
        super().dress()

    def said(self) -> dict[str, Any]:
        """The person's part of the log, for the transition."""
        cleaned = self.cleaned_data
        chosen = cleaned.get("car") if cleaned["travel"] == Travel.DRIVES else ""
        car = next((car for car in self.cars if str(car.pk) == chosen), None)
        typed = cleaned["vehicle_text"] if cleaned["travel"] == Travel.DRIVES and car is None else ""
        return {
            "phone": cleaned["phone"],
            "travel": cleaned["travel"],
            "vehicle": car,
            "vehicle_text": typed,
            "wears": cleaned["wears"],
        }


class LogForm(HouseForm):
    """Who calls, who is responsible out of hours, and the code word if there is none."""

    submit = None
    mark_optional = False
    sizes = {"checkin_colleague": "medium", "responsible_contact": "medium", "word": "medium"}
    checkin_colleague = forms.ModelChoiceField(
        Staff.objects.none(),
        label="Who makes the check-in call?",
        empty_label="Choose a colleague",
        required=False,
    )
    no_colleague_reason = forms.CharField(
        label="If nobody can ring: why not?",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    responsible_contact = forms.ModelChoiceField(
        Staff.objects.none(),
        label="Who checks on the visitors out of hours?",
        empty_label="Choose somebody",
        help_text="Not somebody who goes. They hear of it, and of every alarm.",
    )
    word = forms.CharField(
        label="Code word or phrase",
        help_text="It means “I need help”. It must sound ordinary on the telephone and to anybody in the home: a "
        "question about a folder or a key, say. Not the printed example about the petrol light.",
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    word_for = forms.ChoiceField(
        label="For what is it?",
        choices=[("school", "For every visit of the school"), ("visit", "For this visit only")],
        widget=Tiles(inline=True),
        required=False,
    )

    def __init__(
        self, visit: Visit, by: Staff, now: dt.datetime, data: Any = None, *, is_logging: bool = False
    ) -> None:
        self.visit, self.by, self.is_logging = visit, by, is_logging
        self.has_word = holds(visit, now)
        names = ("checkin_colleague", "no_colleague_reason", "responsible_contact")
        known = {name: getattr(visit, name) for name in names}
        self.extras = list(visit.rules.extrafields.all()) if visit.rules else []
        answers = visit.extra_answers.values_list("code", "text") if self.extras else []
        known |= {f"{EXTRA}{code}": text for code, text in answers}
        super().__init__(data, initial={**known, "word_for": "visit" if visit.includes(by) else "school"})

    def dress(self) -> None:
        """Ask only what this policy and these hours need."""
        rules = self.visit.rules
        colleague = rules.checkin_colleague if rules else CheckInColleague.OFF
        if colleague == CheckInColleague.OFF:
            del self.fields["checkin_colleague"], self.fields["no_colleague_reason"]
        elif not self.may_do_without:
            del self.fields["no_colleague_reason"]
        if not self.wants_contact:
            del self.fields["responsible_contact"]
        for name in {"checkin_colleague", "responsible_contact"} & set(self.fields):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = colleagues(self.visit)
        if not self.wants_word:
            del self.fields["word"], self.fields["word_for"]
        else:
            offer(self, "word_for", self._word_for())
        self._ask_extras()
        if "responsible_contact" in self.fields:
            self.fields["responsible_contact"].required = self.is_logging
        super().dress()

    def _word_for(self) -> list[tuple[str, str]]:
        """For what a word may be set here: visitors only for their visit, and as the policy wants it."""
        scope = scope_of(self.visit)
        offered = [("school", "For every visit of the school"), ("visit", "For this visit only")]
        if self.visit.includes(self.by) or scope == CodeWordScope.VISIT:
            return offered[1:]
        return offered[:1] if scope == CodeWordScope.SCHOOL else offered

    def _ask_extras(self) -> None:
        """What the school's appointment form asks besides (TC-101)."""
        for asked in self.extras:
            self.fields[f"{EXTRA}{asked.code}"] = forms.CharField(
                label=asked.label,
                help_text=escape(asked.help_text),
                required=self.is_logging and asked.is_required,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
            self.sentences = {**self.sentences, f"{EXTRA}{asked.code}": f"Fill in “{asked.label}”"}

    @property
    def answered(self) -> dict[str, str]:
        """The answers to those questions, by code."""
        return {asked.code: self.cleaned_data[f"{EXTRA}{asked.code}"] for asked in self.extras}

    @property
    def may_do_without(self) -> bool:
        """Whether the policy takes a reason in place of a colleague; never for somebody alone (TC-166)."""
        rules = self.visit.rules
        return bool(
            rules and rules.checkin_colleague == CheckInColleague.WHERE_POSSIBLE and not is_short(self.visit)
        )

    @property
    def wants_contact(self) -> bool:
        return wants_contact(self.visit)

    @property
    def wants_word(self) -> bool:
        """Whether a code word has to be set here: the policy asks for one and there is none."""
        rules = self.visit.rules
        if self.has_word or rules is None or rules.code_word == CodeWordRule.NO:
            return False
        return rules.code_word == CodeWordRule.ALWAYS or len(self.visit.party) > 1

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"])
        if word and (sentence := objection(word)):
            raise forms.ValidationError(sentence)
        if self.is_logging and not word:
            raise forms.ValidationError("Set a code word before the visit is logged")
        return word

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        asked = self.is_logging and "checkin_colleague" in self.fields
        if asked and not (cleaned.get("checkin_colleague") or cleaned.get("no_colleague_reason")):
            without = ", or say why nobody can" if self.may_do_without else ""
            self.add_error("checkin_colleague", f"Choose who makes the check-in call{without}")
        return cleaned

    @property
    def agreed(self) -> Word | None:
        word = self.cleaned_data.get("word")
        return Word(word, for_visit=self.cleaned_data.get("word_for") != "school") if word else None

    def said(self) -> dict[str, Any]:
        """The columns of the log that were asked for."""
        names = {"checkin_colleague", "no_colleague_reason", "responsible_contact"} & set(self.fields)
        return {name: self.cleaned_data[name] for name in names}


def colleagues(visit: Visit) -> QuerySet[Staff]:
    """Everybody at the school, or of the trust, who does not go."""
    at_school = Q(roles__school=visit.school) | Q(roles__school=None)
    people = Staff.objects.active().filter(at_school, trust_id=visit.school.trust_id)
    return people.exclude(pk__in=[a.staff_id for a in visit.party if a.staff_id]).distinct()


class WordForm(HouseForm):
    """A new code word for a school."""

    submit = "Set the code word"
    sizes = {"word": "medium"}
    word = forms.CharField(
        label="New code word or phrase",
        help_text="It means “I need help”. It must sound ordinary on the telephone and to anybody in the home, and be "
        "easy to work into a sentence or a text.",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sentences = {"word": "Enter a phrase of a few ordinary words"}


class CallForm(HouseForm):
    """What came of a call; which button was pressed says how it went."""

    submit = None
    mark_optional = False
    identity = forms.CharField(
        label="How did you know that it was them?",
        help_text="Needed for “all well”: you knew the voice, or rang their own number and they gave their name. A "
        "voicemail is no answer.",
        required=False,
        max_length=200,
    )
    note = forms.CharField(
        label="Anything to add?",
        help_text="What they said, in a few words. Nothing about the child.",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_identity(self) -> str:
        """Compulsory for "all well", as it is for "back": a voice that answers may be anybody's."""
        said = str(self.cleaned_data["identity"]).strip()
        if self.data.get("answer") in SPOKE and not said:
            raise forms.ValidationError("Say how you knew that it was them")
        return said


class BackForm(HouseForm):
    """One person is accounted for: how, and how it was known that it was them (CS-090, PS-101)."""

    submit = None
    sentences = {"identity": "Say how you knew that it was them"}
    how = forms.ChoiceField(
        label="Where are they?",
        choices=[
            (Attendee.Back.AT_SCHOOL, "Back at school"),
            (Attendee.Back.LEFT_BY_PHONE, "Left the home, not coming back today (they rang)"),
        ],
        widget=Tiles,
        initial=Attendee.Back.AT_SCHOOL,
    )
    identity = forms.CharField(
        label="How did you know that it was them?",
        help_text="You saw them, or you knew the voice and rang back on their own number. A voicemail is no answer.",
        max_length=200,
    )

    def __init__(self, attendee: Attendee, data: Any = None) -> None:
        self.attendee = attendee
        super().__init__(data, prefix=f"person{attendee.pk}")

    def dress(self) -> None:
        rules = self.attendee.visit.rules
        if rules and not rules.leaving_by_phone_allowed:
            offer(self, "how", [(Attendee.Back.AT_SCHOOL, "Back at school")])
        super().dress()


class TimeForm(HouseForm):
    """More time, as they asked for it on the telephone."""

    submit = "Give them more time"
    sizes = {"minutes": "short"}
    units = {"minutes": "minutes"}
    minutes = forms.IntegerField(label="How much longer?", min_value=1, max_value=600)
    reason = forms.CharField(label="Why?", max_length=250, widget=forms.Textarea(attrs={"rows": 2}))


class WhyForm(HouseForm):
    """A reason in words, for undoing something."""

    submit = "Undo it"
    submit_kind = "late"
    reason = forms.CharField(label="What happened?", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
