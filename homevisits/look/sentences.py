"""What a field says when it cannot take what was typed: our sentences, made from its label."""

import re

from django import forms
from django.forms.utils import pretty_name
from django.utils.functional import Promise

CHOSEN = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.FileInput)
EXAMPLES: list[tuple[type[forms.Field], str, str]] = [
    (forms.DateTimeField, "invalid", "Enter {label} as a day and a time"),
    (forms.DateField, "invalid", "Enter {label} as a date, such as 26/11/2026"),
    (forms.TimeField, "invalid", "Enter {label} as a time on the 24-hour clock, such as 14:30"),
    (forms.IntegerField, "invalid", "Enter {label} as a number, such as 20"),
    (forms.DecimalField, "invalid", "Enter {label} as a number, such as 20"),
    (forms.EmailField, "invalid", "Enter {label} in full, such as name@school.example"),
    (forms.URLField, "invalid", "Enter {label} in full, starting with https://"),
]
NEEDS_NO_ARTICLE = re.compile(
    r"(a|an|the|your|their|his|her|our|my|this|that|these|those|each|every|any|all|at|one|two|i|we"
    r"|who|whom|what|when|where|which|why|how|whether|anything|anyone)\b",
    re.IGNORECASE,
)
ENDS_ON_PREPOSITION = re.compile(r" (at|by|for|from|in|of|on|to|until|with)$")
LIMITS = {
    "max_length": "Make {label} shorter: %(limit_value)d characters at most, it has %(show_value)d",
    "min_length": "Make {label} longer: %(limit_value)d characters at least, it has %(show_value)d",
    "min_value": "Enter {label} of %(limit_value)s or more",
    "max_value": "Enter {label} of %(limit_value)s or less",
    "invalid_choice": "Choose {label} from the list",
    "invalid_list": "Choose {label} from the list",
}


def label_of(name: str) -> str:
    """The label that Django would make of a field's name."""
    return pretty_name(name)


def in_sentence(label: str) -> str:
    """A label inside a sentence: small first letter, unless it is an abbreviation or "I"."""
    first, rest = label[:1], label[1:]
    return label if rest[:1].isupper() or rest[:1] in {" ", ""} else first.lower() + rest


def named(label: str) -> str:
    """A label as the object of a sentence: "the postcode", "your name", "what you know"."""
    inner = in_sentence(label)
    if ENDS_ON_PREPOSITION.search(inner):
        return f"“{label}”"
    return inner if NEEDS_NO_ARTICLE.match(inner) else f"the {inner}"


def missing(field: forms.Field, label: str) -> str:
    """What to say when a needed field is empty."""
    if label.endswith("?"):
        return f"Answer “{label}”"
    if isinstance(field, forms.BooleanField):
        return f"Tick “{label}” to go on"
    verb = "Choose" if isinstance(field.widget, CHOSEN) else "Enter"
    return f"{verb} {named(label)}"


def dress(field: forms.Field, label: str, given: str | None = None) -> None:
    """Give a field our sentences, leaving those that its author wrote."""
    ours = {"required": missing(field, label)}
    inner = f"“{label}”" if label.endswith("?") else named(label)
    ours |= {code: sentence.format(label=inner) for code, sentence in LIMITS.items()}
    for kind, code, sentence in reversed(EXAMPLES):
        if isinstance(field, kind):
            ours[code] = sentence.format(label=inner)
    for code, sentence in ours.items():
        if _is_stock(field, code):
            field.error_messages[code] = sentence
    if given:
        field.error_messages["required"] = given


def _is_stock(field: forms.Field, code: str) -> bool:
    """Whether a message is Django's own, which is lazily translated, or not there at all."""
    return isinstance(field.error_messages.get(code, ""), Promise) or code not in field.error_messages
