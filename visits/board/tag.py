"""Whether a board has changed: one statement over the versions of its rows, so that a poll is cheap.

A row's version is PostgreSQL's own (xmin, ctid): nobody can forget to touch it. What time alone
changes ("due soon", "late") is counted: how many of the instants that matter have passed.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import connection

from homevisits.people.models import Staff
from homevisits.trusts.models import School
from visits.board.rows import SOON
from visits.board.scope import on_board

VERSIONS = """
WITH seen AS MATERIALIZED ({seen}),
visit AS (SELECT v.*, v.xmin AS x, v.ctid AS c FROM visits_visit v WHERE v.id IN (SELECT id FROM seen)),
goes AS (SELECT a.*, a.xmin AS x, a.ctid AS c FROM visits_attendee a WHERE a.visit_id IN (SELECT id FROM seen)),
due AS (
    SELECT d.*, d.xmin AS x, d.ctid AS c FROM visits_visitdeadline d
    WHERE d.visit_id IN (SELECT id FROM seen) AND d.state = 'live' AND d.is_safety AND d.kind NOT LIKE 'word_%%'
),
versions AS (
    SELECT 'v' AS kind, id, x, c FROM visit
    UNION ALL SELECT 'a', id, x, c FROM goes
    UNION ALL SELECT 'd', id, x, c FROM due
    UNION ALL SELECT 'l', id, xmin, ctid FROM visits_visitalarm
        WHERE visit_id IN (SELECT id FROM seen) AND state <> 'resolved' AND NOT (
            (kind = 'duress' OR EXISTS (
                SELECT 1 FROM visits_visitdeadline w WHERE w.id = deadline_id AND w.kind LIKE 'word_%%'))
            AND visit_id IN (SELECT visit_id FROM goes WHERE staff_id = %s))
    UNION ALL SELECT 'k', k.id, k.xmin, k.ctid FROM notices_call k JOIN notices_notice n ON n.id = k.notice_id
        WHERE k.outcome = '' AND NOT n.is_private
        AND n.alarm IN (SELECT uuid FROM visits_visitalarm WHERE visit_id IN (SELECT id FROM seen))
    UNION ALL SELECT 's', id, xmin, ctid FROM people_staff WHERE id IN (SELECT staff_id FROM goes)
    UNION ALL SELECT 'c', id, xmin, ctid FROM people_vehicle WHERE id IN (SELECT vehicle_id FROM goes)
    UNION ALL SELECT 'h', id, xmin, ctid FROM people_household WHERE id IN (SELECT household_id FROM visit)
    UNION ALL SELECT 'w', id, xmin, ctid FROM people_householdwarning
        WHERE household_id IN (SELECT household_id FROM visit) AND ended_at IS NULL
    UNION ALL SELECT 'm', max(id), '0', '(0,0)' FROM visits_moment
        WHERE visit_id IN (SELECT id FROM seen) HAVING max(id) IS NOT NULL
    UNION ALL SELECT 'p', max(id), '0', '(0,0)' FROM visits_visit_pupils
        WHERE visit_id IN (SELECT id FROM seen) HAVING max(id) IS NOT NULL
    UNION ALL SELECT 'q', count(*), '0', '(0,0)' FROM visits_visit_pupils
        WHERE visit_id IN (SELECT id FROM seen)
),
instants AS (
    SELECT coalesce(prompt_at, due_at) AS at FROM due
    UNION ALL SELECT unnest(ARRAY[
        depart_at, start_at, return_at, depart_at - make_interval(mins => p.depart_early_minutes::int)])
        FROM visit JOIN trusts_policy p ON p.id = visit.policy_id
)
SELECT app_now(),
    (SELECT md5(string_agg(concat_ws(':', kind, id, x, c), ',' ORDER BY kind, id)) FROM versions),
    (SELECT count(*) FILTER (WHERE at <= app_now()) + count(*) FILTER (WHERE at <= app_now() + make_interval(secs => %s)) FROM instants),
    (SELECT string_agg(school_id::text, ',' ORDER BY school_id) FROM people_deskduty
        WHERE staff_id = %s AND during @> app_now()),
    (app_now() AT TIME ZONE 'Europe/London')::date,
    (SELECT string_agg(concat_ws(':', a.id, a.xmin, a.ctid), ',' ORDER BY a.id) FROM visits_drillalarm a
        JOIN visits_drill d ON d.id = a.drill_id JOIN trusts_school s ON s.id = d.school_id
        WHERE a.state <> 'resolved' AND s.trust_id = %s),
    (SELECT array_agg(id) FROM seen)
"""


@dataclass(frozen=True)
class Tag:
    """A strong ETag of a person's board, the database's time at which it was read, and the visits on it."""

    etag: str
    now: dt.datetime
    visits: tuple[int, ...]


@dataclass(frozen=True)
class Asked:
    """Whose board it is: all that the query for its visits is made from."""

    staff_id: int
    trust_id: int
    held: frozenset[tuple[str, int | None]]
    school_id: int | None
    staff: Staff = field(compare=False)
    school: School | None = field(compare=False)


@lru_cache(maxsize=1024)
def seen(asked: Asked) -> tuple[str, tuple[Any, ...]]:
    """The SQL of a person's board. Kept, since to compile it costs more than to run it."""
    compiled, params = on_board(asked.staff, asked.school).order_by().values("pk").query.sql_with_params()
    board = f"SELECT id FROM ({compiled}) AS board (id)"  # noqa: S608  (our own query; values are parameters)
    return VERSIONS.replace("{seen}", board), params


def tag(staff: Staff, school: School | None, session: str) -> Tag:
    """What identifies the board as this person sees it now. One statement, besides their roles.

    The session is part of it, because the buttons carry its protection against forgery.
    """
    held = frozenset(staff.held)
    sql, params = seen(Asked(staff.pk, staff.trust_id, held, school.pk if school else None, staff, school))
    with connection.cursor() as cursor:
        cursor.execute(sql, (*params, staff.pk, SOON.total_seconds(), staff.pk, staff.trust_id))
        now, *says, visits = cursor.fetchone()
    says += [staff.pk, sorted(map(str, held)), school.pk if school else 0, session]
    digest = hashlib.sha256(repr(says).encode()).hexdigest()[:32]
    return Tag(f'"{digest}"', now.astimezone(dt.UTC), tuple(visits or ()))
