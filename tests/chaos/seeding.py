"""People who are out, and when somebody must have heard of them: many copies of visits that were walked there."""

import datetime as dt
import random

from django.db import connection

from homevisits.clock import app_now
from homevisits.people.models import DeskDuty
from tests.cast import Cast, build_cast
from tests.clock import Clock
from tests.factories import visits as make
from visits.models import Visit, VisitDeadline

# A Thursday morning in term: what is walked then is moved to the present afterwards.
WALKED = "2026-11-26 10:00"
EVER = dt.timedelta(days=3650)
COPY = "C-"


def trusts(number: int) -> list[Cast]:
    """Trusts with people, a school whose desk somebody always has, and one visit that is out."""
    clock = Clock()
    clock.set(WALKED)
    casts = [build_cast("three_counties") for _ in range(number)]
    for cast in casts:
        make.out(cast)
    clock.restore()
    VisitDeadline.objects.all().delete()
    now = app_now()
    for cast in casts:
        DeskDuty.objects.create(
            school=cast.school, staff=cast.office, set_by=cast.head, during=(now - EVER, now + EVER)
        )
    return casts


def originals() -> list[Visit]:
    """The visits that were walked; the copies are those of COPY."""
    return list(Visit.objects.exclude(ref__startswith=COPY).order_by("pk"))


def people_out(
    number: int, *, seconds: float, starting: float = 3.0, seed: int = 1
) -> dict[int, dt.datetime]:
    """So many visits out, each with one return that is due at a random moment of the next `seconds`.

    Gives back the keys of their deadlines with the times: what is due is known outside the database.
    Copies rows beside the doors, with the triggers off: only for load, only here.
    """
    walked = originals()
    rng = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        keys = []
        for place, original in enumerate(walked):
            keys += _copies(cursor, original, number // len(walked) + (place < number % len(walked)))
        cursor.execute("SELECT app_now()")
        (now,) = cursor.fetchone()
        _at_present(cursor, now)
        dues = [now + dt.timedelta(seconds=starting + rng.random() * seconds) for _ in keys]
        planned = _due(cursor, keys, dues, now)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE")
    return planned


def _columns(cursor, table: str, without: set[str]) -> str:  # type: ignore[no-untyped-def]
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    return ", ".join(f'"{name}"' for (name,) in cursor.fetchall() if name not in without)


def _copies(cursor, original: Visit, number: int) -> list[int]:  # type: ignore[no-untyped-def]
    """New visits with the same party; gives back their keys."""
    if not number:
        return []
    columns = _columns(cursor, "visits_visit", {"id", "ref", "next_leg_id"})
    cursor.execute(
        f"INSERT INTO visits_visit (ref, {columns}) "
        f"SELECT '{COPY}' || (SELECT max(id) FROM visits_visit) + n, {columns} "
        "FROM visits_visit, generate_series(1, %s) n WHERE id = %s RETURNING id",
        [number, original.pk],
    )
    keys = [key for (key,) in cursor.fetchall()]
    columns = _columns(cursor, "visits_attendee", {"id", "visit_id"})
    cursor.execute(
        f"INSERT INTO visits_attendee (visit_id, {columns}) "
        f"SELECT key, {columns} FROM visits_attendee, unnest(%s) key WHERE visit_id = %s",
        [keys, original.pk],
    )
    return keys


def _at_present(cursor, now: dt.datetime) -> None:  # type: ignore[no-untyped-def]
    """Everybody left ten minutes ago and is back in an hour, by the plan."""
    cursor.execute(
        "UPDATE visits_visit SET depart_at = %s - interval '10 min', departed_at = %s - interval '10 min', "
        "start_at = %s, end_at = %s + interval '30 min', return_at = %s + interval '1 h' "
        "WHERE state = 'in_progress'",
        [now] * 5,
    )


def _due(cursor, keys: list[int], dues: list[dt.datetime], now: dt.datetime) -> dict[int, dt.datetime]:  # type: ignore[no-untyped-def]
    cursor.execute(
        "INSERT INTO visits_visitdeadline (visit_id, kind, is_safety, due_at, next_at, state, created_at, "
        "nudges_left, nudge_minutes) "
        "SELECT key, 'return', true, due, due, 'live', %s, 0, 0 FROM unnest(%s, %s::timestamptz[]) AS t(key, due) "
        "RETURNING id, due_at",
        [now, keys, dues],
    )
    planned = dict(cursor.fetchall())
    cursor.execute("NOTIFY homevisits_due")
    return planned
