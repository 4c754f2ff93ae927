"""The tags that pages are built with: icons, pills, times, countdowns and the parts of the look.

`docs/look.md` lists them with the classes they go with; `/look/` shows them all.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from homevisits.look import parts, times

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """A lucide icon. `{% icon "phone" %}`; alone, with a name: `{% icon "phone" label="Phone" %}`."""
    return parts.icon_svg(str(name), size, str(label))


@register.simple_tag
def pill(kind: str, icon: str, text: str) -> SafeString:
    """A state in word, icon and colour: `{% pill "late" "siren" "Late" %}`; icon "" is the kind's own."""
    return parts.pill_html(kind, icon, text)


@register.simple_tag
def local(at: dt.datetime | None, style: str = "H:i") -> str:
    """A moment in school time, as `<time>`: `{% local visit.due_at %}`, `{% local at "D j M, H:i" %}`."""
    if at is None:
        return ""
    stamp = at.astimezone(dt.UTC).isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, times.local_text(at, style))


@register.filter
def local_text(at: dt.datetime | None, style: str = "H:i") -> str:
    """The same without `<time>`, for attributes and sentences: `{{ at|local_text:"H:i" }}`."""
    return times.local_text(at, style) if at else ""


@register.simple_tag
def when(at: dt.datetime | None, now: dt.datetime) -> str:
    """`today 14:00`, `tomorrow 09:30`, `Thu 26 Nov 14:00`: `{% when visit.leaves_at now %}`."""
    if at is None:
        return ""
    stamp = at.astimezone(dt.UTC).isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, times.when_text(at, now))


@register.filter
def age(seconds: int) -> str:
    """`1 s ago`, `12 min ago`: `{{ house.heartbeat_age|age }}`."""
    return times.age_text(seconds)


@register.inclusion_tag("_countdown.html")
def countdown(due: dt.datetime, now: dt.datetime, soon_seconds: int = 900, size: str = "") -> dict[str, Any]:
    """Time left to `due`, ticking: `{% countdown row.due_at now %}`, small: `size="small"`.

    Red once past, amber within `soon_seconds`. Right as rendered, without JavaScript too.
    """
    return parts.countdown_facts(due, now, soon_seconds) | {"size": size}


@register.inclusion_tag("_nav_link.html", takes_context=True)
def nav_link(context: template.Context, to: str, text: str, icon: str = "", count: int = 0) -> dict[str, Any]:
    """A menu link that knows when you are there: `{% nav_link "visits:board" "Board" icon="radio" %}`.

    `to` is an address or the name of one.
    """
    url = to if to.startswith("/") else reverse(to)
    return {"url": url, "text": text, "icon": icon, "count": count, "here": _is_here(context, url)}


def _is_here(context: template.Context, url: str) -> bool:
    request: HttpRequest | None = context.get("request")
    path = request.path if request else ""
    if path == url or url == "/":
        return path == url
    # /people/ is not where one is on /people/pupils/ when the menu has that page too.
    links = getattr(context.get("house"), "links", [])
    is_nearer = any(
        link.url != url and link.url.startswith(url) and path.startswith(link.url) for link in links
    )
    return path.startswith(url) and not is_nearer


@register.simple_tag
def back_link(to: str, *args: Any, text: str = "Back") -> SafeString:
    """The link at the top left: `{% back_link "visits:visit" visit.reference text="Back to the visit" %}`."""
    try:
        url = reverse(to, args=args)
    except NoReverseMatch:
        if not to.startswith(("/", "?")):
            raise
        url = to
    arrow = parts.icon_svg("arrow-left", 18)
    return format_html('<a class="back" href="{}">{}<span>{}</span></a>', url, arrow, text)


@register.simple_block_tag
def page_head(content: str, title: str, sub: str = "", count: int | None = None) -> str:
    """The page's h1, a line under it, actions at the right.

    `{% page_head "To decide" sub=today count=3 %}<a class="btn btn-line">...</a>{% endpage_head %}`
    """
    context = {"content": content, "title": title, "sub": sub, "count": count}
    return render_to_string("_page_head.html", context | {"has_actions": bool(content.strip())})


