"""Tags of the phone page: a button that says one thing, and how far off a time is."""

import datetime as dt
import uuid
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from homevisits.look.templatetags.look import act
from visits.phone import PhonePage
from visits.transitions.secret import wants_pin
from visits.views.keeping import KEPT_PAGES, SAID_WITH_PIN, may_keep, who

register = template.Library()
HOUR = 60


@register.inclusion_tag("_act.html", takes_context=True)
def say(
    context: template.Context,
    what: str,
    text: str,
    icon: str,
    kind: str = "line",
    size: str = "big",
    **extra: Any,
) -> dict[str, Any]:
    """A button that says one thing: `{% say "fine" "I am fine" "thumbs-up" kind="ok" %}`, with its own key."""
    url = reverse("out_say", args=[context["visit"].ref, what])
    return act(context, url, text, icon, kind, size=size, name="key", value=str(uuid.uuid4()), **extra)


@register.simple_tag
def kept_facts(page: PhonePage) -> SafeString:
    """What the scripts need to keep the page and what is pressed: for whom, and where."""
    paths = [reverse(name, args=[page.visit.ref]) for name in KEPT_PAGES]
    home, pinned = paths[0], SAID_WITH_PIN if wants_pin(page.visit, page.staff) else ()
    return format_html(
        'data-page="{}" data-who="{}" data-keep="{}" data-now="{}" data-with-pin="{}"',
        home,
        who(page.staff),
        " ".join(paths) if may_keep(page.visit, page.staff) else "",
        page.now.astimezone(dt.UTC).isoformat(),
        " ".join(f"{home}{path}" for path in sorted(pinned)),
    )


@register.simple_tag
def fresh_key() -> str:
    """The key of one message: sent twice, it counts once."""
    return str(uuid.uuid4())


@register.simple_tag
def until(at: dt.datetime | None, now: dt.datetime) -> SafeString | str:
    """How far off a time is, in words that the page keeps up to date: "in 26 minutes", "4 minutes ago"."""
    if at is None:
        return ""
    stamps = at.astimezone(dt.UTC).isoformat(), now.astimezone(dt.UTC).isoformat()
    return format_html('<span data-until="{}" data-now="{}">{}</span>', *stamps, until_text(at, now))


def until_text(at: dt.datetime, now: dt.datetime) -> str:
    """ "in 26 minutes", "in 1 minute", "now", "4 minutes ago", "in 3 hours", "in 2 days"."""
    minutes = round((at - now).total_seconds() / 60)
    size = abs(minutes)
    if size == 0:
        return "now"
    number, unit = (size, "minute") if size < 2 * HOUR else (size // HOUR, "hour")
    if size >= 48 * HOUR:
        number, unit = size // (24 * HOUR), "day"
    words = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {words}" if minutes > 0 else f"{words} ago"
