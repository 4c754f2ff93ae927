"""How moments and stretches of time are written: school-local, 24 hours, in few words."""

import datetime as dt

from django.utils.formats import date_format

from homevisits.clock import local, london_day

HOUR = 3600
DAY = 24 * HOUR


def local_text(at: dt.datetime, style: str = "H:i") -> str:
    """An instant on the school's wall clock, in Django's date letters."""
    return date_format(local(at), style)


def when_text(at: dt.datetime, now: dt.datetime) -> str:
    """In words near enough: "today 14:00", "tomorrow 09:30", "yesterday 16:05", else "Thu 26 Nov 14:00"."""
    names = {0: "today", 1: "tomorrow", -1: "yesterday"}
    day = names.get((london_day(at) - london_day(now)).days)
    if day is None:
        is_near = abs(at - now) < dt.timedelta(days=180)
        day = local_text(at, "D j M" if is_near else "D j M Y")
    return f"{day} {local_text(at)}"


def left_text(seconds: int) -> str:
    """Time left on a clock: "3:48", "1:48:10", "2 days"; past due "+12:07"."""
    sign, seconds = ("+", -seconds) if seconds < 0 else ("", seconds)
    if seconds >= 2 * DAY:
        return f"{sign}{seconds // DAY} days"
    minutes, rest = divmod(seconds, 60)
    if seconds >= HOUR:
        return f"{sign}{minutes // 60}:{minutes % 60:02}:{rest:02}"
    return f"{sign}{minutes}:{rest:02}"


def age_text(seconds: int) -> str:
    """How long ago, for the heartbeat: "1 s ago", "12 min ago", "3 h ago"."""
    if seconds < 2 * 60:
        return f"{seconds} s ago"
    if seconds < 2 * HOUR:
        return f"{seconds // 60} min ago"
    return f"{seconds // HOUR} h ago"
