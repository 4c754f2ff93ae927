"""When the timers last ran a full cycle: the sign of life on every board and for outside watchers."""

from django.db import connection

BOARD = "board"
STALE_AFTER = 15.0

BEAT = """
    INSERT INTO escalation_heartbeat (name, beat_at) VALUES (%s, app_now())
    ON CONFLICT (name) DO UPDATE SET beat_at = excluded.beat_at
"""
AGES = """
    SELECT min(abs(extract(epoch FROM app_now() - beat_at))) FILTER (WHERE name <> %s),
           min(abs(extract(epoch FROM app_now() - beat_at)))
    FROM escalation_heartbeat
"""


def beat(name: str) -> None:
    """Write that a sweeper has completed a full cycle."""
    with connection.cursor() as cursor:
        cursor.execute(BEAT, [name])


def ages() -> tuple[float | None, float | None]:
    """Seconds since the last cycle: of the processes in the background, and of anybody. One query.

    A board that had to sweep for itself is no sign that the processes live. A beat in the future is
    as old as it is far off: the clock was put back since.
    """
    with connection.cursor() as cursor:
        cursor.execute(AGES, [BOARD])
        background, anybody = cursor.fetchone()
    return _seconds(background), _seconds(anybody)


def age() -> float | None:
    """Seconds since the freshest cycle in the background; None when there never was one."""
    return ages()[0]


def is_stale(seconds: float | None) -> bool:
    return seconds is None or seconds > STALE_AFTER


def _seconds(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]