@register.simple_block_tag
def panel(content: str, title: str = "", icon: str = "", kind: str = "", level: int = 2, id: str = "") -> str:
    """A card: `{% panel "In the home" icon="house" %}...{% endpanel %}`; kinds `warn late info ok`."""
    context = {"content": content, "title": title, "icon": icon, "kind": kind, "id": id}
    return render_to_string("_panel.html", context | {"tag": f"h{level}"})


@register.simple_block_tag
def note(content: str, kind: str = "info", icon: str = "") -> str:
    """A tinted inset: `{% note "warn" %}<b>Know before you go.</b> ...{% endnote %}`."""
    drawn = parts.icon_svg(icon or parts.NOTE_ICONS[kind], 22)
    return format_html('<div class="note note-{}">{}<div>{}</div></div>', kind, drawn, content)


@register.inclusion_tag("_track.html")
def track(stops: Iterable[Any]) -> dict[str, Any]:
    """The dots of a visit: `{% track row.stops %}`; stop: at, label, state (done next late todo)."""
    return {"stops": [parts.stop_row(stop) for stop in stops]}


@register.inclusion_tag("_needs.html")
def needs(items: Iterable[Any], gate: str = "") -> dict[str, Any]:
    """What is met, what blocks, what warns: `{% needs visit_needs gate="authorise" %}`."""
    return {"needs": [parts.need_row(item) for item in items], "gate": gate}


@register.inclusion_tag("_timeline.html")
def timeline(items: Iterable[Any]) -> dict[str, Any]:
    """What happened, in order: `{% timeline events %}`; item: at, text, detail, by, kind, icon."""
    return {"items": items}


@register.inclusion_tag("_spark.html")
def spark(marks: Iterable[Any]) -> dict[str, Any]:
    """Attendance as small bars: `{% spark marks %}`; mark: kind (present late absent none)."""
    marks = list(marks)
    return {"marks": marks, "label": parts.spark_label(marks)}


@register.inclusion_tag("_steps.html")
def steps(current: int, total: int, text: str) -> dict[str, Any]:
    """Where you are in a row of pages: `{% steps 2 5 "New visit" %}`."""
    return {"current": current, "total": total, "text": text, "range": range(1, total + 1)}


@register.inclusion_tag("_progress.html")
def progress(value: int, maximum: int, text: str) -> dict[str, Any]:
    """How far long work has got: `{% progress 40 100 "Rows read" %}`."""
    return {"value": value, "maximum": maximum, "text": text}


@register.inclusion_tag("_act.html", takes_context=True)
def act(
    context: template.Context, url: str, text: str, icon: str = "", kind: str = "line", **extra: Any
) -> dict[str, Any]:
    """One button that does something: `{% act url "Mark back safe" icon="check" kind="line" %}`.

    Extra: `name=`, `value=` a hidden field; `size="big"` or `"small"`; `hold=1500` hold to send
    (milliseconds); `why="sentence"` it may not be pressed and says why.
    """
    shown = {"url": url, "text": text, "icon": icon, "kind": kind, "request": context.get("request")}
    return {**shown, "csrf_token": context.get("csrf_token"), **extra}


@register.inclusion_tag("_tab_link.html")
def tab_link(url: str, text: str, current: bool = False, count: int | None = None) -> dict[str, Any]:
    """One of the choices in `<nav class="tabs">`: `{% tab_link "?school=1" "Hillside" current=True %}`."""
    return {"url": url, "text": text, "current": current, "count": count}


@register.inclusion_tag("_error_summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """The box "There is a problem", with links to the fields: `{% error_summary form people_formset %}`."""
    for form in forms:
        if isinstance(form, BaseForm):
            # so that the errors of the whole form do not stand twice
            form.is_summarised = True  # type: ignore[attr-defined]
    return {"problems": parts.problems(forms)}


@register.filter
def has_problems(form: Any) -> bool:
    """Whether a form was sent and refused; for the page's title."""
    return bool(parts.problems([form]))


@register.simple_tag
def script(name: str) -> SafeString:
    """One of our scripts: `{% script "board" %}` in block `scripts`."""
    return format_html('<script src="{}" defer></script>', static(f"js/{name}.js"))
