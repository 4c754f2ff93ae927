"""Made-up people and visits for the living page of the look; nothing else reads them."""

import datetime as dt
from typing import Any

from django import forms
from django.core.paginator import Paginator

from homevisits.clock import LONDON
from homevisits.look.forms import DayField, HouseForm, MomentField, TickTiles, Tiles, TimeField

PAGES = ("parts", "forms", "board", "board_rows", "decide", "phone", "question")
NOW = dt.datetime(2026, 11, 26, 10, 52, 7, tzinfo=LONDON)


def at(clock: str, days: int = 0) -> dt.datetime:
    """A time of the made-up day."""
    hour, minute = (int(part) for part in clock.split(":"))
    return NOW.replace(hour=hour, minute=minute, second=0) + dt.timedelta(days=days)


def stops(times: str, done: int, state: str = "next") -> list[dict[str, Any]]:
    """Five dots: so many behind, the next one in a state, the rest to come."""
    labels = ["Left", "Arrive", "Check-in", "End", "Back"]
    states = ["done"] * done + [state] + ["todo"] * 5
    pairs = zip(labels, times.split(), states, strict=False)
    return [{"label": label, "at": at(clock), "state": kind} for label, clock, kind in pairs]


ROWS: list[dict[str, Any]] = [
    {
        "ref": "HV-7K3Q", "status": "alarm", "due": at("10:40"), "pill": ("late", "siren", "Late"),
        "since": "since 09:55", "who": "D. Mensah, S. Whitlock", "phone": "07700 900112",
        "car": "Blue Fiesta KX19", "icon": "car", "where": "14 Larch Close, HR4",
        "about": "2 pupils · dog, asked to be shut away", "do": "Ring D. Mensah now",
        "button": "Start call", "button_icon": "phone", "kind": "late",
        "stops": stops("9:55 10:08 10:18 10:30 10:40", 4, "late"),
    },
    {
        "ref": "HV-2BXR", "status": "due-soon", "due": at("10:56"),
        "pill": ("soon", "clock-alert", "Due soon"), "since": "check-in call",
        "who": "R. Okafor (EWO), alone", "phone": "07700 900245", "car": "Grey Golf WN21",
        "icon": "car", "where": "Flat 6, 81 Quay Street", "about": "1 pupil · shared hallway",
        "do": "Check-in call at 10:56", "button": "Start call", "button_icon": "phone",
        "kind": "brand", "stops": stops("10:31 10:46 10:56 11:20 11:35", 2),
    },
    {
        "ref": "HV-2MPD", "status": "ok", "due": at("11:19"), "pill": ("ok", "", "On time"),
        "since": "back at school", "who": "J. Parry, L. Novak", "phone": "07700 900318",
        "car": "On foot", "icon": "footprints", "where": "3 Abbey Row",
        "about": "1 pupil · first visit", "do": "Both fine at 10:39", "button": "Mark back safe",
        "button_icon": "check", "kind": "line", "stops": stops("10:20 10:29 10:39 11:05 11:19", 3),
    },
    {
        "ref": "HV-5TGA", "status": "ok", "due": at("11:40"), "pill": ("ok", "", "On time"),
        "since": "back at school", "who": "A. Grant, social worker", "phone": "07700 900406",
        "car": "White Yaris", "icon": "car", "where": "22 Mill Lane",
        "about": "1 pupil · joint visit", "do": "Arrives about 10:58", "button": "Mark arrived",
        "button_icon": "check", "kind": "line", "stops": stops("10:45 10:58 11:08 11:30 11:40", 1),
    },
]  # fmt: skip
STATS = [
    {"value": 4, "label": "visits out"},
    {"value": 7, "label": "people out"},
    {"value": 1, "label": "due in 15 minutes", "kind": "soon"},
    {"value": 1, "label": "late", "kind": "late"},
    {"value": "11:35", "label": "next to leave: HV-2MPD", "end": True},
]
NEEDS = [
    {"sentence": "Two people go", "met": True, "clauses": ["TC-124"]},
    {"sentence": "Risk assessment of 3 October confirmed today", "met": True, "clauses": ["TC-052"]},
    {
        "sentence": "S. Whitlock's DBS check is not on file.",
        "detail": "Ask the office to add it, or choose another person.",
        "blocks": True,
        "fix_url": "#fix",
    },
    {
        "sentence": "DSL has not commented. Not required; you may go ahead.",
        "blocks": False,
        "fix_url": "#ask",
        "fix_label": "Ask the DSL",
    },
]
EVENTS = [
    {"at": at("9:31"), "text": "Authorised", "by": "by the headteacher", "kind": "ok"},
    {"at": at("9:48"), "text": "Logged", "by": "by the school office"},
    {"at": at("9:55"), "text": "Left school", "by": "D. Mensah, on the phone page"},
    {"at": at("10:44"), "text": "No answer to the call", "kind": "soon", "detail": "Went to voicemail."},
    {"at": at("10:45"), "text": "Overdue: the office was told", "kind": "late", "icon": "siren"},
]
MARKS = [
    {"kind": {"p": "present", "a": "absent", "l": "late", "n": "none"}[letter]}
    for letter in "ppplpppaapppppaaaann"
]
QUEUE = [
    (
        "HV-9QTR",
        "Absent three days, no contact",
        "D. Mensah, S. Whitlock · today 11:30",
        "late",
        "leaves in 34 min",
    ),
    (
        "HV-4LDX",
        "Work drop-off, medical",
        "J. Parry alone · needs a lone decision too",
        "soon",
        "today 14:00",
    ),
    ("HV-8WNA", "New starter, Reception", "L. Novak, A. Grant", "plain", "tomorrow 09:30"),
]
REASONS = [("yes", "Yes, we rang"), ("letter", "Yes, by letter or message"), ("no", "No")]
EXCEPTIONS = [
    ("check", "We must check that an absent child is at home, and calls are not answered"),
    ("emergency", "Emergency safeguarding visit"),
]


