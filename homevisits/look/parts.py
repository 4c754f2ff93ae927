"""What the parts of a page are made of: plain facts worked out for their templates."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.formsets import BaseFormSet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from homevisits.look.times import left_text

PILL_ICONS = {
    "ok": "circle-check",
    "soon": "clock-alert",
    "late": "siren",
    "info": "info",
    "plain": "circle",
    "live": "heart-pulse",
}
NOTE_ICONS = {"info": "info", "warn": "triangle-alert", "late": "siren", "ok": "circle-check"}
NEED_STATES = {
    "ok": ("circle-check", "Done:"),
    "blocks": ("circle-x", "Needed:"),
    "warns": ("triangle-alert", "To consider:"),
}
STOP_WORDS = {"done": "done", "next": "next", "late": "late", "todo": "to come"}
MARK_WORDS = {"present": "present", "late": "late", "absent": "absent", "none": "not needed"}


@lru_cache(maxsize=1024)
def icon_svg(name: str, size: int, label: str = "", css: str = "") -> SafeString:
    """A lucide icon as inline SVG: hidden from screen readers unless it has a label."""
    css = f"icon {css}".strip()
    if label:
        return SafeString(lucide(name, size=size, role="img", aria_label=label, **{"class": css}))
    return SafeString(lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": css}))


def pill_html(kind: str, icon: str, text: str) -> SafeString:
    """A pill: word, icon and colour together."""
    drawn = icon_svg(icon or PILL_ICONS[kind], 16)
    return format_html('<span class="pill pill-{}">{}<span>{}</span></span>', kind, drawn, text)


def fact(thing: Any, name: str, default: Any = "") -> Any:
    """One fact of a dict or of an object, so that views may hand over either."""
    if isinstance(thing, Mapping):
        return thing.get(name, default)
    return getattr(thing, name, default)


def need_row(need: Any) -> dict[str, Any]:
    """One line of "what is still needed"; a thing without `met` is unmet."""
    blocks = bool(fact(need, "blocks", True))
    state = "ok" if fact(need, "met", False) else "blocks" if blocks else "warns"
    icon, word = NEED_STATES[state]
    names = ("sentence", "detail", "clauses", "name", "code", "fix_url", "fix_label", "fix_form")
    return {
        "state": state,
        "icon": icon,
        "word": word,
        "blocks": blocks,
        **{name: fact(need, name) for name in names},
    }


def stop_row(stop: Any) -> dict[str, Any]:
    """One dot of the track: when, what, and whether it lies behind."""
    state = fact(stop, "state", "todo")
    word = STOP_WORDS[state]
    return {"at": fact(stop, "at", None), "label": fact(stop, "label"), "state": state, "word": word}


def spark_label(marks: Iterable[Any]) -> str:
    """The attendance bars in words: "Of 20 sessions: 12 present, 1 late, 7 absent"."""
    counts = Counter(MARK_WORDS[fact(mark, "kind")] for mark in marks)
    told = [f"{counts[word]} {word}" for word in MARK_WORDS.values() if counts[word]]
    return f"Of {counts.total()} sessions: {', '.join(told)}" if told else "No sessions yet"


def countdown_facts(due: dt.datetime, now: dt.datetime, soon_seconds: int) -> dict[str, Any]:
    """A countdown as rendered; the browser only ticks it on."""
    left = int((due - now).total_seconds())
    urgency = "late" if left < 0 else "soon" if left <= soon_seconds else "ok"
    words = "Late by " if left < 0 else "Time left "
    return {
        "due": due.astimezone(dt.UTC).isoformat(),
        "now": now.astimezone(dt.UTC).isoformat(),
        "soon": soon_seconds,
        "urgency": urgency,
        "words": words,
        "text": left_text(left),
    }


def first_input(field: BoundField) -> str:
    """The id that a link to a field should go to: for a group, its first input."""
    if field.field.widget.use_fieldset:
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


def form_problems(form: BaseForm) -> list[tuple[str, str]]:
    """Every error of a form as (sentence, id of the field or nothing), in the form's order."""
    told = [(str(error), "") for error in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else first_input(field)
        told += [(str(error), target) for error in field.errors]
    return told


def problems(forms: Iterable[Any]) -> list[tuple[str, str]]:
    """Every error of several forms, formsets and lists of forms; those that nobody has sent have none."""
    told: list[tuple[str, str]] = []
    for form in forms:
        if isinstance(form, list | tuple):
            told += problems(form)
        elif isinstance(form, BaseFormSet) and form.is_bound:
            told += [(str(error), "") for error in form.non_form_errors()]
            told += problems(form.forms)
        elif isinstance(form, BaseForm) and form.is_bound:
            told += form_problems(form)
    return list(dict.fromkeys(told))
