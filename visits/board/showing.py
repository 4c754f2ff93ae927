"""What the board's templates are given: rows and banners with every text already worked out.

A hundred rows are drawn every few seconds, so the template only fills in what is ready here.
"""

import datetime as dt
from typing import Any

from django.utils.safestring import mark_safe

from homevisits.clock import local
from homevisits.look.parts import STOP_WORDS, countdown_facts, pill_html
from homevisits.people.models import Staff
from homevisits.trusts.models import School
from visits.board import facts
from visits.board.banners import banners, open_alarms, told
from visits.board.rows import SOON, Row, rows, stats
from visits.board.scope import in_scope, on_board, viewer
from visits.board.track import Stop


def board(staff: Staff, school: School | None, now: dt.datetime) -> dict[str, Any]:
    """The board of a person, at one school or all of theirs. A fixed number of queries."""
    seen = viewer(staff)
    visits = facts.read(on_board(staff, school))
    alarms = open_alarms(in_scope(staff, school))
    made = rows(visits, seen, now)
    return {
        "now": now,
        "now_iso": iso(now),
        "banners": banners(alarms, told(alarms), seen),
        "rows": [shown(row, now) for row in made],
        "stats": stats(made, visits, now),
        "many_schools": len({row["school"] for row in made}) > 1,
    }


def iso(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat()


def shown(row: Row, now: dt.datetime) -> dict[str, Any]:
    """A row with its countdown, pill and dots as text."""
    count = countdown_facts(row["due"], now, int(SOON.total_seconds()))
    alarm = f"alarm at {local(row['alarm_at']):%H:%M}" if row["alarm_at"] else ""
    return {
        **row,
        "due_iso": count["due"],
        "urgency": count["urgency"],
        "count_words": count["words"],
        "count_text": count["text"],
        "pill_html": pill_html(*row["pill"]),
        "alarm_text": alarm,
        "track_html": mark_safe("".join(map(dot, row["stops"]))),  # noqa: S308  (times and our own words)
    }


def dot(stop: Stop) -> str:
    """One dot of the track, as `_track.html` draws it; no word in it was typed by anybody."""
    at, state = stop["at"], stop["state"]
    time = f'<time datetime="{iso(at)}">{local(at):%H:%M}</time>'
    return f'<li class="track-{state}">{time}<span class="visually-hidden"> {stop["label"]}, {STOP_WORDS[state]}</span></li>'