class Question(HouseForm):
    """One question a page, a choice that reveals another, in its error state."""

    question = "told"
    reveals = {"told": {"no": ["why_not"]}}
    sentences = {"why_not": "Choose why the parents are not told first"}

    told = forms.ChoiceField(
        label="Are the parents told before you go?",
        help_text="Wherever possible they should be.",
        choices=REASONS,
        widget=Tiles,
    )
    why_not = forms.ChoiceField(
        label="Why not?",
        help_text="Your policy allows these two reasons.",
        choices=EXCEPTIONS,
        widget=Tiles,
    )


class Everything(HouseForm):
    """Every kind of field."""

    submit = "Save"
    sizes = {"postcode": "short", "school": "medium", "wait": "short"}
    units = {"wait": "minutes"}
    reveals = {"interpreter": {"True": ["language"]}}

    name = forms.CharField(label="Name of the person to see", help_text="As the family says it.")
    postcode = forms.CharField(label="Postcode")
    email = forms.EmailField(label="E-mail address", required=False)
    school = forms.ChoiceField(label="School", choices=[("", "Choose a school"), ("1", "Hillside Academy")])
    wait = forms.IntegerField(label="Longest wait at the door", max_value=20)
    day = DayField(label="Day of the visit")
    time = TimeField(label="Time at the door")
    back_by = MomentField(label="Back at school by", help_text="In school time.")
    alone = forms.ChoiceField(
        label="Does anybody go alone?",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Tiles(inline=True),
    )
    bring = forms.MultipleChoiceField(
        label="What do you take?",
        choices=[("card", "Identity card"), ("phone", "Charged phone"), ("letter", "Calling card")],
        widget=TickTiles(hints={"card": "Not on a necklace lanyard."}),
    )
    interpreter = forms.BooleanField(label="An interpreter is needed", required=False)
    language = forms.CharField(label="Which language?")
    note = forms.CharField(label="What you know", widget=forms.Textarea)
    file = forms.FileField(label="Letter from the hospital", required=False)


def context(page: str) -> dict[str, Any]:
    """What one of the pages shows."""
    shown: dict[str, Any] = {
        "now": NOW, "rows": ROWS, "stats": STATS, "needs": NEEDS, "events": EVENTS, "marks": MARKS,
        "queue": QUEUE, "paged": Paginator(range(90), 30).page(2), "due": at("11:19"), "soon": at("10:56"),
        "told": ["The headteacher, by e-mail and here.", "The school office, here."],
    }  # fmt: skip
    if page == "question":
        shown["form"] = Question({"told": "no"})
    if page == "forms":
        shown |= {"form": Everything({"postcode": "HR4 0XX", "wait": "ninety", "interpreter": "on"})}
        shown |= {"calm": Everything(prefix="calm", initial={"back_by": at("11:19"), "alone": "no"})}
    return shown
