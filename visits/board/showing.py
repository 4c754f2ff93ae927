"""What the board's templates are given: rows and banners with every text already worked out.

A hundred rows are drawn every few seconds, so the template only fills in what is ready here.
"""

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from homevisits.clock import local
from homevisits.look.parts import STOP_WORDS, countdown_facts, icon_svg, pill_html
from homevisits.notices.calling import announced
from homevisits.people.models import Staff
from visits.board import facts
from visits.board.banners import banners, open_alarms, told
from visits.board.rows import SOON, Row, rows, stats
from visits.board.scope import viewer
from visits.drilling.results import under_way


def board(staff: Staff, visits: Collection[int], now: dt.datetime) -> dict[str, Any]:
    """What a person's board says of the visits on it. A fixed number of queries."""
    seen = viewer(staff)
    known = facts.read(visits, staff)
    alarms = open_alarms(visits, staff)
    made = rows(known, seen, now)
    return {
        "now": now,
        "now_iso": iso(now),
        "banners": banners(alarms, told(alarms), seen, announced([alarm.uuid for alarm in alarms], staff)),
        "drills": under_way(staff),
        "rows": [shown(row, now) for row in made],
        "stats": stats(made, known, now),
        "many_schools": len({row["school"] for row in made}) > 1,
    }


def iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def shown(row: Row, now: dt.datetime) -> dict[str, Any]:
    """A row with its countdown, pill, people and dots as text."""
    count = countdown_facts(row["due"], now, int(SOON.total_seconds()))
    return {
        **row,
        "due_iso": count["due"],
        "urgency": count["urgency"],
        "count_words": count["words"],
        "count_text": count["text"],
        "pill_html": pill(*row["pill"]),
        "under": grace(row["alarm_at"], now) if row["alarm_at"] else row["since"],
        "people_html": people(tuple((one["name"], one["note"]) for one in row["people"])),
        "reach_html": reach(row["phone"], row["phone_shown"], *row["travel"]),
        "track_html": track(tuple((stop["at"], stop["label"], stop["state"]) for stop in row["stops"])),
    }


def grace(alarm_at: dt.datetime, now: dt.datetime) -> SafeString:
    """What is left of the grace once somebody is late, ticking: "alarm in 4:12, at 10:55"."""
    left = countdown_facts(alarm_at, now, int(SOON.total_seconds()))
    return format_html(
        'alarm in <span class="count count-small count-{} num" role="timer" data-due="{}" data-now="{}" '
        'data-soon="{}"><span class="visually-hidden" data-words>{}</span><span data-left>{}</span></span>, at {}',
        left["urgency"], left["due"], iso(now), left["soon"], left["words"], left["text"], f"{local(alarm_at):%H:%M}",
    )  # fmt: skip


# The same rows are drawn every few seconds: what does not change is kept as it was drawn.
pill = lru_cache(maxsize=256)(pill_html)


@lru_cache(maxsize=4096)
def people(listed: tuple[tuple[str, str], ...]) -> SafeString:
    """ "D. Mensah, R. Okafor (EWO)"; "J. Parry, alone"."""
    drawn = ((name, f" ({note})" if note else "") for name, note in listed)
    names = format_html_join(", ", "<b>{}</b>{}", drawn)
    return format_html("{}, alone", names) if len(listed) == 1 else names


@lru_cache(maxsize=4096)
def reach(phone: str, phone_shown: str, icon: str, travel: str) -> SafeString:
    """The number to ring, and the car or how they travel."""
    number = format_html('<a href="tel:{}">{}{}</a>', phone, icon_svg("phone", 16), phone_shown)
    if not phone:
        number = format_html("<span>{}No number</span>", icon_svg("phone-off", 16))
    return format_html("{}<span>{}{}</span>", number, icon_svg(icon, 16), travel)


@lru_cache(maxsize=4096)
def track(stops: tuple[tuple[dt.datetime, str, str], ...]) -> SafeString:
    """The dots as `_track.html` draws them."""
    dot = (
        '<li class="track-{}"><time datetime="{}">{}</time><span class="visually-hidden"> {}, {}</span></li>'
    )
    drawn = ((state, iso(at), f"{local(at):%H:%M}", label, STOP_WORDS[state]) for at, label, state in stops)
    return format_html_join("", dot, drawn)
