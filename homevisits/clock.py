"""The one clock: the database's, in UTC. Nothing in the domain reads the machine's."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import DateTimeField, Func
from django.db.models.functions import TruncDate

LONDON = ZoneInfo("Europe/London")
NOTHING = dt.timedelta()
# How far the clock of this thread runs ahead of the database's, after that was put back.
_AHEAD: ContextVar[dt.timedelta] = ContextVar("ahead", default=NOTHING)


class AppNow(Func):
    """`app_now()` inside a query: stable within a statement, so an index can serve it."""

    function = "app_now"
    template = "%(function)s()"
    output_field = DateTimeField()

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, Any]:
        """The function alone, save where `ahead` says otherwise: an empty sweep must stay cheap."""
        sql, params = super().as_sql(*args, **kwargs)
        lead = _AHEAD.get()
        return (f"({sql} + interval '{lead.total_seconds()} seconds')" if lead else sql), params


@contextmanager
def ahead(lead: dt.timedelta) -> Iterator[None]:
    """Let the clock run ahead inside the block: for the timers, while the database's has been put back.

    `homevisits.audit.watchdog` says by how much. Without it everything would be as late as the clock
    was put back.
    """
    token = _AHEAD.set(lead)
    try:
        yield
    finally:
        _AHEAD.reset(token)


def lead() -> dt.timedelta:
    """How far the clock runs ahead of the database's here and now: nothing on nearly every day."""
    return _AHEAD.get()


def app_today() -> TruncDate:
    """The day at school on which `app_now()` falls, inside a query."""
    return TruncDate(AppNow(), tzinfo=LONDON)


def app_now() -> dt.datetime:
    """The database's time as an aware UTC datetime. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app_now()")
        (now,) = cursor.fetchone()
    return now.astimezone(dt.UTC) + _AHEAD.get()


def local(at: dt.datetime) -> dt.datetime:
    """The same instant on a school's wall clock (Europe/London)."""
    return at.astimezone(LONDON)


def london_day(at: dt.datetime) -> dt.date:
    """The calendar day at school on which an instant falls."""
    return local(at).date()


class NoSuchLocalTime(ValueError):
    """The wall clock never shows this time: the clocks go forward over it."""


def from_local(day: dt.date, at: dt.time) -> dt.datetime:
    """A wall-clock day and time as a UTC instant; a time that comes twice means the earlier.

    Raises NoSuchLocalTime for a time that the spring clock change skips.
    """
    naive = dt.datetime.combine(day, at.replace(tzinfo=None, fold=0))
    instant = naive.replace(tzinfo=LONDON).astimezone(dt.UTC)
    if instant.astimezone(LONDON).replace(tzinfo=None) != naive:
        raise NoSuchLocalTime(f"{at:%H:%M} does not exist on {day:%d %B %Y}: the clocks go forward.")
    return instant
